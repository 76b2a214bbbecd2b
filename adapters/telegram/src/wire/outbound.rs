//! What is called for a line, and with which fields. core.telegram.org/bots/api#available-methods

use serde_json::{Map, Value, json};
use tradepost_domain::{Choice, Content, Media, MediaKind, Person, Source};
use tradepost_http::Part;
use tradepost_ports::store::MediaBlob;

use crate::KIND;

/// Bytes of a button's value (`callback_data`).
pub(crate) const VALUE: usize = 64;

/// A method of the Bot API, its fields, and the file that is handed over with them.
#[derive(Debug, PartialEq)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'static str,
    pub(crate) fields: Map<String, Value>,
    pub(crate) file: Option<Upload<'a>>,
}

/// A file on its way.
#[derive(Debug, PartialEq)]
pub(crate) struct Upload<'a> {
    field: &'static str,
    name: String,
    mime: &'a str,
    bytes: &'a [u8],
}

impl<'a> Call<'a> {
    fn new(method: &'static str, peer: &str) -> Self {
        let fields = Map::from_iter([("chat_id".to_owned(), json!(peer))]);
        Self { method, fields, file: None }
    }

    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// The fields as texts, for a form of several parts.
    pub(crate) fn texts(&self) -> Vec<(&str, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.fields.iter().map(|(name, value)| (name.as_str(), text(value))).collect()
    }
}

impl Upload<'_> {
    pub(crate) fn part(&self) -> Part<'_> {
        Part::file(self.field, &self.name, self.mime, self.bytes)
    }
}

/// The call that sends a content, or why the channel cannot show it.
pub(crate) fn line<'a>(
    peer: &str,
    content: &'a Content,
    attached: &'a [MediaBlob],
) -> Result<Call<'a>, &'static str> {
    match content {
        Content::Text { text } => Ok(Call::new("sendMessage", peer).with("text", text.as_str())),
        Content::Buttons { text, choices } | Content::QuickReplies { text, choices } => {
            let asked = Call::new("sendMessage", peer).with("text", text.as_str());
            Ok(asked.with("reply_markup", keyboard(choices)?))
        }
        Content::Media { media, text } => match media.as_slice() {
            [one] => medium(peer, one, text.as_deref(), attached),
            _ => Err("each medium is a message of its own"),
        },
        Content::Location { latitude_e6, longitude_e6, name } => {
            Ok(place(peer, *latitude_e6, *longitude_e6, name.as_deref()))
        }
        Content::People { people } => persons(peer, people),
        _ => Err("the channel cannot show it"),
    }
}

/// A button a row, so that titles are seen whole.
fn keyboard(choices: &[Choice]) -> Result<Value, &'static str> {
    if choices.iter().any(|choice| choice.payload.len() > VALUE || choice.payload.is_empty()) {
        return Err("a button's value is empty or has more than 64 bytes");
    }
    let button = |choice: &Choice| json!([{"text": choice.title, "callback_data": choice.payload}]);
    Ok(json!({"inline_keyboard": choices.iter().map(button).collect::<Vec<_>>()}))
}

fn medium<'a>(
    peer: &str,
    medium: &'a Media,
    words: Option<&str>,
    attached: &'a [MediaBlob],
) -> Result<Call<'a>, &'static str> {
    let call = |mime: Option<&str>| {
        let (method, field) = method(medium.kind, mime);
        let call = Call::new(method, peer);
        (words.iter().fold(call, |call, words| call.with("caption", *words)), field)
    };
    match &medium.source {
        Source::Remote { url } if url.starts_with("https://") || url.starts_with("http://") => {
            let (call, field) = call(mime_of(url));
            Ok(call.with(field, url.as_str()))
        }
        Source::Stored { hash, .. } => {
            let blob = attached.iter().find(|blob| blob.hash == *hash).ok_or("its bytes are not attached")?;
            let (mut call, field) = call(Some(&blob.mime));
            let name = format!("{KIND}.{}", ending(&blob.mime));
            call.file = Some(Upload { field, name, mime: &blob.mime, bytes: &blob.bytes });
            Ok(call)
        }
        _ => Err("the medium has no link"),
    }
}

/// The method that shows a medium of that type, and the field that it stands in. What Telegram's players do not know
/// is a document.
fn method(kind: MediaKind, mime: Option<&str>) -> (&'static str, &'static str) {
    let mime = mime.map(|mime| mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match (kind, mime.as_deref()) {
        (MediaKind::Image, Some("image/gif")) => ("sendAnimation", "animation"),
        (MediaKind::Image, None | Some("image/jpeg" | "image/png" | "image/webp")) => ("sendPhoto", "photo"),
        (MediaKind::Video, None | Some("video/mp4")) => ("sendVideo", "video"),
        (MediaKind::Audio, Some("audio/ogg" | "audio/opus")) => ("sendVoice", "voice"),
        (MediaKind::Audio, None | Some("audio/mpeg" | "audio/mp4" | "audio/x-m4a" | "audio/m4a")) => {
            ("sendAudio", "audio")
        }
        _ => ("sendDocument", "document"),
    }
}

/// The type that a link's ending tells, where it decides on the method.
fn mime_of(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "gif" => "image/gif",
        "ogg" | "oga" | "opus" => "audio/ogg",
        _ => return None,
    })
}

/// The ending of a name that people and their machines understand.
fn ending(mime: &str) -> &'static str {
    match mime.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        "audio/mp4" | "audio/x-m4a" | "audio/m4a" => "m4a",
        "audio/ogg" | "audio/opus" => "ogg",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        _ => "bin",
    }
}

/// A place with a name is a venue, which needs an address; its coordinates stand for that.
fn place(peer: &str, latitude_e6: i32, longitude_e6: i32, name: Option<&str>) -> Call<'static> {
    let (latitude, longitude) = (f64::from(latitude_e6) / 1e6, f64::from(longitude_e6) / 1e6);
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let call = Call::new(if name.is_some() { "sendVenue" } else { "sendLocation" }, peer)
        .with("latitude", latitude)
        .with("longitude", longitude);
    match name {
        Some(name) => call.with("title", name).with("address", format!("{latitude:.6}, {longitude:.6}")),
        None => call,
    }
}

/// One person with one number is a contact; Telegram has no form for more, so they are written.
fn persons(peer: &str, people: &[Person]) -> Result<Call<'static>, &'static str> {
    if let [Person { name, phones }] = people
        && let [phone] = phones.as_slice()
        && !name.trim().is_empty()
    {
        let call = Call::new("sendContact", peer);
        return Ok(call.with("phone_number", phone.as_str()).with("first_name", name.as_str()));
    }
    let lines: Vec<String> = people.iter().map(written).filter(|line| !line.is_empty()).collect();
    let text = lines.join("\n");
    match text.chars().count() {
        0 => Err("nobody is named"),
        1..=crate::TEXT => Ok(Call::new("sendMessage", peer).with("text", text)),
        _ => Err("these are too many people for a message"),
    }
}

fn written(person: &Person) -> String {
    let (name, phones) = (person.name.trim(), person.phones.join(", "));
    let parts: Vec<&str> = [name, phones.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::photo(MediaKind::Image, Some("image/png"), "sendPhoto")]
    #[case::moving(MediaKind::Image, Some("image/gif"), "sendAnimation")]
    #[case::drawing(MediaKind::Image, Some("image/svg+xml"), "sendDocument")]
    #[case::video(MediaKind::Video, Some("video/mp4"), "sendVideo")]
    #[case::other_video(MediaKind::Video, Some("video/webm"), "sendDocument")]
    #[case::voice(MediaKind::Audio, Some("audio/ogg; codecs=opus"), "sendVoice")]
    #[case::song(MediaKind::Audio, Some("audio/mpeg"), "sendAudio")]
    #[case::other_sound(MediaKind::Audio, Some("audio/flac"), "sendDocument")]
    #[case::linked_sound(MediaKind::Audio, None, "sendAudio")]
    #[case::file(MediaKind::File, Some("image/png"), "sendDocument")]
    fn a_type_has_its_method(#[case] kind: MediaKind, #[case] mime: Option<&str>, #[case] expected: &str) {
        assert_eq!(method(kind, mime).0, expected);
    }

    #[rstest]
    #[case::moving("https://media.example/a.GIF?size=2", Some("image/gif"))]
    #[case::voice("https://media.example/a/b.oga", Some("audio/ogg"))]
    #[case::photo("https://media.example/a.jpg", None)]
    #[case::dot_in_a_folder("https://media.example/a.gif/1", None)]
    #[case::nothing("https://media.example", None)]
    fn a_link_tells_by_its_ending(#[case] url: &str, #[case] expected: Option<&str>) {
        assert_eq!(mime_of(url), expected);
    }
}
