//! How the house stands: queues, breakers, servers. Read from the house now and then, not counted on the way.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use opentelemetry::{KeyValue, metrics::Meter};
use parking_lot::Mutex;
use tokio::sync::watch;
use tradepost_domain::Timestamp;
use tradepost_engine::{BreakerState, Health, House};
use tradepost_ports::{Clock, Coordinator};

/// What was read a moment ago is not read again, however often it is asked for.
const FRESH: Duration = Duration::from_secs(1);
/// A store that does not answer is not waited for.
const LOOK: Duration = Duration::from_secs(3);
/// How often it is read where figures are sent.
const EVERY: Duration = Duration::from_secs(15);

/// What was last read of the house.
#[derive(Debug, Default)]
struct Seen {
    at: Option<Instant>,
    store_up: bool,
    inbox: (u64, f64),
    outbox: Vec<(String, u64, f64)>,
    accounts: Vec<(String, u64, bool)>,
}

/// Reads how the house stands.
pub(super) struct Gauges {
    seen: Arc<Mutex<Seen>>,
    house: Arc<House>,
    clock: Arc<dyn Clock>,
}

impl Gauges {
    /// Adds the house's gauges to that meter.
    pub(super) fn new(
        meter: &Meter,
        house: Arc<House>,
        coordinator: Arc<dyn Coordinator>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        waiting(meter, &seen);
        ages(meter, &seen);
        accounts(meter, &seen);
        let up = Arc::clone(&seen);
        let gauge =
            meter.u64_observable_gauge("tradepost.store.up").with_description("Can the store be used?");
        gauge.with_callback(move |told| told.observe(up.lock().store_up.into(), &[])).build();
        let gauge = meter.u64_observable_gauge("tradepost.coordinator.away");
        let gauge = gauge.with_description("Is the coordinator (Redis) away?");
        gauge.with_callback(move |told| told.observe(coordinator.away().into(), &[])).build();
        Arc::new(Self { seen, house, clock })
    }

    /// Reads anew, unless that was done a moment ago.
    pub(super) async fn look(&self) {
        {
            let mut seen = self.seen.lock();
            if seen.at.is_some_and(|at| at.elapsed() < FRESH) {
                return;
            }
            seen.at = Some(Instant::now());
        }
        let health = tokio::time::timeout(LOOK, self.house.health()).await.ok();
        let mut seen = self.seen.lock();
        seen.store_up = health.as_ref().is_some_and(|health| health.store.is_none());
        if let Some(health) = health.filter(|health| health.store.is_none()) {
            seen.take(health, self.clock.now());
        }
    }

    /// Reads again and again, until the stop.
    pub(super) async fn keep_looking(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            self.look().await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

impl Seen {
    fn take(&mut self, health: Health, now: Timestamp) {
        let age = |since: Timestamp| now.duration_since(since).as_secs_f64().max(0.0);
        self.inbox = (health.inbox, health.inbox_since.map_or(0.0, age));
        // A lane that has become empty is told as such.
        self.outbox.iter_mut().for_each(|(_, rows, oldest)| (*rows, *oldest) = (0, 0.0));
        for (lane, rows, since) in health.outbox {
            self.outbox.retain(|(known, ..)| *known != lane);
            self.outbox.push((lane, rows, age(since)));
        }
        let account = |one: tradepost_engine::ProviderHealth| {
            let breaker = match one.breaker {
                BreakerState::Closed => 0,
                BreakerState::HalfOpen => 1,
                BreakerState::Open => 2,
            };
            (one.account.to_string(), breaker, one.attention.is_some())
        };
        self.accounts = health.providers.into_iter().map(account).collect();
    }
}

fn waiting(meter: &Meter, seen: &Arc<Mutex<Seen>>) {
    let (inbox, outbox) = (Arc::clone(seen), Arc::clone(seen));
    let gauge = meter.u64_observable_gauge("tradepost.inbox.waiting").with_description("Events that wait.");
    gauge.with_callback(move |told| told.observe(inbox.lock().inbox.0, &[])).build();
    let gauge = meter.u64_observable_gauge("tradepost.outbox.waiting");
    let gauge = gauge.with_description("Lines and calls that wait to leave.");
    let lanes = gauge.with_callback(move |told| {
        for (lane, rows, _) in &outbox.lock().outbox {
            told.observe(*rows, &[KeyValue::new("lane", lane.clone())]);
        }
    });
    lanes.build();
}

fn ages(meter: &Meter, seen: &Arc<Mutex<Seen>>) {
    let (inbox, outbox) = (Arc::clone(seen), Arc::clone(seen));
    let gauge = meter.f64_observable_gauge("tradepost.inbox.oldest").with_unit("s");
    let gauge = gauge.with_description("Since when the oldest event waits.");
    gauge.with_callback(move |told| told.observe(inbox.lock().inbox.1, &[])).build();
    let gauge = meter.f64_observable_gauge("tradepost.outbox.oldest").with_unit("s");
    let gauge = gauge.with_description("Since when the oldest line or call waits.");
    let lanes = gauge.with_callback(move |told| {
        for (lane, _, oldest) in &outbox.lock().outbox {
            told.observe(*oldest, &[KeyValue::new("lane", lane.clone())]);
        }
    });
    lanes.build();
}

fn accounts(meter: &Meter, seen: &Arc<Mutex<Seen>>) {
    let (breakers, attention) = (Arc::clone(seen), Arc::clone(seen));
    let gauge = meter.u64_observable_gauge("tradepost.breaker.state");
    let gauge = gauge.with_description("An account's breaker: 0 closed, 1 half open, 2 open.");
    let states = gauge.with_callback(move |told| {
        for (account, state, _) in &breakers.lock().accounts {
            told.observe(*state, &[KeyValue::new("account", account.clone())]);
        }
    });
    states.build();
    let gauge = meter.u64_observable_gauge("tradepost.account.attention");
    let gauge = gauge.with_description("Does an account need a person's attention?");
    let needs = gauge.with_callback(move |told| {
        for (account, _, needs) in &attention.lock().accounts {
            told.observe(u64::from(*needs), &[KeyValue::new("account", account.clone())]);
        }
    });
    needs.build();
}
