//! Randomness that comes the same way every time.

use std::sync::atomic::{AtomicU64, Ordering};

use tradepost_ports::Dice;

/// Dice that roll the same numbers for the same seed (SplitMix64). Equal ids never come of them.
#[derive(Debug)]
pub struct SeededDice(AtomicU64);

/// The step of SplitMix64: 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl SeededDice {
    /// Dice of that seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// 64 bits.
    pub fn next(&self) -> u64 {
        let mut mixed = self.0.fetch_add(GOLDEN, Ordering::Relaxed).wrapping_add(GOLDEN);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    pub fn below(&self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// One of those, or `None` of none.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

impl Dice for SeededDice {
    fn roll(&self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }
}
