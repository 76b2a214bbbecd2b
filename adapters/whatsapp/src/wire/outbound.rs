//! What we post to the Cloud API's `/messages`.
//! developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api

use serde_json::{Value, json};
use tradepost_domain::{Choice, Content, Media, MediaKind, Person, Source};
use tradepost_ports::Signal;

use super::{
    check::{Shelf, Unfit, characters, one, within},
    party::is_number,
    template,
};

/// The largest sticker that does not move. One that moves may have more, which our store's type does not tell.
const STICKER: u64 = 100 * 1024;

/// How a stored medium is called at Meta, by its hash.
pub(crate) type Handles<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a line is written.
pub(crate) struct Writing<'a> {
    pub shelf: Shelf<'a>,
    pub handles: Handles<'a>,
    /// Is a preview of a text's first link shown?
    pub preview_url: bool,
}

/// The body that sends a content. `mark` comes back with its statuses.
pub(crate) fn send(peer: &str, content: &Content, mark: &str, writing: &Writing<'_>) -> Result<Value, Unfit> {
    let (kind, what) = writing.message(content)?;
    let mut body = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "type": kind,
        "biz_opaque_callback_data": mark
    });
    // Ids that are scoped to the business have a field of their own.
    body[if is_number(peer) { "to" } else { "recipient" }] = json!(peer);
    body[kind] = what;
    Ok(body)
}

/// The body that shows a sign of life at that message of the customer's. Typing marks it as seen, too.
pub(crate) fn signal(about: &str, signal: Signal) -> Value {
    let mut body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": about});
    if signal == Signal::Typing {
        body["typing_indicator"] = json!({"type": "text"});
    }
    body
}

/// The media that a content names.
pub(crate) fn media_of(content: &Content) -> Vec<&Media> {
    match content {
        Content::Media { media, .. } => media.iter().collect(),
        Content::Template(template) => template::medium(template).into_iter().collect(),
        _ => Vec::new(),
    }
}

impl Writing<'_> {
    fn message(&self, content: &Content) -> Result<(&'static str, Value), Unfit> {
        Ok(match content {
            Content::Text { text } => {
                ("text", json!({"body": self.shelf.text(text)?, "preview_url": self.preview_url}))
            }
            Content::Buttons { text, choices } => ("interactive", self.buttons(text, choices)?),
            Content::List { text, button, choices } => ("interactive", self.list(text, button, choices)?),
            Content::Media { media, text } => self.medium(one(media)?, text.as_deref())?,
            Content::Location { latitude_e6, longitude_e6, name } => {
                ("location", place(*latitude_e6, *longitude_e6, name.as_deref()))
            }
            Content::People { people } => ("contacts", cards(people)?),
            Content::Template(template) => ("template", template::template(template, self)?),
            Content::QuickReplies { .. }
            | Content::Cards { .. }
            | Content::Tap { .. }
            | Content::Basket { .. }
            | Content::Form { .. }
            | Content::Unsupported { .. } => return Err("it cannot be shown on WhatsApp".into()),
        })
    }

    fn buttons(&self, text: &str, choices: &[Choice]) -> Result<Value, Unfit> {
        self.shelf.question(text, choices, self.shelf.limits.buttons.as_ref())?;
        let button = |choice: &Choice| json!({"type": "reply", "reply": {"id": choice.payload, "title": choice.title}});
        let buttons: Vec<Value> = choices.iter().map(button).collect();
        Ok(json!({"type": "button", "body": {"text": text}, "action": {"buttons": buttons}}))
    }

    /// One section needs no title.
    fn list(&self, text: &str, button: &str, choices: &[Choice]) -> Result<Value, Unfit> {
        let limit = self.shelf.limits.list.as_ref();
        self.shelf.question(text, choices, limit)?;
        characters("what opens the list", button, limit.map_or(0, |limit| limit.button))?;
        let rows: Vec<Value> = choices.iter().map(row).collect();
        Ok(json!({
            "type": "list", "body": {"text": text}, "action": {"button": button, "sections": [{"rows": rows}]}
        }))
    }

    fn medium(&self, media: &Media, text: Option<&str>) -> Result<(&'static str, Value), Unfit> {
        self.shelf.caption(media.kind, text)?;
        let kind = match self.kind(media)? {
            // A sticker is small and has no words beside it; as a file it may be large and have some.
            "sticker" if text.is_some() || is_large(media) => "document",
            kind => kind,
        };
        let mut what = self.place_of(media)?;
        if let Some(text) = text {
            what["caption"] = json!(text);
        }
        if kind == "document" {
            what["filename"] = json!(file_name(media));
        }
        Ok((kind, what))
    }

    /// Meta's word for a medium that it takes.
    pub fn kind(&self, media: &Media) -> Result<&'static str, Unfit> {
        Ok(match (media.kind, mime_of(media)) {
            (MediaKind::Image, Some("image/webp")) => "sticker",
            (MediaKind::Image, None | Some("image/jpeg" | "image/png")) => "image",
            (MediaKind::Video, None | Some("video/mp4" | "video/3gpp")) => "video",
            (
                MediaKind::Audio,
                None
                | Some("audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" | "audio/opus"),
            ) => "audio",
            (MediaKind::File, _) => "document",
            (_, Some(mime)) => return Err(format!("WhatsApp takes no medium of type {mime}")),
        })
    }

    /// Where Meta finds a medium: uploaded, or at a public address.
    pub fn place_of(&self, media: &Media) -> Result<Value, Unfit> {
        match &media.source {
            Source::Remote { url } => Ok(json!({"link": self.shelf.public(url)?})),
            Source::Stored { .. } | Source::Missing { .. } => {
                let (hash, _) = self.shelf.stored(media)?;
                let id = (self.handles)(hash).ok_or("the medium's bytes were not handed over")?;
                Ok(json!({"id": id}))
            }
        }
    }
}

/// The type of a medium of our store, without its parameters.
fn mime_of(media: &Media) -> Option<&str> {
    match &media.source {
        Source::Stored { mime, .. } => Some(mime.split(';').next().unwrap_or_default().trim()),
        _ => None,
    }
}

/// Meta's name of a type: Opus comes in Ogg and is named by it.
pub(crate) fn named_at_meta(mime: &str) -> &str {
    if mime == "audio/opus" { "audio/ogg" } else { mime }
}

/// Is it a medium of our store that no channel of Meta's takes for a picture?
pub(crate) fn is_webp(media: &Media) -> bool {
    mime_of(media) == Some("image/webp")
}

fn is_large(media: &Media) -> bool {
    matches!(media.source, Source::Stored { bytes, .. } if bytes > STICKER)
}

/// A row of a list; without a second line it has no such field.
pub(crate) fn row(choice: &Choice) -> Value {
    let mut row = json!({"id": choice.payload, "title": choice.title});
    if let Some(second) = choice.description.as_deref().filter(|second| !second.trim().is_empty()) {
        row["description"] = json!(second);
    }
    row
}

fn place(latitude_e6: i32, longitude_e6: i32, name: Option<&str>) -> Value {
    let mut place = json!({"latitude": degrees(latitude_e6), "longitude": degrees(longitude_e6)});
    if let Some(name) = name {
        place["name"] = json!(name);
    }
    place
}

/// Millionths as the number that they are: six places are far within what a float holds exactly enough.
pub(crate) fn degrees(e6: i32) -> f64 {
    f64::from(e6) / 1e6
}

fn cards(people: &[Person]) -> Result<Value, Unfit> {
    within("people", people.len(), 257)?;
    people.iter().map(card).collect::<Result<Vec<Value>, _>>().map(Value::from)
}

/// Meta asks for one more part of the name beside the whole.
fn card(person: &Person) -> Result<Value, Unfit> {
    let first = person.phones.first().map_or("", String::as_str);
    let name = if person.name.trim().is_empty() { first } else { person.name.trim() };
    characters("a person's name", name, 1024)?;
    let phones: Vec<Value> =
        person.phones.iter().map(|phone| json!({"phone": phone, "type": "CELL"})).collect();
    let mut card = json!({"name": {"formatted_name": name, "first_name": name}});
    if !phones.is_empty() {
        card["phones"] = json!(phones);
    }
    Ok(card)
}

/// What a file is called where it is shown: the end of its address, else by its type.
pub(crate) fn file_name(media: &Media) -> String {
    let named = match &media.source {
        Source::Remote { url } => url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()),
        _ => None,
    };
    match named.filter(|name| name.contains('.') && !name.starts_with('.') && name.len() <= 240) {
        Some(name) => name.to_owned(),
        None => format!("document{}", ending(media)),
    }
}

fn ending(media: &Media) -> &'static str {
    let Source::Stored { mime, .. } = &media.source else { return "" };
    match mime.as_str() {
        "application/pdf" => ".pdf",
        "application/msword" => ".doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => ".docx",
        "application/vnd.ms-excel" => ".xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => ".xlsx",
        "application/vnd.ms-powerpoint" => ".ppt",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => ".pptx",
        "text/plain" => ".txt",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        _ => "",
    }
}
