//! The store in one SQLite file: one thread owns the one connection that writes. Units wait for it in a queue; it takes
//! all that wait, runs each in a savepoint of one transaction, commits once, and only then answers. So many callers share
//! one wait for the disk. A few other threads read beside it.

pub mod backup;
mod checkpoint;
mod reader;
mod rows;
mod settings;
mod store;
mod unit;
mod writer;

pub(crate) use diesel::RunQueryDsl;
pub(crate) use diesel::sqlite::Sqlite as Backend;
pub use settings::SqliteOptions;
pub use store::SqliteStore;
pub(crate) use unit::SqlUnit;

/// The row that a query finds. The writer is alone: nobody else changes it before the unit's end.
macro_rules! locked {
    ($unit:expr, $query:expr) => {
        $unit.find(|db| $query.get_result(db))
    };
}

/// The first of the rows that a query finds: the others are not even looked for. A `LIMIT` would be bound, and SQLite makes
/// a new plan whenever one is.
macro_rules! one {
    ($unit:expr, $query:expr) => {
        $unit.find(|db| $query.get_result(db))
    };
}

/// The rows that a query finds and that no other unit has.
macro_rules! free {
    ($unit:expr, $query:expr) => {
        $unit.run(|db| $query.load(db))
    };
}

// The same files for every database: what they import from here differs.
#[path = "../aggregates/contacts.rs"]
mod contacts;
#[path = "../aggregates/conversations.rs"]
mod conversations;
#[path = "../aggregates/events.rs"]
mod events;
#[path = "../aggregates/inbox.rs"]
mod inbox;
#[path = "../aggregates/journal.rs"]
mod journal;
#[path = "../aggregates/ledger.rs"]
mod ledger;
#[path = "../aggregates/messages.rs"]
mod messages;
#[path = "../aggregates/outbox.rs"]
mod outbox;
#[path = "../aggregates/retention.rs"]
mod retention;
#[path = "../aggregates/rules.rs"]
mod rules;
#[path = "../aggregates/timers.rs"]
mod timers;
#[path = "../aggregates/vault.rs"]
mod vault;
