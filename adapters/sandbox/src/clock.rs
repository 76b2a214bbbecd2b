//! The sandbox's clock: the machine's time plus an offset that tests move. Windows, limits and expiries read it;
//! what is due later waits in the agenda.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// Milliseconds since 1970, as the sandbox tells them.
#[derive(Debug)]
pub struct Clock {
    frozen_at_ms: Option<i64>,
    offset_ms: AtomicI64,
    stirred: Notify,
}

impl Clock {
    /// A clock that runs with the machine, or one that stands at `frozen_at_ms` and moves only when it is moved.
    pub fn new(frozen_at_ms: Option<i64>) -> Self {
        Self { frozen_at_ms, offset_ms: AtomicI64::new(0), stirred: Notify::new() }
    }

    /// The time now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.frozen_at_ms.unwrap_or_else(machine_ms).saturating_add(self.offset_ms())
    }

    /// How far the clock has been moved, in milliseconds.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock by so many milliseconds (back, when negative).
    pub fn advance_ms(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::SeqCst);
        self.stirred();
    }

    /// Sets the offset, so that 0 takes every move back.
    pub fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::SeqCst);
        self.stirred();
    }

    /// Whether time passes by itself.
    pub(crate) fn runs(&self) -> bool {
        self.frozen_at_ms.is_none()
    }

    /// Lets whoever waits for the clock look at it again.
    pub(crate) fn stirred(&self) {
        self.stirred.notify_one();
    }

    /// Waits until the clock was moved.
    pub(crate) async fn moved(&self) {
        self.stirred.notified().await;
    }
}

/// The machine's own time; for measuring, never for deciding.
#[expect(clippy::disallowed_methods, reason = "the sandbox stands outside the product: its clock is its own")]
pub(crate) fn machine_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
