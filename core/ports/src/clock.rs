//! Time and chance, handed in.

use std::{future::Future, pin::Pin, time::Duration};

use tradepost_domain::Timestamp;

/// The time. The system's in the product, one that is advanced by hand in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Is ready when that much time has passed.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Randomness for ids and jitter.
pub trait Dice: Send + Sync {
    /// 128 random bits.
    fn roll(&self) -> u128;
}
