//! Real servers that tests and benchmarks start and throw away: PostgreSQL, Redis, pgbouncer, each on a port and in a
//! folder of its own. Nothing is left behind: a server goes when its value goes, and also when the test's process is
//! killed.
//!
//! ```no_run
//! use tradepost_tests_servers::{Keeping, Postgres, Stop, fresh_database};
//!
//! let database = fresh_database(); // on the run's shared server
//! println!("{}", database.url());
//! let mut postgres = Postgres::start(Keeping::Durable); // a server to be mistreated
//! postgres.stop(Stop::Immediate);
//! postgres.start_again();
//! ```
//!
//! What cannot be started is a test that cannot run: these functions panic and say what is missing.
#![forbid(unsafe_code)]

mod certificate;
mod folder;
mod others;
mod pgbouncer;
mod postgres;
mod process;
mod programs;
mod redis;
mod shared;

pub use others::Others;
pub use pgbouncer::PgBouncer;
pub use postgres::{Keeping, Postgres, Settings, Stop, ask};
pub use redis::{Redis, RedisOptions};
pub use shared::{Database, POSTGRES, REDIS, fresh_database, shared_postgres, shared_redis};
