//! Is the house alive, and can it do its work?

use poem_openapi::{Enum, Object};

/// Liveness.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct Health {
    /// `ok` while the process answers at all.
    pub status: String,
    /// The program's version.
    pub version: String,
    /// The time, in UTC.
    pub timestamp: String,
}

/// Can this process do its work?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Readiness {
    /// It can.
    Ready,
    /// It takes webhooks and keeps them on this machine, since the store is away.
    Degraded,
    /// It cannot now.
    NotReady,
    /// It is stopping.
    Stopping,
}

/// Readiness, and what surrounds it. Only the store and a stop make it 503, the store only where nothing can be spooled;
/// the rest is reported.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Ready {
    /// Can it do its work?
    pub status: Readiness,
    /// The program's version.
    pub version: String,
    /// The time, in UTC.
    pub timestamp: String,
    /// Can the store be written to?
    pub store: bool,
    /// Why not, in a word for operators.
    pub store_reason: Option<String>,
    /// Can other processes be reached? Without them, always. While they cannot, what they would tell is looked for in the
    /// store, ten times as often.
    pub coordinator: bool,
    /// Events that wait for a turn.
    pub inbox: Queue,
    /// Lines and calls that wait to leave, per rate group.
    pub outbox: Vec<Backlog>,
    /// The accounts at providers.
    pub providers: Vec<Provider>,
    /// What waits on this machine for the store, where there is such a place.
    pub spool: Option<Spooled>,
    /// The tokens that are exchanged before they end.
    pub tokens: Vec<Token>,
    /// What this process uses of its machine.
    pub process: Process,
}

/// Webhooks that were taken while the store was away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Spooled {
    /// How many wait.
    pub waiting: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Since when the oldest waits, in UTC.
    pub oldest: Option<String>,
    /// Why nothing more is taken, if so.
    pub full: Option<String>,
}

/// What a process uses of its machine. What the machine does not tell is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Process {
    /// Seconds since it was opened.
    pub uptime_seconds: u64,
    /// Memory that it holds, in bytes.
    pub resident_bytes: Option<u64>,
    /// Open file descriptors, connections included.
    pub open_files: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
    /// Processor time that it has used since its start, in milliseconds.
    pub cpu_ms: Option<u64>,
}

/// A queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Queue {
    /// How many wait.
    pub waiting: u64,
    /// Since when the oldest waits, in UTC.
    pub oldest: Option<String>,
}

/// What waits in one rate group.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct Backlog {
    /// The rate group: usually an account.
    pub lane: String,
    /// How many wait.
    pub waiting: u64,
    /// Since when the oldest waits, in UTC.
    pub oldest: String,
}

/// An account at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Provider {
    /// Kind and the provider's id.
    pub account: String,
    /// Its breaker: `closed` (calls go through), `open` (none do) or `half_open` (one tries).
    pub breaker: String,
    /// Why a person should look at it: the provider refuses our credentials.
    pub needs_attention: Option<String>,
}

/// A token that is exchanged for a newer one before it ends.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Token {
    /// Whose: kind and the provider's id.
    pub account: String,
    /// `good`; `failing` (tried again, there is time); and where a person should look: `expiring` (within a week, or nobody
    /// knows when), `expired`, `unreadable` (the stored one does not open).
    pub state: String,
    /// When it ends, in UTC, if that is known.
    pub expires_at: Option<String>,
    /// Why it is not good.
    pub reason: Option<String>,
}
