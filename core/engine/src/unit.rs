//! Units of work that hand a value out.

use std::sync::Arc;

use parking_lot::Mutex;
use tradepost_ports::store::{Kept, Store, StoreError, Unit, UnitFuture, UnitWork};

/// Runs a unit and returns its value once its rows are durable.
pub(crate) async fn write<T, F>(store: &dyn Store, work: F) -> Kept<T>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (work, out) = handing_out(work);
    store.write(work).await?;
    taken(&out)
}

/// Runs a unit that only reads and returns its value.
pub(crate) async fn read<T, F>(store: &dyn Store, work: F) -> Kept<T>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (work, out) = handing_out(work);
    store.read(work).await?;
    taken(&out)
}

type Out<T> = Arc<Mutex<Option<T>>>;

fn handing_out<T, F>(work: F) -> (UnitWork, Out<T>)
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let out: Out<T> = Arc::default();
    let slot = Arc::clone(&out);
    let work: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            *slot.lock() = Some(work(unit).await?);
            Ok(())
        })
    });
    (work, out)
}

fn taken<T>(out: &Out<T>) -> Kept<T> {
    out.lock().take().ok_or_else(|| StoreError::Broken("the unit was kept but never ran".into()))
}
