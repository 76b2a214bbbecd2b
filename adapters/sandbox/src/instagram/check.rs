//! The rules a send must keep, after section 7 of the reference. What is only assumed there is listed in the README.

use serde_json::Value;

use super::template;
use crate::graph::error::GraphError;
use crate::graph::rules::{Verdict, address, list, short, text};

/// Bytes of UTF-8.
const TEXT_BYTES: usize = 1000;
const QUICK_REPLIES: usize = 13;
const PAYLOAD_CHARS: usize = 1000;
const PICTURES: usize = 10;
/// Quick-reply titles are cut silently beyond this; buttons of cards are refused.
pub(super) const TITLE_CHARS: usize = 20;

/// Whom a send is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    Person(String),
    Comment(String),
}

/// A send that keeps the rules.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub(super) recipient: Recipient,
    pub(super) human_agent: bool,
    /// The message a reaction is about.
    pub(super) about: Option<String>,
    /// The message as the customer sees it, where that differs.
    pub(super) shown: Option<Value>,
}

/// Whether the body is a sender action (typing, seen, reaction) and no message.
pub(super) fn is_action(body: &Value) -> bool {
    body.get("sender_action").is_some()
}

/// The kind of a body, as the log tells it; also of bodies that will be refused.
pub(super) fn kind(body: &Value) -> String {
    let message = &body["message"];
    let attachment = message["attachment"]["type"].as_str();
    match body["sender_action"].as_str() {
        Some(action) => action.into(),
        None if message["quick_replies"].is_array() => "quick_replies".into(),
        None if message["text"].is_string() => "text".into(),
        None if message["attachments"].is_array() => "images".into(),
        None => attachment.map_or_else(|| "unreadable".into(), str::to_lowercase),
    }
}

/// The person a body names, if it names one.
pub(super) fn person(body: &Value) -> Option<String> {
    body["recipient"]["id"].as_str().map(str::to_owned)
}

/// Holds a body against the rules.
pub(super) fn check(body: &Value) -> Verdict<Checked> {
    let recipient = recipient(body)?;
    let human_agent = tag(body)?;
    let (about, shown) = match (body.get("sender_action"), body.get("message")) {
        (Some(_), Some(_)) => {
            return Err(GraphError::invalid("sender_action and message exclude each other"));
        }
        (Some(action), None) => (action_about(action, body)?, None),
        (None, Some(message)) => (None, check_message(message)?),
        (None, None) => return Err(GraphError::invalid("The parameter message is required")),
    };
    if matches!(recipient, Recipient::Comment(_)) && is_action(body) {
        return Err(GraphError::invalid("A comment takes a message, no sender_action"));
    }
    Ok(Checked { recipient, human_agent, about, shown })
}

fn recipient(body: &Value) -> Verdict<Recipient> {
    let recipient = &body["recipient"];
    match (recipient["id"].as_str(), recipient["comment_id"].as_str()) {
        (Some(id), None) if !id.is_empty() => Ok(Recipient::Person(id.into())),
        (None, Some(id)) if !id.is_empty() => Ok(Recipient::Comment(id.into())),
        _ => Err(GraphError::invalid("The parameter recipient needs an id (a string) or a comment_id")),
    }
}

/// Whether the body is tagged HUMAN_AGENT, the one tag Instagram knows.
fn tag(body: &Value) -> Verdict<bool> {
    let kind = body.get("messaging_type").map(|kind| kind.as_str().unwrap_or_default());
    match (kind, body.get("tag").map(|tag| tag.as_str().unwrap_or_default())) {
        (None | Some("RESPONSE" | "UPDATE"), None) => Ok(false),
        (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) => Ok(true),
        (Some("MESSAGE_TAG"), Some(_)) => Err(GraphError::invalid("This tag does not apply to Instagram")),
        (Some("MESSAGE_TAG"), None) => Err(GraphError::invalid("MESSAGE_TAG needs a tag")),
        (_, Some(_)) => Err(GraphError::invalid("A tag needs messaging_type MESSAGE_TAG")),
        (Some(_), None) => Err(GraphError::invalid("Unknown messaging_type")),
    }
}

/// Checks a sender action; a reaction tells the message it is about.
fn action_about(action: &Value, body: &Value) -> Verdict<Option<String>> {
    let about = || text(&body["payload"]["message_id"], "payload.message_id").map(|mid| Some(mid.to_owned()));
    match action.as_str() {
        Some("typing_on" | "typing_off" | "mark_seen") => only_action(body).map(|()| None),
        Some("unreact") => about(),
        Some("react") => match body["payload"]["reaction"].as_str() {
            Some("like" | "love" | "laugh" | "haha" | "wow" | "sad" | "angry" | "other") => about(),
            _ => Err(GraphError::invalid("Unknown reaction")),
        },
        _ => Err(GraphError::invalid("Unknown sender_action")),
    }
}

fn only_action(body: &Value) -> Verdict {
    let known = ["recipient", "sender_action", "access_token"];
    match body.as_object().and_then(|body| body.keys().find(|key| !known.contains(&key.as_str()))) {
        Some(key) => Err(GraphError::invalid(format!("{key} does not go with this sender_action"))),
        None => Ok(()),
    }
}

/// Checks a message; tells what is shown when that differs.
fn check_message(message: &Value) -> Verdict<Option<Value>> {
    let parts = ["text", "attachment", "attachments"].map(|part| message.get(part));
    match parts {
        [Some(words), None, None] => {
            check_text(words)?;
            message.get("quick_replies").map_or(Ok(None), |replies| check_quick_replies(replies, message))
        }
        _ if message.get("quick_replies").is_some() => {
            Err(GraphError::invalid("quick_replies go with plain text only"))
        }
        [None, Some(attachment), None] => check_attachment(attachment).map(|()| None),
        [None, None, Some(attachments)] => check_pictures(attachments).map(|()| None),
        [None, None, None] => Err(GraphError::invalid("The message is empty")),
        _ => Err(GraphError::invalid("Only one of text, attachment and attachments can be sent")),
    }
}

fn check_text(words: &Value) -> Verdict {
    match text(words, "text")?.len() {
        0..=TEXT_BYTES => Ok(()),
        bytes => Err(GraphError::invalid(format!("The text has {bytes} bytes, {TEXT_BYTES} are allowed"))),
    }
}

fn check_quick_replies(replies: &Value, message: &Value) -> Verdict<Option<Value>> {
    let replies = list(replies, "quick_replies", QUICK_REPLIES)?;
    for reply in replies {
        match reply["content_type"].as_str() {
            Some("text") => {
                text(&reply["title"], "title")?;
                payload(&reply["payload"])?;
            }
            Some("user_phone_number" | "user_email") => {}
            _ => return Err(GraphError::invalid("Unknown content_type of a quick reply")),
        }
    }
    Ok(with_titles_cut(replies, message))
}

fn with_titles_cut(replies: &[Value], message: &Value) -> Option<Value> {
    let cut = |reply: &Value| {
        let title: String = reply["title"].as_str()?.chars().take(TITLE_CHARS).collect();
        let mut reply = reply.clone();
        reply["title"] = title.into();
        Some(reply)
    };
    let shown: Vec<Value> = replies.iter().map(|reply| cut(reply).unwrap_or_else(|| reply.clone())).collect();
    (shown != replies).then(|| {
        let mut message = message.clone();
        message["quick_replies"] = shown.into();
        message
    })
}

fn check_attachment(attachment: &Value) -> Verdict {
    let payload = &attachment["payload"];
    match attachment["type"].as_str() {
        Some("image" | "video" | "audio" | "file") => address(&payload["url"]),
        Some("template") => template::check(payload),
        Some("like_heart") => Ok(()),
        Some("MEDIA_SHARE") => text(&payload["id"], "payload.id").map(drop),
        _ => Err(GraphError::invalid("Unknown attachment type")),
    }
}

fn check_pictures(attachments: &Value) -> Verdict {
    for picture in list(attachments, "attachments", PICTURES)? {
        if picture["type"] != "image" {
            return Err(GraphError::invalid("Several attachments must all be images"));
        }
        address(&picture["payload"]["url"])?;
    }
    Ok(())
}

/// The hidden word of a quick reply or button.
pub(super) fn payload(value: &Value) -> Verdict {
    short(value, "payload", PAYLOAD_CHARS)
}
