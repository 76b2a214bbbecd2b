//! How a provider account is, for people.

use serde::Serialize;
use tradepost_domain::AccountKey;

use super::Guard;

/// How a provider account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderHealth {
    /// The account.
    pub account: AccountKey,
    /// Its breaker.
    pub breaker: BreakerState,
    /// Why it needs a person's attention, if it does.
    pub attention: Option<String>,
}

/// The state of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// All is well.
    Closed,
    /// One call may try.
    HalfOpen,
    /// Nothing is sent.
    Open,
}

impl Guard {
    pub(crate) fn health(&self) -> ProviderHealth {
        let breaker = self.breaker.as_ref().map_or(BreakerState::Closed, super::Breaker::state);
        let attention = self.attention.lock().as_ref().map(|attention| attention.detail.clone());
        ProviderHealth { account: self.terms.account.clone(), breaker, attention }
    }
}
