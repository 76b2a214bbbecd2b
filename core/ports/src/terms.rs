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
    /// The same for fetching what a customer attached, which is longer than answers; of accounts with media.
    pub fetch_limit: Duration,
    /// Calls at the same time.
    pub concurrency: usize,
    /// Calls in one second, at most.
    pub per_second: u32,
    /// What a repeated call does.
    pub repeat: Repeat,
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
