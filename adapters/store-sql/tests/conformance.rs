use tradepost_store_sql::{Options, SqliteStore};
use tradepost_testkit::store::Fresh;

async fn fresh() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("store.db"), Options::default()).await;
    Fresh::holding(store.expect("a store"), folder)
}

tradepost_testkit::store_suite!(fresh);
