//! Rules that the sends of every channel of Meta's keep.

use serde_json::Value;

use super::error::GraphError;

/// Fine, or refused.
pub(crate) type Verdict<T = ()> = Result<T, GraphError>;

/// A list of one to so many values.
pub(crate) fn list<'a>(value: &'a Value, name: &str, most: usize) -> Verdict<&'a [Value]> {
    match value.as_array() {
        Some(list) if (1..=most).contains(&list.len()) => Ok(list),
        Some(list) => {
            Err(GraphError::invalid(format!("{name} holds {}, 1 to {most} are allowed", list.len())))
        }
        None => Err(GraphError::invalid(format!("{name} must be an array"))),
    }
}

/// A string that is not empty.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Verdict<&'a str> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| GraphError::invalid(format!("The parameter {name} must be a non-empty string")))
}

/// A string of at most so many characters.
pub(crate) fn short(value: &Value, name: &str, chars: usize) -> Verdict {
    match text(value, name)?.chars().count() {
        count if count <= chars => Ok(()),
        count => Err(GraphError::invalid(format!("{name} has {count} characters, {chars} are allowed"))),
    }
}

/// An address that Meta can fetch: https, or plain http on this machine, which only a sandbox takes.
pub(crate) fn address(value: &Value) -> Verdict {
    let given = text(value, "url")?;
    let url = url::Url::parse(given).map_err(|_| GraphError::invalid("url is no address"))?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        _ => Err(GraphError::invalid("url must be a public https address")),
    }
}
