//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::store::Kind;

/// What a house carries, with the ceilings of the machine measured beside it. See docs/benchmarks.md.
#[derive(Debug, Clone, Parser)]
#[command(name = "tradepost-load", version)]
pub struct Options {
    /// What is measured.
    #[arg(value_enum, default_value = "all")]
    pub measurement: Measurement,
    /// Tiny and quick: does every measurement work and is nothing lost or doubled? No figure of it means anything.
    #[arg(long)]
    pub smoke: bool,
    /// On which store.
    #[arg(long, value_enum, default_value = "both")]
    pub store: Stores,
    /// With `ingest`: another channel than Instagram, measured beside it in the same run, and what its receipts cost.
    #[arg(long, value_enum)]
    pub channel: Option<Channel>,
    /// How long each load lasts; 10 by default, 1 with --smoke.
    #[arg(long, value_name = "N")]
    pub seconds: Option<u64>,
    /// Requests under way at once in the closed loop.
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub connections: usize,
    /// The larger number of conversations of `size`; 1000000 by default, 10000 with --smoke.
    #[arg(long, value_name = "N")]
    pub conversations: Option<u64>,
    /// All raw figures are written to this file.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where houses keep their data meanwhile; the target folder by default. A disk, not memory.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Measurement {
    /// Everything.
    All,
    /// Webhooks: how many are taken, beside the ceilings; start, memory, bytes of a row.
    Ingest,
    /// From an event to the provider's call, and how many in a second.
    Turns,
    /// What limits cost.
    Limits,
    /// Cost of a message with few and with many conversations.
    Size,
    /// The bare route, as a process of its own.
    #[value(hide = true)]
    Bare,
}

/// A channel that is measured beside Instagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Channel {
    /// Meta's Cloud API.
    Whatsapp,
}

/// On which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stores {
    /// The embedded one.
    Sqlite,
    /// A PostgreSQL server that is started for this.
    Postgres,
    /// One after the other.
    Both,
}

impl Options {
    /// How long each load lasts.
    pub fn seconds(&self) -> f64 {
        self.seconds.unwrap_or(if self.smoke { 1 } else { 10 }) as f64
    }

    /// Is that measurement asked for?
    pub fn asks_for(&self, measurement: Measurement) -> bool {
        [measurement, Measurement::All].contains(&self.measurement)
    }

    /// The stores, in order.
    pub fn stores(&self) -> Vec<Kind> {
        match self.store {
            Stores::Sqlite => vec![Kind::Sqlite],
            Stores::Postgres => vec![Kind::Postgres],
            Stores::Both => vec![Kind::Sqlite, Kind::Postgres],
        }
    }

    /// The two numbers of conversations that `size` compares.
    pub fn sizes(&self) -> [u64; 2] {
        let many = self.conversations.unwrap_or(if self.smoke { 10_000 } else { 1_000_000 });
        [1_000.min(many), many]
    }

    /// One of two numbers: the full one, or the smoke's.
    pub fn or_smoke<T>(&self, full: T, smoke: T) -> T {
        if self.smoke { smoke } else { full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &str) -> Options {
        Options::parse_from(std::iter::once("tradepost-load").chain(words.split_whitespace()))
    }

    #[test]
    fn everything_is_measured_when_nothing_is_said() {
        let all = options("");
        assert!(all.asks_for(Measurement::Ingest) && all.asks_for(Measurement::Size));
        assert_eq!(all.stores(), [Kind::Sqlite, Kind::Postgres]);
        assert_eq!((all.seconds(), all.sizes()), (10.0, [1_000, 1_000_000]));
    }

    #[test]
    fn a_smoke_is_small_unless_told_otherwise() {
        let smoke = options("turns --smoke --store sqlite");
        assert!(smoke.asks_for(Measurement::Turns) && !smoke.asks_for(Measurement::Ingest));
        assert_eq!(
            (smoke.seconds(), smoke.sizes(), smoke.stores()),
            (1.0, [1_000, 10_000], vec![Kind::Sqlite])
        );
        assert_eq!(options("--smoke --seconds 3 --conversations 50").sizes(), [50, 50]);
    }

    #[test]
    fn an_unknown_measurement_is_refused() {
        assert!(Options::try_parse_from(["tradepost-load", "speed"]).is_err());
    }
}
