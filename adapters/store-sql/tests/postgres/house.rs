//! A store in a database of its own.

use tradepost_store_sql::{PostgresOptions, PostgresStore};
use tradepost_tests_servers::{Database, fresh_database};

/// A store with the usual options in that database.
pub async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(PostgresOptions::new(url)).await.expect("a store")
}

/// A store in a database that goes with the test.
pub async fn fresh() -> (PostgresStore, Database) {
    let database = fresh_database();
    (open(&database.url()).await, database)
}
