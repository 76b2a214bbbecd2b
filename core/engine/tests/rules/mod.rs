//! The rules of the house, one test each: take the rule out of the engine, and its test fails (`tests/mutants`).

mod changes;
mod channel;
mod deadlines;
mod dispatch;
mod failures;
mod flow;
mod forget;
mod guard;
mod hold;
mod identity;
mod intake;
mod loops;
mod marks;
mod money;
mod observer;
mod parts;
mod people;
mod renumbered;
mod repair;
mod rotation;
mod shapes;
mod shop;
mod slots;
mod tokens;
mod town;
mod turn;
mod words;

/// So many seconds.
fn secs(seconds: u64) -> std::time::Duration {
    std::time::Duration::from_secs(seconds)
}

/// So many hours.
fn hours(hours: u64) -> std::time::Duration {
    secs(hours * 3_600)
}
