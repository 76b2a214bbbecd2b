//! From the reseller's bodies to Meta's, as the reseller itself must do it.

use serde_json::{Map, Value, json};

use crate::graph::error::GraphError;
use crate::graph::rules::{Verdict, address, text};
use crate::json::{given, merge};
use crate::mint::Mint;

/// What a number's reseller does in its own way.
pub(super) struct Ways<'a> {
    /// Gives buttons their ids.
    pub(super) mint: &'a Mint,
    /// Takes buttons as an array too.
    pub(super) arrays: bool,
}

/// Meta's body for a call's path and body.
pub(super) fn translate(ways: &Ways<'_>, action: &str, body: &Value) -> Verdict<Value> {
    let content = match action {
        "send-message" => typed("text", json!({ "body": text(&body["message_body"], "message_body")? })),
        "send-media-message" => medium(body)?,
        "send-template-message" => template(body)?,
        "send-interactive-message" => interactive(ways, body)?,
        _ => return Err(GraphError::new(404, 404, None, "The route is not known")),
    };
    let number = text(&body["phone_number"], "phone_number")?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(GraphError::invalid("phone_number has digits only, with the country code and without +"));
    }
    let mut whole = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": number });
    merge(&mut whole, content);
    Ok(whole)
}

fn typed(kind: &str, content: Value) -> Value {
    json!({ "type": kind, kind: content })
}

fn medium(body: &Value) -> Verdict<Value> {
    let kind = text(&body["media_type"], "media_type")?;
    if !matches!(kind, "image" | "video" | "document" | "audio") {
        return Err(GraphError::invalid("media_type is not known"));
    }
    address(&body["media_url"])?;
    let words =
        |name: &str| body[name].as_str().filter(|words| !words.is_empty()).map_or(Value::Null, Value::from);
    let filename = if kind == "document" { words("file_name") } else { Value::Null };
    let caption = if kind == "audio" { Value::Null } else { words("caption") };
    let link = body["media_url"].clone();
    Ok(typed(kind, given([("link", link), ("caption", caption), ("filename", filename)])))
}

/// `field_1…n` are the body's, `header_…` the header's, `button_0…n` and `copy_code` the buttons' parameters.
fn template(body: &Value) -> Verdict<Value> {
    let name = text(&body["template_name"], "template_name")?;
    let language = text(&body["template_language"], "template_language")?;
    let of = |name: String| body[name.as_str()].as_str();
    let words = |words: &str| json!({ "type": "text", "text": words });
    let fields: Vec<Value> = (1..).map_while(|index| of(format!("field_{index}"))).map(words).collect();
    let mut components = Vec::new();
    if let Some(header) = header(body) {
        components.push(json!({ "type": "header", "parameters": [header] }));
    }
    if !fields.is_empty() {
        components.push(json!({ "type": "body", "parameters": fields }));
    }
    for index in 0..10 {
        if let Some(words) = of(format!("button_{index}")) {
            components.push(json!({ "type": "button", "sub_type": "url", "index": index.to_string(),
                "parameters": [{ "type": "text", "text": words }] }));
        }
    }
    if let Some(code) = body["copy_code"].as_str() {
        components.push(json!({ "type": "button", "sub_type": "copy_code", "index": "0",
            "parameters": [{ "type": "coupon_code", "coupon_code": code }] }));
    }
    let language = json!({ "code": language });
    Ok(typed("template", json!({ "name": name, "language": language, "components": components })))
}

fn header(body: &Value) -> Option<Value> {
    if let Some(words) = body["header_field_1"].as_str() {
        return Some(json!({ "type": "text", "text": words }));
    }
    for kind in ["image", "video", "document"] {
        if let Some(link) = body[format!("header_{kind}")].as_str() {
            let mut medium = json!({ "link": link });
            if let Some(name) = body["header_document_name"].as_str().filter(|_| kind == "document") {
                medium["filename"] = name.into();
            }
            return Some(typed(kind, medium));
        }
    }
    let latitude = body.get("location_latitude")?;
    Some(typed(
        "location",
        given([
            ("latitude", latitude.clone()),
            ("longitude", body["location_longitude"].clone()),
            ("name", body["location_name"].clone()),
            ("address", body["location_address"].clone()),
        ]),
    ))
}

fn interactive(ways: &Ways<'_>, body: &Value) -> Verdict<Value> {
    let kind = text(&body["interactive_type"], "interactive_type")?;
    let action = match kind {
        "button" => json!({ "buttons": buttons(ways, &body["buttons"])? }),
        "list" => list(&body["list_data"])?,
        _ => return Err(GraphError::invalid("interactive_type is not known")),
    };
    let header = match body["header_type"].as_str() {
        Some("text") => json!({ "type": "text", "text": body["header_text"] }),
        Some(_) => return Err(GraphError::invalid("header_type is not known")),
        None => Value::Null,
    };
    let footer = body["footer_text"].as_str().filter(|footer| !footer.is_empty());
    let mut content = given([
        ("type", kind.into()),
        ("header", header),
        ("footer", footer.map_or(Value::Null, |footer| json!({ "text": footer }))),
        ("action", action),
    ]);
    content["body"] = json!({ "text": body["body_text"] });
    Ok(typed("interactive", content))
}

/// `{"1": "Yes", "2": "No"}`: the reseller gives ids of its own, so that only the title tells which was tapped.
fn buttons(ways: &Ways<'_>, buttons: &Value) -> Verdict<Vec<Value>> {
    let reply = |id: Value, title: &Value| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    match buttons {
        Value::Object(titles) if !titles.is_empty() => {
            Ok(in_order(titles).map(|title| reply(ways.mint.word().into(), title)).collect())
        }
        Value::Array(buttons) if ways.arrays => {
            Ok(buttons.iter().map(|button| reply(button["id"].clone(), &button["title"])).collect())
        }
        _ => Err(GraphError::invalid("buttons must be an object of titles")),
    }
}

/// Values in the order of their numbers.
fn in_order(values: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let mut keys: Vec<&String> = values.keys().collect();
    keys.sort_by_key(|key| (key.parse::<u32>().unwrap_or(u32::MAX), key.as_str()));
    keys.into_iter().map(|key| &values[key])
}

/// The label, and sections as an array or as an object of them.
fn list(data: &Value) -> Verdict<Value> {
    let sections = all(&data["sections"]).ok_or_else(|| GraphError::invalid("list_data needs sections"))?;
    let section = |section: &Value| {
        let rows = all(&section["rows"]).unwrap_or_default();
        let row = |row: &Value| {
            let id = row.get("id").or_else(|| row.get("row_id")).cloned().unwrap_or_default();
            let description = row["description"].as_str().filter(|words| !words.is_empty());
            given([
                ("id", id),
                ("title", row["title"].clone()),
                ("description", description.map_or(Value::Null, Value::from)),
            ])
        };
        given([
            ("title", section["title"].clone()),
            ("rows", rows.into_iter().map(row).collect::<Vec<_>>().into()),
        ])
    };
    let sections: Vec<Value> = sections.into_iter().map(section).collect();
    Ok(json!({ "button": data["button_text"], "sections": sections }))
}

fn all(values: &Value) -> Option<Vec<&Value>> {
    match values {
        Value::Array(values) => Some(values.iter().collect()),
        Value::Object(values) => Some(in_order(values).collect()),
        _ => None,
    }
}
