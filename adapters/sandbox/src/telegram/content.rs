//! What a method puts into a message, held against its limits. core.telegram.org/bots/api#available-methods

use serde_json::{Map, Value, json};

use super::call::{Call, Upload};
use super::files::{File, Kind};
use super::refusal::{BotError, Verdict};
use super::shop::State;
use crate::json::given;
use crate::media::{Bend, is_genuine};
use crate::mint::Mint;

/// UTF-16 units of a text.
const TEXT: usize = 4096;
/// UTF-16 units of a caption.
const CAPTION: usize = 1024;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Send {
    Text,
    File(Kind),
    Location,
    Venue,
    Contact,
}

impl Send {
    /// What a method sends, by its name in small letters.
    pub(super) fn of(method: &str) -> Option<Self> {
        Some(match method {
            "sendmessage" => Self::Text,
            "sendlocation" => Self::Location,
            "sendvenue" => Self::Venue,
            "sendcontact" => Self::Contact,
            "sendvideonote" => Self::File(Kind::of("video_note")?),
            method => Self::File(Kind::of(method.strip_prefix("send")?)?),
        })
    }

    /// How the log calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::File(kind) => kind.field,
            Self::Location => "location",
            Self::Venue => "venue",
            Self::Contact => "contact",
        }
    }

    /// The fields of the message that it becomes.
    pub(super) fn content(self, call: &Call, state: &mut State, mint: &Mint) -> Verdict<Map<String, Value>> {
        if call.word("parse_mode").is_some_and(|mode| !mode.is_empty()) {
            return Err(BotError::bad("unsupported parse_mode: the sandbox reads none"));
        }
        let content = match self {
            Self::Text => text(call)?,
            Self::File(kind) => return file(kind, call, state, mint),
            Self::Location => json!({ "location": point(call)? }),
            Self::Venue => {
                let (title, address) = (call.required("title")?, call.required("address")?);
                let venue = json!({ "location": point(call)?, "title": title, "address": address });
                json!({ "location": venue["location"], "venue": venue })
            }
            Self::Contact => contact(call)?,
        };
        Ok(content.as_object().cloned().unwrap_or_default())
    }
}

/// Length as Telegram counts it.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn text(call: &Call) -> Verdict<Value> {
    let text = call.word("text").unwrap_or_default();
    let text = text.trim();
    match units(text) {
        0 => Err(BotError::bad("message text is empty")),
        1..=TEXT => Ok(given([("text", text.into()), ("entities", entities(call, "entities")?)])),
        _ => Err(BotError::bad("message is too long")),
    }
}

fn entities(call: &Call, name: &str) -> Verdict<Value> {
    match call.json_of(name)? {
        None => Ok(Value::Null),
        Some(list) if list.is_array() => Ok(list),
        Some(_) => Err(BotError::bad("can't parse entities: a list is expected")),
    }
}

fn point(call: &Call) -> Verdict<Value> {
    let (latitude, longitude) = (call.degrees("latitude", 90.0)?, call.degrees("longitude", 180.0)?);
    Ok(json!({ "latitude": latitude, "longitude": longitude }))
}

fn contact(call: &Call) -> Verdict<Value> {
    let (phone, name) = (call.required("phone_number")?, call.required("first_name")?);
    if !phone.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(BotError::bad("PHONE_NUMBER_INVALID"));
    }
    let last = call.word("last_name").filter(|name| !name.is_empty()).map_or(Value::Null, Value::from);
    Ok(json!({ "contact":
        given([("phone_number", phone.into()), ("first_name", name.into()), ("last_name", last)]) }))
}

fn file(kind: Kind, call: &Call, state: &mut State, mint: &Mint) -> Verdict<Map<String, Value>> {
    let caption = call.word("caption").unwrap_or_default();
    let caption = caption.trim();
    if units(caption) > CAPTION {
        return Err(BotError::bad("message caption is too long"));
    }
    let id = match call.file(kind.field) {
        Some(upload) => state.files.keep(mint, uploaded(kind, upload)?),
        None => named(kind, call, state, mint)?,
    };
    let shown = state.files.shown(mint, &id);
    let mut content = Map::from_iter([(kind.field.to_owned(), shown)]);
    if kind.field == "animation" {
        content.insert("document".to_owned(), content["animation"].clone());
    }
    if !caption.is_empty() && !["sticker", "video_note"].contains(&kind.field) {
        content.insert("caption".to_owned(), caption.into());
    }
    Ok(content)
}

fn uploaded(kind: Kind, upload: &Upload) -> Verdict<File> {
    let Upload { name, mime, bytes } = upload;
    if bytes.is_empty() {
        return Err(BotError::bad("file must be non-empty"));
    }
    if bytes.len() as u64 > kind.most {
        return Err(BotError::too_large());
    }
    let is_picture = || ["image/jpeg", "image/png", "image/webp"].iter().any(|mime| is_genuine(mime, bytes));
    if kind.field == "photo" && !is_picture() {
        return Err(BotError::bad("IMAGE_PROCESS_FAILED"));
    }
    let (mime, bytes, name) = (mime.clone(), bytes.clone(), Some(name.clone()));
    Ok(File { kind, mime, name, bytes, bend: Bend::default(), gone: false })
}

/// A file that Telegram has, or one at an address. Addresses are not fetched: a file of the sandbox's stands in for it.
fn named(kind: Kind, call: &Call, state: &mut State, mint: &Mint) -> Verdict<String> {
    let word = call.word(kind.field).filter(|word| !word.is_empty());
    let word = word.ok_or_else(|| BotError::bad(format!("there is no {} in the request", kind.field)))?;
    if let Some(file) = state.files.get(&word) {
        return match file.kind == kind {
            true => Ok(word),
            false => {
                Err(BotError::bad(format!("can't use file of type {} as {}", file.kind.field, kind.field)))
            }
        };
    }
    let is_address = url::Url::parse(&word).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    match is_address {
        true => Ok(state.files.keep(mint, File::made_up(kind, &word))),
        false => Err(BotError::bad("wrong file identifier/HTTP URL specified")),
    }
}
