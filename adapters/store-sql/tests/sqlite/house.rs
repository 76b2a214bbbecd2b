//! A store in a folder of its own.

use std::path::PathBuf;

use tempfile::TempDir;
use tradepost_domain::EventId;
use tradepost_ports::{
    Store,
    store::{Kept, UnitWork},
};
use tradepost_store_sql::{SqliteOptions, SqliteStore};
use tradepost_testkit::{make, store::read};

/// A folder that goes with the test.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Where the store stands in it.
pub fn path_in(folder: &TempDir) -> PathBuf {
    folder.path().join("store.db")
}

/// A store in that folder.
pub async fn open(folder: &TempDir, options: SqliteOptions) -> SqliteStore {
    SqliteStore::open(path_in(folder), options).await.expect("a store")
}

/// A unit that writes event `n` down.
pub fn recording(n: u64) -> UnitWork {
    Box::new(move |unit| Box::pin(async move { unit.record(&make::stored_event(n)).await }))
}

/// Writes event `n` down.
pub async fn record(store: &impl Store, n: u64) -> Kept<()> {
    store.write(recording(n)).await
}

/// Is event `n` there?
pub async fn recorded(store: &impl Store, n: u64) -> bool {
    let id: EventId = make::stored_event(n).id;
    let event = read(store, move |unit| Box::pin(async move { unit.event(id).await })).await;
    event.expect("a reading unit").is_some()
}
