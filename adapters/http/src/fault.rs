//! What a request that got no answer means.

use std::error::Error;

use tradepost_domain::{ErrorKind, PortError};

use crate::{Intent, redact};

/// A fault of the transport as a port's error. Only a connection that never stood proves that nothing arrived.
pub(crate) fn to_port(provider: &'static str, intent: Intent, error: &reqwest::Error) -> PortError {
    let kind = match intent {
        _ if error.is_builder() => ErrorKind::Config,
        _ if error.is_connect() => ErrorKind::Unavailable,
        Intent::Read => ErrorKind::Unavailable,
        Intent::Write => ErrorKind::Uncertain,
    };
    PortError::new(kind, provider, format!("{}: {}", what(error), cause(error)))
}

/// The kind of an answer that does not tell.
pub(crate) fn puzzled(intent: Intent) -> ErrorKind {
    match intent {
        Intent::Read => ErrorKind::Unexpected,
        Intent::Write => ErrorKind::Uncertain,
    }
}

fn what(error: &reqwest::Error) -> &'static str {
    match error {
        _ if error.is_dns() => "the name could not be resolved",
        _ if error.is_connect() && error.is_timeout() => "no connection in time",
        _ if error.is_connect() => "no connection",
        _ if error.is_timeout() => "no whole answer in time",
        _ if error.is_body() || error.is_decode() => "the answer broke off",
        _ => "the connection broke",
    }
}

/// The innermost cause. The outer ones name the address, which may carry a token.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn Error = match error.source() {
        Some(source) => source,
        None => return "no cause is told".into(),
    };
    while let Some(source) = inner.source() {
        inner = source;
    }
    redact(&inner.to_string(), &[])
}
