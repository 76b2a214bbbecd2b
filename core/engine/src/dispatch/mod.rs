//! Dispatch: what is in the outbox leaves, lane by lane. One lane is served by one worker at a time, by a lease, so that
//! its rate, its order and its breaker's single probe are local facts.

mod carry;
mod claim;
mod fetched;
mod leave;
mod pace;
mod page;
mod pair;
mod runner;
mod settle;

use std::time::Duration;

pub use claim::Marked;
pub(crate) use runner::Runners;

/// A change is tried for so long: what may have been made is never given up in silence.
pub(crate) const DO_VALID: Duration = Duration::from_secs(72 * 3600);
