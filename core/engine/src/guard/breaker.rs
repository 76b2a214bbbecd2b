//! A breaker on failsafe's state machine, with one probe in half-open.
//!
//! failsafe runs on the real clock, so everything else knows it only through [`Breaker`].

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, Ordering},
};

use failsafe::{Instrument, StateMachine, backoff, failure_policy};
use tradepost_domain::ErrorKind;

use super::BreakerState;
use crate::BreakerTuning;

type Machine = StateMachine<failure_policy::ConsecutiveFailures<backoff::Exponential>, Watch>;

pub(super) struct Breaker {
    machine: Machine,
    watch: Watch,
    probing: AtomicBool,
}

/// Remembers the state that failsafe tells.
#[derive(Debug, Clone, Default)]
struct Watch(Arc<AtomicU8>);

const CLOSED: u8 = 0;
const HALF_OPEN: u8 = 1;
const OPEN: u8 = 2;

impl Instrument for Watch {
    fn on_call_rejected(&self) {}
    fn on_open(&self) {
        self.0.store(OPEN, Ordering::Release);
    }
    fn on_half_open(&self) {
        self.0.store(HALF_OPEN, Ordering::Release);
    }
    fn on_closed(&self) {
        self.0.store(CLOSED, Ordering::Release);
    }
}

impl Breaker {
    pub(super) fn new(tuning: BreakerTuning) -> Self {
        let watch = Watch::default();
        let waits = backoff::exponential(tuning.first_wait, tuning.longest_wait);
        let policy = failure_policy::consecutive_failures(tuning.failures, waits);
        Self { machine: StateMachine::new(policy, watch.clone()), watch, probing: AtomicBool::new(false) }
    }

    pub(super) fn state(&self) -> BreakerState {
        match self.watch.0.load(Ordering::Acquire) {
            CLOSED => BreakerState::Closed,
            HALF_OPEN => BreakerState::HalfOpen,
            _ => BreakerState::Open,
        }
    }

    /// How many calls may be begun now.
    pub(super) fn room(&self) -> usize {
        if !self.machine.is_call_permitted() {
            return 0;
        }
        match self.state() {
            BreakerState::Closed => usize::MAX,
            _ => usize::from(!self.probing.load(Ordering::Acquire)),
        }
    }

    /// Leave to make one call; `None` while open, and in half-open while another probes.
    pub(super) fn permit(&self) -> Option<Permit<'_>> {
        if !self.machine.is_call_permitted() {
            return None;
        }
        let probe = self.state() != BreakerState::Closed;
        if probe && self.probing.swap(true, Ordering::AcqRel) {
            return None;
        }
        Some(Permit { breaker: self, probe })
    }
}

/// Leave to make one call. A call that is given up without a word frees its probe.
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Permit<'_> {
    /// What came of the call. The caller's mistakes say that the provider is well.
    pub(super) fn told(self, error: Option<ErrorKind>) {
        match error {
            Some(kind) if kind.counts() => self.breaker.machine.on_error(),
            _ => self.breaker.machine.on_success(),
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.probing.store(false, Ordering::Release);
        }
    }
}
