use tradepost_testkit::store::Fresh;

async fn fresh() -> Fresh {
    let (store, database) = super::house::fresh().await;
    Fresh::holding(store, database)
}

tradepost_testkit::store_suite!(fresh);
