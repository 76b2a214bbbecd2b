//! An update as a JSON schema that an OpenAPI 3.0 document can hold.

use serde_json::{Value, json};

/// What is read of an update. Of the kinds one stands in it; others are recorded by their name.
pub(crate) fn update() -> Value {
    let message = || object(&["message_id", "chat"], message_fields());
    json!({
        "type": "object",
        "required": ["update_id"],
        "properties": {
            "update_id": number(),
            "message": message(),
            "edited_message": message(),
            "callback_query": object(&["id", "from"], json!({
                "id": text(), "from": user(), "data": text(),
                "message": object(&["message_id", "chat"], json!({
                    "message_id": number(), "chat": chat(),
                    "reply_markup": object(&[], json!({"inline_keyboard": list(list(object(&["text"], json!({
                        "text": text(), "callback_data": text()
                    }))))})),
                })),
            })),
            "message_reaction": object(&["chat", "message_id", "old_reaction", "new_reaction"], json!({
                "chat": chat(), "message_id": number(), "user": user(), "date": seconds(),
                "old_reaction": list(sign()), "new_reaction": list(sign()),
            })),
            "my_chat_member": object(&["chat", "new_chat_member"], json!({
                "chat": chat(), "from": user(), "date": seconds(),
                "new_chat_member": object(&["status"], json!({"status": text()})),
            })),
        }
    })
}

fn message_fields() -> Value {
    let point = || {
        let degrees = json!({"type": "number"});
        object(&["latitude", "longitude"], json!({"latitude": degrees, "longitude": degrees}))
    };
    json!({
        "message_id": number(), "chat": chat(), "from": user(), "date": seconds(), "edit_date": seconds(),
        "text": text(), "caption": text(),
        "photo": list(object(&["file_id"], json!({"file_id": text(), "width": number(), "height": number()}))),
        "animation": file(), "video": file(), "video_note": file(), "voice": file(), "audio": file(),
        "document": file(),
        "sticker": object(&["file_id"], json!({
            "file_id": text(), "is_animated": {"type": "boolean"}, "is_video": {"type": "boolean"}
        })),
        "location": point(),
        "venue": object(&["location", "title"], json!({"location": point(), "title": text()})),
        "contact": object(&["phone_number"], json!({
            "phone_number": text(), "first_name": text(), "last_name": text()
        })),
        "web_app_data": object(&["data"], json!({"data": text(), "button_text": text()})),
        "reply_to_message": object(&["message_id"], json!({"message_id": number()})),
    })
}

fn chat() -> Value {
    object(&["id", "type"], json!({"id": number(), "type": text()}))
}

fn user() -> Value {
    object(&["id"], json!({"id": number(), "first_name": text(), "last_name": text()}))
}

fn file() -> Value {
    object(&["file_id"], json!({"file_id": text(), "mime_type": text()}))
}

fn sign() -> Value {
    object(&["type"], json!({"type": text(), "emoji": text(), "custom_emoji_id": text()}))
}

fn object(required: &[&str], properties: Value) -> Value {
    let mut object = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn number() -> Value {
    json!({"type": "integer", "format": "int64"})
}

fn seconds() -> Value {
    json!({"type": "integer", "format": "int64", "description": "Seconds since 1970."})
}
