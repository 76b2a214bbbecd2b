//! The store in a PostgreSQL database, shared by any number of processes: every unit is a transaction of its own, on one of a
//! few connections. The server shares waits for the disk among commits that come together.
//!
//! Rows are locked for as long as a unit lasts, conversations first and one of a kind in the order of their ids; what time
//! brings about takes only what nobody else has (`SKIP LOCKED`), so that it neither waits nor blocks.

pub mod backup;
mod bulk;
mod claim;
mod connect;
mod fault;
mod lookup;
mod news;
mod pending;
mod settings;
mod store;
mod unit;

pub use claim::Company;
pub(crate) use diesel::pg::Pg as Backend;
pub(crate) use diesel_async::RunQueryDsl;
pub use settings::PostgresOptions;
pub use store::PostgresStore;
pub(crate) use unit::SqlUnit;

/// The row that a query finds, this unit's until its end. A unit that only reads locks nothing.
macro_rules! locked {
    ($unit:expr, $query:expr) => {
        async {
            match $unit.only_reads() {
                true => $unit.find(|db| $query.get_result(db)).await,
                false => $unit.find(|db| $query.for_update().get_result(db)).await,
            }
        }
    };
}

/// The first of the rows that a query finds.
macro_rules! one {
    ($unit:expr, $query:expr) => {
        $unit.find(|db| $query.first(db))
    };
}

/// The rows that a query finds and that no other unit has, this unit's until its end.
macro_rules! free {
    ($unit:expr, $query:expr) => {
        async {
            match $unit.only_reads() {
                true => $unit.run(|db| $query.load(db)).await,
                false => $unit.run(|db| $query.for_update().skip_locked().load(db)).await,
            }
        }
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
