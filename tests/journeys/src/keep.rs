//! Units of work of a story: what it looks up in the store.

use std::sync::Arc;

use parking_lot::Mutex;
use tradepost_ports::{
    Store, Unit,
    store::{Kept, UnitFuture, UnitWork},
};

/// Runs a unit that only reads and returns its value.
pub async fn read<T, F>(store: &dyn Store, work: F) -> T
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (work, out) = handing_out(work);
    store.read(work).await.expect("the store can be read");
    out.lock().take().expect("the unit ran")
}

/// Runs a unit.
pub async fn write<T, F>(store: &dyn Store, work: F) -> T
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (work, out) = handing_out(work);
    store.write(work).await.expect("the store can be written to");
    out.lock().take().expect("the unit ran")
}

fn handing_out<T, F>(work: F) -> (UnitWork, Arc<Mutex<Option<T>>>)
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let out = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&out);
    let work: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            *slot.lock() = Some(work(unit).await?);
            Ok(())
        })
    });
    (work, out)
}
