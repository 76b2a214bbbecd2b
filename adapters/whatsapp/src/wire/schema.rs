//! The bodies of the webhook as JSON schemas that an OpenAPI 3.0 document can hold.

use serde_json::{Value, json};

/// Meta's envelope. Unknown fields are allowed everywhere: Meta adds some without notice.
pub(crate) fn cloud() -> Value {
    json!({
        "type": "object",
        "required": ["object", "entry"],
        "properties": {
            "object": {"type": "string", "enum": ["whatsapp_business_account"]},
            "entry": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "id": text("The WhatsApp Business Account."),
                    "changes": {"type": "array", "items": {
                        "type": "object",
                        "properties": {
                            "field": text("messages, user_preferences, smb_message_echoes, …"),
                            "value": value()
                        }
                    }}
                }
            }}
        }
    })
}

/// The reseller's envelope around it.
pub(crate) fn wapi() -> Value {
    json!({
        "type": "object",
        "properties": {
            "contact": object(&["phone_number", "first_name", "last_name"]),
            "message": {"type": "object", "properties": {
                "is_new_message": {"type": "boolean", "description": "Else it is news of an earlier one."},
                "body": {"description": "The words, or nothing."},
                "media": object(&["link"])
            }},
            "whatsapp_webhook_payload": {
                "oneOf": [{"type": "object"}, {"type": "string"}], "description": "Meta's own body."
            }
        }
    })
}

/// Either of them.
pub(crate) fn both() -> Value {
    json!({"anyOf": [cloud(), wapi()]})
}

fn value() -> Value {
    json!({
        "type": "object",
        "properties": {
            "metadata": object(&["display_phone_number", "phone_number_id"]),
            "contacts": list(json!({"type": "object", "properties": {
                "wa_id": text("The customer's number."),
                "user_id": text("The customer's id that is scoped to the business."),
                "profile": object(&["name", "username"])
            }})),
            "messages": list(message()),
            "message_echoes": list(message()),
            "statuses": list(json!({"type": "object", "properties": {
                "id": text("Of our line."),
                "status": text("sent, delivered, read, played or failed."),
                "timestamp": time(),
                "recipient_id": {"type": "string"},
                "biz_opaque_callback_data": {"description": "What the send carried: of ours, the line's id."},
                "errors": list(json!({"type": "object"}))
            }})),
            "errors": list(json!({"type": "object"})),
            "user_preferences": list(json!({"type": "object"}))
        }
    })
}

fn message() -> Value {
    json!({
        "type": "object",
        "properties": {
            "from": text("The customer's number."),
            "from_user_id": text("The customer's id that is scoped to the business."),
            "id": text("Of the message."),
            "timestamp": time(),
            "type": text("text, image, video, audio, document, sticker, location, contacts, interactive, button, order, …"),
            "text": object(&["body"]),
            "context": object(&["from", "id"])
        }
    })
}

/// A text as a rule.
fn time() -> Value {
    json!({"oneOf": [{"type": "string"}, {"type": "integer", "format": "int64"}], "description": "Seconds since 1970."})
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn object(texts: &[&str]) -> Value {
    let text = json!({"type": "string"});
    let properties: serde_json::Map<_, _> =
        texts.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
    json!({"type": "object", "properties": properties})
}
