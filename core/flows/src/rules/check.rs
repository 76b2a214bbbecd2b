//! What is wrong with a rule: asked before one is stored, by whoever stores it.

use serde_json::json;
use tradepost_domain::{MatchKind, Rule};

use super::book::Entry;

/// Characters of a rule's name.
const MOST_NAME: usize = 60;

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// It needs a name on one line.
    #[error("the name must not be empty and stands on one line")]
    Name,
    /// It has more characters than that.
    #[error("the {0} is longer than {1} characters")]
    TooLong(&'static str, usize),
    /// Only a fallback has no pattern.
    #[error("the pattern is empty")]
    NoPattern,
    /// There is no such mark.
    #[error("`{0}` is not one of @media, @story_reply, @story_mention, @like")]
    Mark(String),
    /// The regular expression is wrong or too large.
    #[error("the pattern cannot be read: {0}")]
    Pattern(String),
    /// The language is no tag such as `en` or `pt-BR`.
    #[error("`{0}` is not a language tag such as `en` or `pt-BR`")]
    Locale(String),
    /// The response is empty.
    #[error("the response is empty")]
    NoResponse,
    /// The response cannot be read or written.
    #[error("the response cannot be written: {0}")]
    Response(String),
}

/// Checks a rule: its name, its language, that its pattern compiles, and that its response can be written for a
/// customer of whom nothing and of whom everything is known.
pub fn check_rule(rule: &Rule) -> Result<(), RuleFault> {
    if rule.name.trim().is_empty() || rule.name.contains(['\n', '\r']) {
        return Err(RuleFault::Name);
    }
    if rule.name.chars().count() > MOST_NAME {
        return Err(RuleFault::TooLong("name", MOST_NAME));
    }
    if let Some(locale) = rule.locale.as_deref().filter(|locale| !is_tag(locale)) {
        return Err(RuleFault::Locale(locale.to_owned()));
    }
    let entry = Entry::of(rule)?;
    if rule.response.trim().is_empty() && (rule.kind == MatchKind::Fallback || rule.name != super::PERSON) {
        return Err(RuleFault::NoResponse);
    }
    let samples = [json!({}), sample()];
    let failed = samples.iter().find_map(|vars| entry.response.content(vars).err());
    failed.map_or(Ok(()), |error| Err(RuleFault::Response(error)))
}

fn is_tag(locale: &str) -> bool {
    let mut parts = locale.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.chars().all(|char| char.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|char| char.is_ascii_alphanumeric())
        })
}

/// Every variable that a response may use, with a value of its type.
fn sample() -> serde_json::Value {
    json!({
        "contact": { "name": "Name", "returning": true, "facts": { "size": "M" } },
        "storefront": { "name": "Shop", "contact": "shop@example.com", "locale": "en", "persona": "Friendly" },
        "message": { "text": "words" },
        "now": "2026-01-01 12:00", "today": "2026-01-01", "hour": 12,
        "orders": [{ "id": "ord_1", "sku": "A1", "title": "Thing", "quantity": 1, "total": "1.00 USD", "state": "paid" }],
        "thread": [{ "author": "customer", "text": "words" }],
    })
}
