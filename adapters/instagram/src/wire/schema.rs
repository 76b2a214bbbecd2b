//! The body of the webhook as a JSON schema that an OpenAPI 3.0 document can hold.

use serde_json::{Value, json};

/// The envelope. Unknown fields are allowed everywhere: Meta adds some without notice.
pub(crate) fn body() -> Value {
    json!({
        "type": "object",
        "required": ["object", "entry"],
        "properties": {
            "object": {"type": "string", "enum": ["instagram"]},
            "entry": {"type": "array", "items": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": id("Our account."),
                    "time": time(),
                    "messaging": {"type": "array", "items": item()},
                    "standby": {"type": "array", "items": item(), "description": "While another app controls the thread."},
                    "changes": {"type": "array", "items": {"type": "object", "properties": {
                        "field": {"type": "string"}, "value": {"type": "object"}
                    }}},
                    "field": {"type": "string", "description": "A change in the entry itself."},
                    "value": {"type": "object"}
                }
            }}
        }
    })
}

fn item() -> Value {
    let side = json!({"type": "object", "properties": {"id": id("Scoped to the account.")}});
    json!({
        "type": "object",
        "required": ["sender", "recipient"],
        "properties": {
            "sender": side, "recipient": side,
            "timestamp": time(),
            "message": message(),
            "postback": object(&["mid", "title", "payload"]),
            "reaction": object(&["mid", "action", "reaction", "emoji"]),
            "read": object(&["mid"]),
            "referral": object(&["ref", "source", "type", "ad_id"]),
            "message_edit": object(&["mid", "text"]),
            "optin": object(&["type", "ref"])
        }
    })
}

fn message() -> Value {
    json!({
        "type": "object",
        "properties": {
            "mid": {"type": "string"},
            "text": {"type": "string"},
            "attachments": {"type": "array", "items": {"type": "object", "properties": {
                "type": {"type": "string", "description": "image, video, audio, file, like_heart, share, ig_reel, story_mention, …"},
                "payload": object(&["url", "title"])
            }}},
            "quick_reply": object(&["payload"]),
            "reply_to": {"type": "object", "properties": {
                "mid": {"type": "string"}, "story": object(&["id", "url"])
            }},
            "is_echo": {"type": "boolean", "description": "Written by our account."},
            "is_deleted": {"type": "boolean"},
            "is_unsupported": {"type": "boolean"}
        }
    })
}

fn object(texts: &[&str]) -> Value {
    let text = json!({"type": "string"});
    let properties: serde_json::Map<_, _> =
        texts.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
    json!({"type": "object", "properties": properties})
}

/// Ids are texts; some of Meta's products have written them as numbers.
fn id(description: &str) -> Value {
    json!({"oneOf": [{"type": "string"}, {"type": "integer", "format": "int64"}], "description": description})
}

fn time() -> Value {
    json!({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}], "description": "Milliseconds since 1970."})
}
