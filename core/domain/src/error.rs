//! One error for every port, in the caller's words.

use std::{borrow::Cow, fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// What went wrong, in the caller's words. Status codes are mapped to it once, in `adapters/http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Our settings are wrong or lack something.
    Config,
    /// The provider refuses our credentials or rights: the account needs attention.
    Denied,
    /// The provider refuses what we asked; asking again will not help.
    Invalid,
    /// There is no such recipient or thing.
    NotFound,
    /// Too fast; `retry_after` may tell.
    RateLimited,
    /// The channel's messaging window is closed.
    OutsideWindow,
    /// The recipient does not want this.
    OptedOut,
    /// The provider is away or broken, and certainly did not take it.
    Unavailable,
    /// Not tried: the breaker of this account is open.
    BreakerOpen,
    /// It may have been taken. Never repeated without a key or a look-up.
    Uncertain,
    /// The provider answered something that its documents do not say.
    Unexpected,
}

impl ErrorKind {
    /// May the same thing be tried again later, with hope and without harm?
    pub fn retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::BreakerOpen | Self::Denied)
    }

    /// Does the breaker count it? The caller's mistakes and business refusals say nothing of the provider's health.
    pub fn counts(self) -> bool {
        matches!(self, Self::Unavailable | Self::Uncertain | Self::Unexpected)
    }

    /// Is waiting for it free of an attempt? A breaker, a rate, an account that needs attention.
    pub fn waits(self) -> bool {
        matches!(self, Self::RateLimited | Self::BreakerOpen | Self::Denied)
    }

    /// The kind as the word that logs, the store and the API use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Denied => "denied",
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::OutsideWindow => "outside_window",
            Self::OptedOut => "opted_out",
            Self::Unavailable => "unavailable",
            Self::BreakerOpen => "breaker_open",
            Self::Uncertain => "uncertain",
            Self::Unexpected => "unexpected",
        }
    }
}

/// A port's failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortError {
    /// What it means for the caller.
    pub kind: ErrorKind,
    /// Who said so: `instagram`, `claude`, `guard`.
    pub provider: Cow<'static, str>,
    /// The provider's own code, as it says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For operators; never holds a secret nor a customer's words.
    pub detail: String,
    /// How long the provider asks us to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Is only this customer meant? Else what the provider says of its rate holds for the whole account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub this_customer_only: bool,
}

impl PortError {
    /// An error of that kind.
    pub fn new(kind: ErrorKind, provider: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        let (provider, detail) = (provider.into(), detail.into());
        Self { kind, provider, code: None, detail, retry_after_ms: None, this_customer_only: false }
    }

    /// With the provider's own code.
    pub fn with_code(mut self, code: impl fmt::Display) -> Self {
        self.code = Some(code.to_string());
        self
    }

    /// With the wait that the provider asks for.
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Said of this customer alone: others may be written to.
    #[must_use]
    pub fn for_this_customer(mut self) -> Self {
        self.this_customer_only = true;
        self
    }

    /// The wait that the provider asks for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} says {}", self.provider, self.kind.word())?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for PortError {}
