//! How much was committed, and how much there is.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

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

/// How many rows each table has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(BTreeMap<String, usize>);

impl Rows {
    pub(crate) fn count(&mut self, table: &str, rows: usize) {
        *self.0.entry(table.to_owned()).or_default() += rows;
    }

    /// How many tables.
    pub fn tables(&self) -> usize {
        self.0.len()
    }

    /// All rows together.
    pub fn all(&self) -> usize {
        self.0.values().sum()
    }

    /// The rows of a table.
    pub fn of(&self, table: &str) -> usize {
        self.0.get(table).copied().unwrap_or_default()
    }
}
