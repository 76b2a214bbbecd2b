//! Units of work of a story: what it looks up in the store.

use tradepost_ports::{
    Store, Unit,
    store::{Kept, UnitFuture},
};

/// Runs a unit that only reads and returns its value.
pub async fn read<T, F>(store: &dyn Store, work: F) -> T
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    tradepost_testkit::store::read(store, work).await.expect("the store can be read")
}

/// Runs a unit and returns its value.
pub async fn write<T, F>(store: &dyn Store, work: F) -> T
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    tradepost_testkit::store::write(store, work).await.expect("the store can be written to")
}
