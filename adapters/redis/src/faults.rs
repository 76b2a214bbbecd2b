//! What a failure means for the caller. No text of it holds the password: the address is told without it.

use redis::{Client, RedisError, ServerErrorKind};
use tradepost_domain::{ErrorKind, PortError};

use crate::config::LIMIT;

pub(crate) fn fault(kind: ErrorKind, detail: impl Into<String>) -> PortError {
    PortError::new(kind, "redis", detail)
}

/// The server did not answer in time.
pub(crate) fn silent() -> PortError {
    fault(ErrorKind::Unavailable, format!("did not answer within {} ms", LIMIT.as_millis()))
}

/// Not asked, since it is known not to answer.
pub(crate) fn away() -> PortError {
    fault(ErrorKind::Unavailable, "is away, and is asked again when it answers")
}

/// What an answer, or the lack of one, means.
pub(crate) fn meaning(error: &RedisError) -> PortError {
    let kind = match error.kind() {
        _ if is_denied(error) => ErrorKind::Denied,
        _ if is_away(error) => ErrorKind::Unavailable,
        redis::ErrorKind::Server(
            ServerErrorKind::Moved
            | ServerErrorKind::Ask
            | ServerErrorKind::CrossSlot
            | ServerErrorKind::NoPerm,
        ) => ErrorKind::Config,
        // Written by a server that is there and cannot: its memory is full, its disk is.
        redis::ErrorKind::Extension
            if matches!(error.code(), Some("OOM" | "MISCONF" | "NOREPLICAS" | "BUSY")) =>
        {
            ErrorKind::Unavailable
        }
        _ => ErrorKind::Unexpected,
    };
    let told = fault(kind, error.to_string());
    match error.code() {
        Some(code) => told.with_code(code),
        None => told,
    }
}

/// Whether the connection is of no more use, or the server of none at present.
pub(crate) fn is_away(error: &RedisError) -> bool {
    use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly};
    let server =
        matches!(error.kind(), redis::ErrorKind::Server(BusyLoading | ClusterDown | MasterDown | ReadOnly));
    server || is_denied(error) || error.is_io_error() || error.is_unrecoverable_error()
}

fn is_denied(error: &RedisError) -> bool {
    error.kind() == redis::ErrorKind::AuthenticationFailed
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"))
}

/// The server was there and said nothing when the house was started.
pub(crate) fn silent_at_start(client: &Client) -> PortError {
    let address = client.get_connection_info().addr();
    let detail =
        format!("the server at {address} did not answer: see that it runs and that the address is right");
    fault(ErrorKind::Unavailable, detail)
}

/// What went wrong, said to whoever starts the house.
pub(crate) fn at_start(client: &Client, error: &RedisError) -> PortError {
    if error.is_timeout() {
        return silent_at_start(client);
    }
    let address = client.get_connection_info().addr();
    let PortError { kind, code, detail, .. } = meaning(error);
    let detail = match kind {
        ErrorKind::Denied if code.as_deref() == Some("NOAUTH") => {
            format!("the server at {address} asks for a password: put it into the address")
        }
        ErrorKind::Denied => {
            format!("the server at {address} refuses the password: correct it in the address")
        }
        ErrorKind::Unavailable if is_about_certificates(&detail) => format!(
            "the server at {address} shows a certificate that cannot be trusted ({detail}): name the file of its authority"
        ),
        _ => format!(
            "the server at {address} cannot be used ({detail}): see that it runs and that the address is right"
        ),
    };
    let told = fault(kind, detail);
    match code {
        Some(code) => told.with_code(code),
        None => told,
    }
}

fn is_about_certificates(detail: &str) -> bool {
    detail.contains("certificate")
}
