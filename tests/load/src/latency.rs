//! How long things took: a histogram, and what is told of it.

use std::{fmt, time::Duration};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use serde::Serialize;

/// The longest that is told apart, in microseconds.
const LONGEST_US: u64 = 120_000_000;
/// What is listed of a distribution.
const LISTED: [f64; 12] = [0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.99, 100.0];

/// Times, in microseconds with three digits.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

/// What is told of times, in microseconds.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Latency {
    /// How many.
    pub count: u64,
    /// Half took no longer.
    pub p50_us: u64,
    /// Nine in ten took no longer.
    pub p90_us: u64,
    /// Ninety-nine in a hundred took no longer.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
    /// Percentile and time.
    pub percentiles: Vec<(f64, u64)>,
}

impl Times {
    pub fn new() -> Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1, LONGEST_US, 3).context("make a histogram")?))
    }

    /// Takes one in; what is longer than can be told apart counts as the longest.
    pub fn record(&mut self, time: Duration) {
        self.record_us(u64::try_from(time.as_micros()).unwrap_or(LONGEST_US));
    }

    pub fn record_us(&mut self, us: u64) {
        self.0.saturating_record(us.max(1));
    }

    pub fn add(&mut self, others: &Self) -> Result<()> {
        self.0.add(&others.0).context("add two histograms")
    }

    pub fn told(&self) -> Latency {
        let at = |percentile| self.0.value_at_percentile(percentile);
        Latency {
            count: self.0.len(),
            p50_us: at(50.0),
            p90_us: at(90.0),
            p99_us: at(99.0),
            max_us: self.0.max(),
            percentiles: LISTED.map(|percentile| (percentile, at(percentile))).into(),
        }
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |us: u64| us as f64 / 1_000.0;
        let Self { p50_us, p90_us, p99_us, max_us, .. } = self;
        write!(f, "{:.1} / {:.1} / {:.1} / {:.1} ms", ms(*p50_us), ms(*p90_us), ms(*p99_us), ms(*max_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let mut times = Times::new().expect("a histogram");
        (1..=1_000).for_each(|ms| times.record(Duration::from_millis(ms)));
        let told = times.told();
        assert_eq!(told.count, 1_000);
        let near = |us: u64, ms: u64| us.abs_diff(ms * 1_000) <= ms;
        assert!(near(told.p50_us, 500) && near(told.p90_us, 900) && near(told.p99_us, 990), "{told:?}");
        assert!(near(told.max_us, 1_000), "{told:?}");
        assert_eq!(told.percentiles.first().map(|(at, _)| *at), Some(0.0));
    }

    #[test]
    fn two_histograms_become_one_and_nothing_is_too_long() {
        let (mut one, mut other) = (Times::new().expect("one"), Times::new().expect("another"));
        one.record_us(100);
        other.record(Duration::from_secs(3_600));
        one.add(&other).expect("added");
        assert_eq!(one.told().count, 2);
        assert!(one.told().max_us >= LONGEST_US / 2, "{:?}", one.told());
    }
}
