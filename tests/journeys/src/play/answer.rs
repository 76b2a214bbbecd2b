//! What the customer reads, whichever provider's call brought it.

use serde_json::Value;
use tradepost_sandbox::Entry;

/// Where the words of a message stand.
const WORDS: [&str; 9] = [
    "/text",
    "/message/text",
    "/text/body",
    "/interactive/body/text",
    "/image/caption",
    "/message_body",
    "/body_text",
    "/caption",
    "/document/caption",
];

/// Its words; a medium without any is called by its kind.
pub fn words(entry: &Entry) -> String {
    let at = |place: &&str| entry.body.pointer(place).and_then(Value::as_str);
    let shown = || entry.shown.as_ref().and_then(|shown| shown["body"].as_str());
    if let Some(words) = WORDS.iter().find_map(at).or_else(shown) {
        return words.to_owned();
    }
    let kinds =
        [&entry.body["type"], &entry.body["media_type"], &entry.body["message"]["attachment"]["type"]];
    let telegram = (entry.provider == "telegram").then(|| entry.kind.replace("photo", "image"));
    match kinds.into_iter().find_map(Value::as_str).or(telegram.as_deref()) {
        Some("image") => "a picture".into(),
        Some(kind) if kind != "template" => format!("a medium: {kind}"),
        _ => entry.body.to_string(),
    }
}

/// The titles of what can be tapped below it.
pub fn offers(entry: &Entry) -> Vec<String> {
    let body = &entry.body;
    let list = |place: &str| body.pointer(place).and_then(Value::as_array).cloned().unwrap_or_default();
    let quick = list("/message/quick_replies").into_iter().map(|choice| text_of(&choice["title"]));
    let buttons = list("/interactive/action/buttons").into_iter();
    let buttons = buttons.map(|button| text_of(&button["reply"]["title"]));
    let sections = list("/interactive/action/sections").into_iter();
    let rows = sections.flat_map(|section| section["rows"].as_array().cloned().unwrap_or_default());
    let rows = rows.map(|row| text_of(&row["title"]));
    let resold = body["buttons"].as_object().into_iter().flatten().map(|(_, title)| text_of(title));
    let below = body["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
    let below = below.into_iter().flat_map(|row| row.as_array().cloned().unwrap_or_default());
    let below = below.map(|button| text_of(&button["text"]));
    quick.chain(buttons).chain(rows).chain(resold).chain(below).collect()
}

/// A text, or none.
pub fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
