//! Time that is advanced by hand.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Poll, Waker},
    time::Duration,
};

use parking_lot::Mutex;
use tradepost_domain::Timestamp;
use tradepost_ports::Clock;

/// A clock that stands still until it is advanced. Its sleepers are woken by the hand, so that it needs no runtime.
/// Clones show the same time.
#[derive(Debug, Clone)]
pub struct HandClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: Timestamp,
    sleepers: BTreeMap<u64, Sleeper>,
    numbers: u64,
}

#[derive(Debug)]
struct Sleeper {
    until: Timestamp,
    waker: Waker,
}

impl HandClock {
    /// A clock that shows that time.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(State { now, sleepers: BTreeMap::new(), numbers: 0 })))
    }

    /// The time goes on by so much.
    pub fn advance(&self, by: Duration) {
        let now = self.0.lock().now;
        self.set(now.checked_add(by).unwrap_or(Timestamp::MAX));
    }

    /// The time is that from now on, and whoever has slept until then wakes.
    pub fn set(&self, now: Timestamp) {
        let wakers: Vec<Waker> = {
            let mut state = self.0.lock();
            state.now = now;
            state
                .sleepers
                .extract_if(.., |_, sleeper| sleeper.until <= now)
                .map(|(_, sleeper)| sleeper.waker)
                .collect()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// When the next sleeper wants to wake: where a simulation jumps to when nothing else is to be done.
    pub fn next_alarm(&self) -> Option<Timestamp> {
        self.0.lock().sleepers.values().map(|sleeper| sleeper.until).min()
    }

    /// How many sleep.
    pub fn sleepers(&self) -> usize {
        self.0.lock().sleepers.len()
    }
}

impl Default for HandClock {
    /// A Tuesday in January 2026, ten in the morning, UTC.
    fn default() -> Self {
        Self::at(Timestamp::constant(1_768_298_400, 0))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        self.0.lock().now
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let bed = {
            let mut state = self.0.lock();
            state.numbers += 1;
            let until = state.now.checked_add(duration).unwrap_or(Timestamp::MAX);
            Bed { clock: self.clone(), number: state.numbers, until }
        };
        Box::pin(async move { poll_fn(|cx| bed.poll(cx.waker())).await })
    }
}

/// One sleep. Leaving it before its time takes its waker out of the clock.
struct Bed {
    clock: HandClock,
    number: u64,
    until: Timestamp,
}

impl Bed {
    fn poll(&self, waker: &Waker) -> Poll<()> {
        let mut state = self.clock.0.lock();
        if state.now >= self.until {
            state.sleepers.remove(&self.number);
            return Poll::Ready(());
        }
        state.sleepers.insert(self.number, Sleeper { until: self.until, waker: waker.clone() });
        Poll::Pending
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.clock.0.lock().sleepers.remove(&self.number);
    }
}
