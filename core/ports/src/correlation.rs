//! The correlation id of the work under way: set around a port's call, so that whatever an adapter sends can carry it
//! without a parameter in every method.

use std::future::Future;

use tradepost_domain::Correlation;

tokio::task_local! {
    static CURRENT: Correlation;
}

/// Does work whose calls belong to that id.
pub async fn correlated<T>(id: Correlation, work: impl Future<Output = T>) -> T {
    CURRENT.scope(id, work).await
}

/// The id of the work under way, if any was set in this task.
pub fn current() -> Option<Correlation> {
    CURRENT.try_with(Clone::clone).ok()
}
