//! What is posted to the provider, and what its answers mean.
// TODO: the provider's own shapes and codes, and the page that documents them.

use serde::Deserialize;
use serde_json::{Value, json};
use tradepost_domain::{
    Content,
    ErrorKind::{self, *},
    PortError,
};
use tradepost_http::{Answer, Intent, brief, kind_of, redact};

use crate::acme::KIND;

/// The body that sends a content; `None` for what the channel does not declare.
pub(crate) fn body(peer: &str, content: &Content) -> Option<Value> {
    match content {
        Content::Text { text } => Some(json!({"to": peer, "text": text})),
        Content::Buttons { text, choices } => {
            let buttons =
                choices.iter().map(|choice| json!({"title": choice.title, "value": choice.payload}));
            Some(json!({"to": peer, "text": text, "buttons": buttons.collect::<Vec<_>>()}))
        }
        _ => None,
    }
}

#[derive(Deserialize)]
struct Told {
    id: Option<String>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    #[serde(default)]
    message: String,
}

/// The provider's id of the line, or why it was not taken. The token may be repeated in a refusal and is not shown.
pub(crate) fn told(answer: &Answer, token: &str) -> Result<String, PortError> {
    let told = serde_json::from_slice::<Told>(answer.body()).ok();
    let status = answer.status();
    let refused = match told {
        Some(Told { error: Some(refusal), .. }) => {
            let kind = of_code(&refusal.code).or(kind_of(status, Intent::Write)).unwrap_or(Unexpected);
            let code = brief(&redact(&refusal.code, &[token]), 60);
            PortError::new(kind, KIND, brief(&redact(&refusal.message, &[token]), 300)).with_code(code)
        }
        Some(Told { id: Some(id), .. }) if answer.is_success() && !id.is_empty() => return Ok(id),
        // Success without an id may well have been taken.
        _ => {
            let kind = kind_of(status, Intent::Write).unwrap_or(Uncertain);
            PortError::new(kind, KIND, "the answer says nothing that we know").with_code(status)
        }
    };
    Err(refused.with_retry_after(answer.retry_after()))
}

/// The meaning of a code, where it says more than the status.
fn of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "bad_request" => Invalid,
        "bad_key" => Denied,
        "no_such_customer" => NotFound,
        "window_closed" => OutsideWindow,
        "opted_out" => OptedOut,
        "too_fast" => RateLimited,
        "try_again" => Unavailable,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::bad("bad_request", Some(Invalid))]
    #[case::key("bad_key", Some(Denied))]
    #[case::stranger("no_such_customer", Some(NotFound))]
    #[case::window("window_closed", Some(OutsideWindow))]
    #[case::opted_out("opted_out", Some(OptedOut))]
    #[case::fast("too_fast", Some(RateLimited))]
    #[case::away("try_again", Some(Unavailable))]
    #[case::unknown("moon_phase", None)]
    fn a_code_means_one_thing(#[case] code: &str, #[case] kind: Option<ErrorKind>) {
        assert_eq!(of_code(code), kind);
    }
}
