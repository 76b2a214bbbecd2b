//! What may be told over and over is told seldom.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Failures are told so often at most.
const SELDOM: Duration = Duration::from_secs(60);

/// When something was told last.
#[derive(Default)]
pub(super) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// May it be told again? Then it has been.
    pub(super) fn now(&self) -> bool {
        let mut told = self.0.lock();
        let again = told.is_none_or(|at| at.elapsed() >= SELDOM);
        if again {
            *told = Some(Instant::now());
        }
        again
    }
}
