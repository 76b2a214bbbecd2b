//! A request that is refused: the only way in which handlers fail.

use std::time::Duration;

use poem::{error::ResponseError, http::StatusCode};
use tradepost_openapi::ProblemKind;
use tradepost_ports::StoreError;

/// A request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .detail.as_deref().unwrap_or(.kind.title()))]
pub struct Refusal {
    /// Why.
    pub kind: ProblemKind,
    /// What went wrong this time; shown to the client.
    pub detail: Option<String>,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// The methods that the path knows.
    pub allow: Option<&'static str>,
}

impl Refusal {
    /// A refusal of that kind.
    pub fn new(kind: ProblemKind) -> Self {
        Self { kind, detail: None, retry_after: None, allow: None }
    }

    /// With what went wrong this time.
    pub fn because(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(kind) }
    }
}

impl ResponseError for Refusal {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The store's words stay in our logs.
impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, "failed to keep or read what a request asked for");
        match error {
            StoreError::Away(_) | StoreError::Conflict => Self {
                retry_after: Some(Duration::from_secs(1)),
                ..Self::because(ProblemKind::Unavailable, "the store cannot be reached now")
            },
            StoreError::Broken(_) | StoreError::Abandoned(_) => Self::new(ProblemKind::Internal),
        }
    }
}
