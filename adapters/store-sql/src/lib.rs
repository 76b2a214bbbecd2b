//! Tradepost's durable store on SQLite: one file, no server.
//!
//! One thread owns the one connection that writes. Units wait for it in a queue; it takes all that wait, runs each in a
//! savepoint of one transaction, commits once, and only then answers. So many callers share one wait for the disk. A few
//! other threads read beside it.
//!
//! Queries stand in one module per aggregate, the same ones as in `tradepost_ports::store`. The SQL types are our own
//! where databases differ (`types`), so that PostgreSQL can be served by the same modules. Time is handed in: nothing
//! here reads a clock.
#![forbid(unsafe_code)]

mod contacts;
mod conversations;
mod counts;
mod events;
mod inbox;
mod journal;
mod ledger;
mod messages;
mod outbox;
mod reader;
mod rules;
mod schema;
mod settings;
mod store;
mod timers;
mod types;
mod unit;
mod writer;

pub use counts::Committed;
pub use settings::Options;
pub use store::SqliteStore;
