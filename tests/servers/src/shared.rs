//! One server for a whole run: `tests/run` starts it and says where it is. Without it each process starts its own once.

use std::{env, sync::LazyLock};

use crate::{
    postgres::{Keeping, Postgres, ask, create_database},
    redis::Redis,
};

/// The environment's name for the address of the shared PostgreSQL's database `postgres`.
pub const POSTGRES: &str = "TRADEPOST_TEST_POSTGRES";
/// The environment's name for the address of the shared Redis.
pub const REDIS: &str = "TRADEPOST_TEST_REDIS";

/// The address of the shared PostgreSQL's database `postgres`. Its durability is off.
pub fn shared_postgres() -> &'static str {
    static OWN: LazyLock<Postgres> = LazyLock::new(|| Postgres::start(Keeping::Quick));
    static URL: LazyLock<String> =
        LazyLock::new(|| env::var(POSTGRES).unwrap_or_else(|_| OWN.url("postgres")));
    &URL
}

/// The address of the shared Redis. Keep to a namespace of your own, and flush nothing.
pub fn shared_redis() -> &'static str {
    static OWN: LazyLock<Redis> = LazyLock::new(Redis::start);
    static URL: LazyLock<String> = LazyLock::new(|| env::var(REDIS).unwrap_or_else(|_| OWN.url()));
    &URL
}

/// A new, empty database on the shared PostgreSQL. It goes when the value goes.
pub fn fresh_database() -> Database {
    let server = shared_postgres();
    Database { server, name: create_database(server) }
}

/// A database of a test's own.
pub struct Database {
    server: &'static str,
    name: String,
}

impl Database {
    /// Its address.
    pub fn url(&self) -> String {
        let server = self.server.rsplit_once('/').map_or(self.server, |(server, _)| server);
        format!("{server}/{}", self.name)
    }

    /// Runs statements in it, and gives what they answer: a line per row, `|` between columns.
    ///
    /// # Errors
    /// What the server complains of.
    pub fn ask(&self, statements: &str) -> Result<String, String> {
        ask(&self.url(), statements)
    }
}

impl Drop for Database {
    /// A server that is gone has dropped it already.
    fn drop(&mut self) {
        let _ = ask(self.server, &format!("drop database if exists {} with (force)", self.name));
    }
}
