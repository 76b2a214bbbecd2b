use tradepost_testkit::memory::MemoryStore;

async fn fresh() -> MemoryStore {
    MemoryStore::new()
}

tradepost_testkit::store_suite!(fresh);
