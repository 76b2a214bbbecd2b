//! Dispatch: what is in the outbox leaves, lane by lane. One lane is served by one worker at a time, by a lease, so that
//! its rate, its order and its breaker's single probe are local facts.

mod carry;
mod claim;
mod pace;
mod runner;
mod settle;

pub use claim::Marked;
pub(crate) use runner::Runners;
