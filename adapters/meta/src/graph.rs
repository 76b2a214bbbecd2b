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

/// "An unknown error" and "the service": they do not tell how far a call came.
const VAGUE: [i64; 2] = [1, 2];

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
        let kind = match self.code.0.and_then(|code| Some(beside(code, meaning(code, subcode)?, status))) {
            Some(kind) => kind,
            None if is_broken(status) => Uncertain,
            None if self.is_transient.0 || status == 503 => Unavailable,
            None => of_status(status),
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

/// What a code that has that meaning means beside a status.
pub fn beside(code: i64, kind: ErrorKind, status: u16) -> ErrorKind {
    match kind {
        Unavailable if VAGUE.contains(&code) && is_broken(status) => Uncertain,
        kind => kind,
    }
}

/// A 5xx other than 503 says only that something broke, perhaps after the message was taken: posts that were repeated
/// then have doubled.
fn is_broken(status: u16) -> bool {
    status >= 500 && status != 503
}

/// A failure without a readable error object.
pub fn untold(provider: &'static str, status: u16, wait: Option<Duration>) -> PortError {
    let detail = format!("the answer has status {status} and no readable error");
    PortError::new(of_status(status), provider, detail).with_code(status).with_retry_after(wait)
}

/// A failure of a call that only asked: what was not heard has changed nothing, and is asked again.
pub fn asked(error: PortError) -> PortError {
    match error.kind {
        Uncertain => PortError { kind: Unavailable, ..error },
        _ => error,
    }
}

/// The meaning of a status when nothing says more. A 5xx may be made up in between, after Meta took the message.
fn of_status(status: u16) -> ErrorKind {
    match status {
        404 | 410 => Invalid,
        _ => kind_of(status, Intent::Write).unwrap_or(Unexpected),
    }
}
