//! Tradepost's durable store: in one SQLite file without a server, or in PostgreSQL for any number of processes.
//!
//! Queries stand in one module per aggregate (`aggregates`), the same ones as in `tradepost_ports::store`, and each is
//! compiled once for either database: what differs comes from the module that it is compiled in ([`SqliteStore`]'s or
//! [`PostgresStore`]'s). SQL types are our own where the databases differ (`types`). Time is handed in: nothing here reads
//! a clock but to give up waiting.
#![forbid(unsafe_code)]
#![allow(clippy::duplicate_mod, reason = "the aggregates are compiled once for each database")]

mod counts;
pub mod postgres;
mod schema;
pub mod sqlite;
mod types;

pub use counts::{Committed, Rows};
pub use postgres::{Company, PostgresOptions, PostgresStore};
pub use sqlite::{SqliteOptions, SqliteStore};
