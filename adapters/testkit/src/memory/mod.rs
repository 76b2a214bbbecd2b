//! A store over plain maps, for simulations: no threads, no runtime, and the same run every time.
//!
//! A unit works on a copy of all tables; the copy takes their place when the unit says `Ok`, and is thrown away when it
//! says `Err` or panics. A unit that waits for anything is [`StoreError::Broken`]: no real store would like it either.

mod contacts;
mod conversations;
mod events;
mod inbox;
mod journal;
mod ledger;
mod messages;
mod outbox;
mod retention;
mod rules;
mod snapshot;
mod tables;
mod timers;
mod vault;

use std::{collections::VecDeque, sync::Arc};

use async_trait::async_trait;
use futures::{FutureExt as _, future::BoxFuture};
use parking_lot::Mutex;
pub use snapshot::{OnHand, PaymentHeard, Snapshot};
use tables::Tables;
use tradepost_ports::{
    Store,
    store::{StoreError, UnitWork},
};

/// Where a simulation steps in: other tasks may run, or the process may die (by dropping the caller's future).
pub trait Gate: Send + Sync {
    /// Awaited before a unit runs.
    fn before_commit(&self) -> BoxFuture<'_, ()>;
    /// Awaited after a unit is kept, before its caller hears of it.
    fn after_commit(&self) -> BoxFuture<'_, ()>;
}

/// A store in memory. Clones share their rows.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    tables: Mutex<Tables>,
    faults: Mutex<Faults>,
    gate: Option<Box<dyn Gate>>,
}

#[derive(Default)]
struct Faults {
    next: VecDeque<StoreError>,
    away: bool,
    overtaken: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that stops at a gate around every commit.
    pub fn with_gate(gate: impl Gate + 'static) -> Self {
        Self(Arc::new(Inner { gate: Some(Box::new(gate)), ..Inner::default() }))
    }

    /// The next write fails like this and keeps nothing. Several are served in order.
    pub fn fail_next(&self, error: StoreError) {
        self.0.faults.lock().next.push_back(error);
    }

    /// The next unit that keeps a conversation finds that another commit was first, as on a store whose transactions
    /// run side by side.
    pub fn overtake_next(&self) {
        self.0.faults.lock().overtaken = true;
    }

    /// Nothing can be read or written until it is back.
    pub fn go_away(&self, away: bool) {
        self.0.faults.lock().away = away;
    }

    /// Everything as it is now, for a test to look at.
    pub fn tables(&self) -> Snapshot {
        Snapshot(self.0.tables.lock().clone())
    }

    /// Runs a unit on a copy of the tables and returns the copy.
    fn run(work: UnitWork, mut tables: Tables) -> Result<Tables, StoreError> {
        let done = work(&mut tables).now_or_never();
        done.unwrap_or_else(|| Err(StoreError::Broken("a unit waited for something".into())))?;
        Ok(tables)
    }

    fn commit(&self, work: UnitWork) -> Result<(), StoreError> {
        let mut faults = self.0.faults.lock();
        if let Some(error) = faults.next.pop_front() {
            return Err(error);
        }
        let mut tables = self.0.tables.lock();
        let mut copy = tables.clone();
        copy.overtaken = std::mem::take(&mut faults.overtaken);
        *tables = Self::run(work, copy)?;
        tables.overtaken = false;
        Ok(())
    }

    fn reachable(&self) -> Result<(), StoreError> {
        match self.0.faults.lock().away {
            true => Err(StoreError::Away("it was sent away".into())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn write(&self, work: UnitWork) -> Result<(), StoreError> {
        if let Some(gate) = &self.0.gate {
            gate.before_commit().await;
        }
        self.reachable()?;
        self.commit(work)?;
        if let Some(gate) = &self.0.gate {
            gate.after_commit().await;
        }
        Ok(())
    }

    async fn read(&self, work: UnitWork) -> Result<(), StoreError> {
        self.reachable()?;
        let tables = self.0.tables.lock().clone();
        Self::run(work, tables).map(drop)
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.reachable()
    }
}
