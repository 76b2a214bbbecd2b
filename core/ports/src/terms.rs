//! On what terms a provider's account is called: data that the guard and the dispatcher read.

use std::time::Duration;

use tradepost_domain::{AccountKey, Lane};

/// The terms of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The account, such as `instagram:178…`.
    pub account: AccountKey,
    /// What shares one rate and one order with it. Sends of one lane are dispatched by one worker at a time.
    pub lane: Lane,
    /// The whole time that one call may take, the client's own connecting and reading included. The deadline of a
    /// call that is under way is this plus a margin.
    pub time_limit: Duration,
    /// Calls at the same time.
    pub concurrency: usize,
    /// Calls in one second, at most.
    pub per_second: u32,
    /// How fast lines to one and the same customer may follow each other, where that is limited.
    pub pair: Option<PairRate>,
    /// What a repeated call does.
    pub repeat: Repeat,
    /// Does news of a line give back the mark that the send carried ([`Outbound::line`](crate::Outbound::line))? Then a line
    /// whose answer was lost is known again by its first receipt.
    pub marks: bool,
}

impl Terms {
    /// Careful terms, for an adapter to put its own over: the account is its own lane, ten seconds a call, four calls at
    /// the same time, ten in a second, nothing is repeated, no mark comes back.
    pub fn of(account: AccountKey) -> Self {
        Self {
            lane: Lane::new(account.as_str()),
            account,
            time_limit: Duration::from_secs(10),
            concurrency: 4,
            per_second: 10,
            pair: None,
            repeat: Repeat::Never,
            marks: false,
        }
    }
}

/// How fast lines to one customer may follow each other: some at once, then one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairRate {
    /// So many may be ahead of their time.
    pub burst: u32,
    /// One more after each of these.
    pub every: Duration,
}

/// What a repeated call does at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The provider knows our key and does it once.
    Keyed,
    /// Unknown; but it can be asked whether it was done.
    LookUp,
    /// Unknown. Never repeated when the first may have arrived.
    Never,
}
