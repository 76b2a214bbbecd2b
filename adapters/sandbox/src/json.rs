//! JSON as providers compose it.

use std::fmt::Write;

use serde_json::{Map, Value, json};

/// JSON with everything beyond ASCII as `\uXXXX` in lower-case hex: the form that Meta signs and sends, and Telegram sends.
pub(crate) fn escaped(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// An object of the fields that have a value.
pub(crate) fn given<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// The text, or nothing.
pub(crate) fn or_null(text: &Option<String>) -> Value {
    text.as_deref().map_or(Value::Null, Value::from)
}

/// Adds fields to an object, over those that are there.
pub(crate) fn merge(whole: &mut Value, more: Value) {
    if let (Value::Object(whole), Value::Object(more)) = (whole, more) {
        whole.extend(more);
    }
}

/// Adds a field that nobody knows to every object.
pub(crate) fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(add_unknown);
            merge(value, json!({ "sandbox_unknown": { "since": 2026, "why": null } }));
        }
        Value::Array(values) => values.iter_mut().for_each(add_unknown),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_ascii_is_escaped_in_lower_case_with_surrogates() {
        assert_eq!(
            escaped(&json!({ "text": "Ñandú 🦤 \"q\"" })),
            r#"{"text":"\u00d1and\u00fa \ud83e\udda4 \"q\""}"#
        );
    }
}
