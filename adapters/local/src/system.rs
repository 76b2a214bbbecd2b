//! The system's clock and randomness: the only place of the product that reads them. Everywhere else they are handed in.

use std::{future::Future, pin::Pin, time::Duration};

use tradepost_domain::Timestamp;
use tradepost_ports::{Clock, Dice};

/// The system's clock. Sleeping needs a tokio runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The system's randomness, good enough for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    /// # Panics
    /// When the system has no randomness to give: ids and tokens made without it could be guessed.
    fn roll(&self) -> u128 {
        let mut bytes = [0; 16];
        if let Err(error) = getrandom::fill(&mut bytes) {
            panic!("failed to get randomness from the system: {error}");
        }
        u128::from_le_bytes(bytes)
    }
}
