//! Units as functions that return something.

use std::sync::Arc;

use parking_lot::Mutex;
use tradepost_ports::{
    Store, Unit,
    store::{Kept, StoreError, UnitFuture, UnitWork},
};

/// Runs a unit and returns what it returns, once it is durable.
pub async fn write<T, W>(store: &(impl Store + ?Sized), work: W) -> Kept<T>
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (work, result) = catching(work);
    store.write(work).await?;
    result.lock().take().ok_or_else(|| StoreError::Broken("the unit was not run".into()))
}

/// Runs a unit that only reads, and returns what it returns.
pub async fn read<T, W>(store: &(impl Store + ?Sized), work: W) -> Kept<T>
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (work, result) = catching(work);
    store.read(work).await?;
    result.lock().take().ok_or_else(|| StoreError::Broken("the unit was not run".into()))
}

fn catching<T, W>(work: W) -> (UnitWork, Arc<Mutex<Option<T>>>)
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let result = Arc::new(Mutex::new(None));
    let caught = Arc::clone(&result);
    let work: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            let value = work(unit).await?;
            *caught.lock() = Some(value);
            Ok(())
        })
    });
    (work, result)
}

/// Runs a unit that must be kept: `within!(store, |unit| unit.file(&row).await)`.
macro_rules! within {
    ($store:expr, |$unit:ident| $body:expr) => {
        $crate::store::write($store, move |$unit| Box::pin(async move { $body }))
            .await
            .expect("a unit should be kept")
    };
}

/// The same in a reading unit.
macro_rules! seen {
    ($store:expr, |$unit:ident| $body:expr) => {
        $crate::store::read($store, move |$unit| Box::pin(async move { $body }))
            .await
            .expect("a unit should be read")
    };
}
