use tradepost_store_sql::{SqliteOptions, SqliteStore};
use tradepost_testkit::store::Fresh;

async fn fresh() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("store.db"), SqliteOptions::default()).await;
    Fresh::holding(store.expect("a store"), folder)
}

tradepost_testkit::store_suite!(fresh);
