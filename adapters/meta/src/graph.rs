//! The error object of the Graph API, in answers and in webhooks.
//! developers.facebook.com/docs/graph-api/guides/error-handling

use std::time::Duration;

use serde::Deserialize;
use tradepost_domain::{
    ErrorKind::{self, *},
    PortError,
};
use tradepost_http::{Intent, brief, kind_of, redact};

use crate::lenient::{Code, Flag, Words, perhaps, words_of};

/// What Meta says of a failure.
#[derive(Deserialize)]
pub struct GraphError {
    message: Option<Words>,
    title: Option<Words>,
    #[serde(default)]
    code: Code,
    #[serde(default)]
    error_subcode: Code,
    #[serde(default)]
    is_transient: Flag,
    #[serde(default, deserialize_with = "perhaps")]
    error_data: Option<ErrorData>,
    fbtrace_id: Option<Words>,
}

/// More of it: an object, or a plain text.
#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorData {
    Object { details: Option<Words> },
    Plain(Words),
}

impl ErrorData {
    fn words(&self) -> Option<&str> {
        match self {
            Self::Object { details } => words_of(details),
            Self::Plain(words) => Some(&words.0),
        }
    }
}

/// What a code and its subcode mean on a channel, where it knows.
pub type Meaning = fn(i64, i64) -> Option<ErrorKind>;

impl GraphError {
    /// The code.
    pub fn code(&self) -> Option<i64> {
        self.code.0
    }

    /// The failure of a call that was answered with that status, without the token.
    pub fn to_port(&self, provider: &'static str, meaning: Meaning, status: u16, token: &str) -> PortError {
        let subcode = self.error_subcode.0.unwrap_or_default();
        let kind = match self.code.0.and_then(|code| meaning(code, subcode)) {
            Some(kind) => kind,
            None if self.is_transient.0 => Unavailable,
            None => of_status(status, true),
        };
        let code = match (self.code.0, subcode) {
            (Some(code), 0) => code.to_string(),
            (Some(code), subcode) => format!("{code}/{subcode}"),
            (None, _) => format!("http {status}"),
        };
        PortError::new(kind, provider, self.detail(token)).with_code(code)
    }

    /// Meta's sentences, which may name the token that it refuses.
    pub fn detail(&self, token: &str) -> String {
        let message = words_of(&self.message).or(words_of(&self.title)).unwrap_or_default();
        let said = match self.error_data.as_ref().and_then(ErrorData::words) {
            Some(details) if details != message => format!("{message}: {details}"),
            _ => message.to_owned(),
        };
        let said = brief(&redact(&said, &[token]), 300);
        match words_of(&self.fbtrace_id) {
            None => said,
            Some(trace) => format!("{said} (fbtrace_id {})", brief(&redact(trace, &[token]), 40)),
        }
    }
}

/// A failure without a readable error object.
pub fn untold(provider: &'static str, status: u16, wait: Option<Duration>) -> PortError {
    let detail = format!("the answer has status {status} and no readable error");
    PortError::new(of_status(status, false), provider, detail).with_code(status).with_retry_after(wait)
}

/// The meaning of a status when the code says nothing. Meta's own 5xx were not taken; one that a gateway in between
/// made up does not tell.
fn of_status(status: u16, by_meta: bool) -> ErrorKind {
    match status {
        502 | 504 if !by_meta => Uncertain,
        500..=599 => Unavailable,
        404 | 410 => Invalid,
        _ => kind_of(status, Intent::Write).unwrap_or(Unexpected),
    }
}
