//! How much was committed.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the writer has done since the store was opened.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    units: AtomicU64,
    commits: AtomicU64,
}

impl Counts {
    pub(crate) fn committed(&self, units: usize) {
        self.units.fetch_add(units as u64, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn so_far(&self) -> Committed {
        Committed { units: self.units.load(Ordering::Relaxed), commits: self.commits.load(Ordering::Relaxed) }
    }
}

/// How many units were run in how many commits, each of which is one wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Units, those that gave up included.
    pub units: u64,
    /// Commits.
    pub commits: u64,
}
