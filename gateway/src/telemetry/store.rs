//! The store as an observer sees it: how long units take, and what is told inside one counts when it is kept.

use std::{
    cell::RefCell,
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use parking_lot::Mutex;
use tracing::{Instrument, Span};
use tradepost_ports::{Happening, Store, StoreError, observer::STEPS, store::UnitWork};

use super::Telemetry;

tokio::task_local! {
    static TOLD: RefCell<Vec<Happening>>;
}

/// Keeps what is told inside a unit until it is known whether the unit is kept; gives it back outside of one.
pub(super) fn held(happening: Happening) -> Option<Happening> {
    let mut happening = Some(happening);
    // Outside of a unit there is nothing to hold it in.
    let _ = TOLD.try_with(|told| told.borrow_mut().extend(happening.take()));
    happening
}

/// A store that is watched.
pub(super) struct Watched {
    pub(super) store: Arc<dyn Store>,
    pub(super) telemetry: Arc<Telemetry>,
}

#[async_trait]
impl Store for Watched {
    async fn write(&self, work: UnitWork) -> Result<(), StoreError> {
        let begun = Instant::now();
        let told: Arc<Mutex<Vec<Happening>>> = Arc::default();
        let kept = self.store.write(telling(work, Arc::clone(&told))).instrument(within()).await;
        self.ended("write", &kept, begun.elapsed());
        if kept.is_ok() {
            mem::take(&mut *told.lock()).into_iter().for_each(|happening| self.telemetry.count(happening));
        }
        kept
    }

    async fn read(&self, work: UnitWork) -> Result<(), StoreError> {
        let begun = Instant::now();
        let read = self.store.read(work).await;
        self.ended("read", &read, begun.elapsed());
        read
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.store.health().await
    }
}

impl Watched {
    fn ended(&self, access: &'static str, end: &Result<(), StoreError>, took: Duration) {
        let outcome = match end {
            Ok(()) => "kept",
            Err(StoreError::Away(_)) => "away",
            Err(StoreError::Conflict) => "conflict",
            Err(StoreError::Broken(_)) => "broken",
            Err(StoreError::Abandoned(_)) => "abandoned",
        };
        self.telemetry.unit(access, outcome, took);
    }
}

/// A step of what caused the unit; what nobody caused is no trace.
fn within() -> Span {
    if Span::current().is_none() { Span::none() } else { tracing::info_span!(target: STEPS, "store.write") }
}

/// The unit, and what was told inside it.
fn telling(work: UnitWork, told: Arc<Mutex<Vec<Happening>>>) -> UnitWork {
    Box::new(move |unit| {
        Box::pin(TOLD.scope(RefCell::default(), async move {
            let done = work(unit).await;
            *told.lock() = TOLD.with(RefCell::take);
            done
        }))
    })
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;
    use tradepost_ports::Observer;
    use tradepost_testkit::memory::MemoryStore;

    use super::*;
    use crate::settings::{Role, TelemetrySettings};

    fn failures(telemetry: &Telemetry) -> Option<String> {
        let registry = telemetry.registry.as_ref().expect("a page");
        let page = TextEncoder::new().encode_to_string(&registry.gather()).expect("text");
        page.lines().find_map(|line| line.strip_prefix("tradepost_turn_failures_total ")).map(str::to_owned)
    }

    /// proves: PL-08
    #[tokio::test]
    async fn what_is_told_in_a_unit_counts_when_the_unit_is_kept() {
        let settings = TelemetrySettings { prometheus: true, ..TelemetrySettings::default() };
        let telemetry = Telemetry::begin(&settings, Role::All).expect("set up").expect("told");
        let store = telemetry.watching(Arc::new(MemoryStore::new()));
        let telling = |end: Result<(), StoreError>| -> UnitWork {
            let telemetry = Arc::clone(&telemetry);
            Box::new(move |_| {
                Box::pin(async move {
                    telemetry.saw(Happening::TurnFailed);
                    end
                })
            })
        };
        assert!(store.write(telling(Err(StoreError::Conflict))).await.is_err());
        assert_eq!(failures(&telemetry), None);
        store.write(telling(Ok(()))).await.expect("kept");
        assert_eq!(failures(&telemetry).as_deref(), Some("1"));
        telemetry.saw(Happening::TurnFailed);
        assert_eq!(failures(&telemetry).as_deref(), Some("2"), "outside of a unit it counts at once");
    }
}
