//! The rules a send must keep, after section 8 of the reference. What is only assumed there is listed in the README.

use serde_json::Value;

use super::interactive;
use super::shop::Recipient;
use crate::graph::error::GraphError;
use crate::graph::rules::{Verdict, address, list, short, text};

const TEXT_CHARS: usize = 4096;
const CAPTION_CHARS: usize = 1024;
const CALLBACK_CHARS: usize = 512;

/// What the body asks for besides a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// A message, reactions among them.
    Message,
    /// The customer's message is marked as read, perhaps with typing shown.
    Read,
}

/// Which of the two the body is.
pub(super) fn wish(body: &Value) -> Wish {
    if body.get("status").is_some() { Wish::Read } else { Wish::Message }
}

/// The kind of a body, as the log tells it; also of bodies that will be refused.
pub(super) fn kind(body: &Value) -> String {
    match (body["status"].as_str(), body["type"].as_str()) {
        (Some(_), _) if body.get("typing_indicator").is_some() => "typing".into(),
        (Some(status), _) => status.into(),
        (None, Some("interactive")) => body["interactive"]["type"].as_str().unwrap_or("interactive").into(),
        (None, Some(kind)) => kind.into(),
        (None, None) if body.get("text").is_some() => "text".into(),
        (None, None) => "unreadable".into(),
    }
}

/// Whom a body names: `to`, a number in any spelling, or `recipient`, a business-scoped id.
pub(super) fn recipient(body: &Value) -> Verdict<Recipient> {
    match (body.get("to"), body.get("recipient")) {
        (Some(_), Some(_)) => Err(GraphError::parameter("to and recipient exclude each other")),
        (Some(to), None) => number(to).map(Recipient::Number),
        (None, Some(id)) => user_id(id).map(Recipient::UserId),
        (None, None) => Err(GraphError::whatsapp(131_008, "The parameter to is required")),
    }
}

fn number(to: &Value) -> Verdict<String> {
    let digits: String = text(to, "to")?
        .chars()
        .filter(|character| !matches!(character, '+' | ' ' | '-' | '(' | ')' | '.'))
        .collect();
    match (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(digits),
        false => Err(GraphError::parameter("to is no phone number")),
    }
}

fn user_id(id: &Value) -> Verdict<String> {
    let id = text(id, "recipient")?;
    match id.split_once('.') {
        Some((country, rest)) if country.len() == 2 && !rest.is_empty() => Ok(id.to_owned()),
        _ => Err(GraphError::parameter("recipient is no business-scoped id")),
    }
}

/// Holds a message's form against the rules; templates are held against the registry later.
pub(super) fn message(body: &Value, list_body_chars: usize) -> Verdict {
    product(body)?;
    if body.get("recipient_type").is_some_and(|kind| kind != "individual") {
        return Err(GraphError::parameter("recipient_type must be individual"));
    }
    let callback = body.get("biz_opaque_callback_data");
    callback.map_or(Ok(()), |data| short(data, "biz_opaque_callback_data", CALLBACK_CHARS))?;
    if let Some(context) = body.get("context") {
        text(&context["message_id"], "context.message_id")?;
    }
    let kind = body.get("type").map_or(Some("text"), Value::as_str).unwrap_or_default();
    let content = match kind {
        "text" | "image" | "video" | "audio" | "document" | "sticker" | "location" | "contacts"
        | "reaction" | "interactive" | "template" => &body[kind],
        _ => return Err(GraphError::parameter(format!("The type {kind:?} is not known"))),
    };
    if content.is_null() {
        return Err(GraphError::parameter(format!("The parameter {kind} is required")));
    }
    match kind {
        "text" => check_text(content),
        "location" => location(content),
        "contacts" => contacts(content),
        "reaction" => reaction(content),
        "interactive" => interactive::check(content, list_body_chars),
        "template" => Ok(()),
        media => check_media(media, content),
    }
}

/// Holds a mark as read, or typing, against the rules; gives the message it is about.
pub(super) fn read(body: &Value) -> Verdict<&str> {
    product(body)?;
    if body["status"] != "read" {
        return Err(GraphError::parameter("status must be read"));
    }
    match body.get("typing_indicator") {
        Some(typing) if typing["type"] != "text" => {
            Err(GraphError::parameter("typing_indicator.type must be text"))
        }
        _ => text(&body["message_id"], "message_id"),
    }
}

fn product(body: &Value) -> Verdict {
    match body["messaging_product"] == "whatsapp" {
        true => Ok(()),
        false => Err(GraphError::parameter("messaging_product must be whatsapp")),
    }
}

fn check_text(content: &Value) -> Verdict {
    short(&content["body"], "text.body", TEXT_CHARS)?;
    match content.get("preview_url") {
        Some(preview) if !preview.is_boolean() => {
            Err(GraphError::parameter("text.preview_url must be a boolean"))
        }
        _ => Ok(()),
    }
}

/// A medium by `id` or by `link`, with what its kind may have besides.
pub(super) fn check_media(kind: &str, content: &Value) -> Verdict {
    match (content.get("id"), content.get("link")) {
        (Some(id), None) => text(id, "id").map(drop)?,
        (None, Some(link)) => address(link)?,
        _ => return Err(GraphError::parameter(format!("{kind} needs either id or link"))),
    }
    if let Some(caption) = content.get("caption") {
        if matches!(kind, "audio" | "sticker") {
            return Err(GraphError::parameter(format!("{kind} has no caption")));
        }
        short(caption, "caption", CAPTION_CHARS)?;
    }
    match content.get("filename") {
        Some(_) if kind != "document" => Err(GraphError::parameter(format!("{kind} has no filename"))),
        Some(name) => text(name, "filename").map(drop),
        None => Ok(()),
    }
}

fn location(content: &Value) -> Verdict {
    for (name, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        // Numbers, or numbers as strings: both are seen.
        let given = &content[name];
        let number = given.as_f64().or_else(|| given.as_str()?.parse().ok());
        if number.is_none_or(|number| number.abs() > most) {
            return Err(GraphError::parameter(format!("location.{name} must be a number up to {most}")));
        }
    }
    Ok(())
}

fn contacts(content: &Value) -> Verdict {
    list(content, "contacts", 257)?
        .iter()
        .try_for_each(|contact| text(&contact["name"]["formatted_name"], "name.formatted_name").map(drop))
}

/// The emoji may be empty: that takes the reaction back.
fn reaction(content: &Value) -> Verdict {
    text(&content["message_id"], "reaction.message_id")?;
    match content["emoji"].is_string() {
        true => Ok(()),
        false => Err(GraphError::parameter("reaction.emoji must be a string")),
    }
}
