//! How the engine runs. Every number has a default that suits two cores and a shop.

use std::{sync::Arc, time::Duration};

use tradepost_domain::WorkerId;
use tradepost_ports::Observer;

use crate::StageHook;

/// How a process runs.
#[derive(Clone)]
pub struct Tuning {
    /// Who this process is, unlike any other that ever held a claim.
    pub worker: WorkerId,
    /// A conversation's claim frees itself after so long.
    pub lease: Duration,
    /// A lane's claim frees itself after so long.
    pub lane_lease: Duration,
    /// Added to a port's whole time limit: the deadline of what is under way.
    pub margin: Duration,
    /// How often the store is looked through for what no wake-up told.
    pub sweep: Duration,
    /// Conversations turned at once.
    pub turns_at_once: usize,
    /// Steps of one turn.
    pub most_hops: usize,
    /// Failed tries after which an event or effect is a dead letter.
    pub most_tries: u32,
    /// The first wait after a failed try; it doubles.
    pub first_wait: Duration,
    /// The longest wait between tries that we choose ourselves.
    pub longest_wait: Duration,
    /// The longest wait that a provider may ask for; then it is tried again, whatever it said.
    pub longest_rest: Duration,
    /// How long an uncertain line holds its followers.
    pub uncertain_hold: Duration,
    /// How long news of unknown things is kept, and keys of events that were heard.
    pub memory: Duration,
    /// The largest medium that is fetched, in bytes.
    pub most_media_bytes: u64,
    /// When a breaker opens and closes; `None` for never.
    pub breaker: Option<BreakerTuning>,
    /// How often an account that needs attention is tried again.
    pub attention_probe: Duration,
    /// How often the vault is asked for newer tokens, and an end that comes near is looked for.
    pub token_round: Duration,
    /// Told when a stage is reached: where the chaos suite kills.
    pub stages: Option<StageHook>,
    /// Told how the house works: for traces and figures.
    pub observer: Option<Arc<dyn Observer>>,
}

/// When a breaker opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerTuning {
    /// So many failures in a row open it.
    pub failures: u32,
    /// It stays open so long at first, at least two seconds; doubles with every probe that fails.
    pub first_wait: Duration,
    /// The longest it stays open.
    pub longest_wait: Duration,
}

impl Default for BreakerTuning {
    fn default() -> Self {
        Self { failures: 5, first_wait: Duration::from_secs(2), longest_wait: Duration::from_secs(60) }
    }
}

impl Tuning {
    /// The defaults, for that worker.
    pub fn new(worker: WorkerId) -> Self {
        Self {
            worker,
            lease: Duration::from_secs(5),
            lane_lease: Duration::from_secs(10),
            margin: Duration::from_secs(5),
            sweep: Duration::from_secs(1),
            turns_at_once: 16,
            most_hops: 16,
            most_tries: 8,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(300),
            longest_rest: Duration::from_secs(3600),
            uncertain_hold: Duration::from_secs(30),
            memory: Duration::from_secs(72 * 3600),
            most_media_bytes: 25 * 1024 * 1024,
            breaker: Some(BreakerTuning::default()),
            attention_probe: Duration::from_secs(60),
            token_round: Duration::from_secs(60),
            stages: None,
            observer: None,
        }
    }

    /// The wait after so many failed tries: doubling, bounded, without jitter (a lane's worker paces itself).
    pub(crate) fn wait_after(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        self.first_wait.saturating_mul(1 << doublings).min(self.longest_wait)
    }
}

/// How a storefront is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorefrontTuning {
    /// A burst is over after so long without another message: 0 for rules, 1.5 s for models.
    pub quiet: Duration,
    /// A burst is answered at the latest so long after its first message.
    pub quiet_most: Duration,
    /// A conversation's state ends after so long without a word from the customer.
    pub idle_after: Duration,
    /// A reply is not sent later than that.
    pub reply_valid: Duration,
    /// News (paid, hold ended) is not sent later than that.
    pub notice_valid: Duration,
    /// How long a person's line in the provider's own app silences the flow.
    pub app_pause: Duration,
    /// A conversation is forgotten, with its history, when nothing has happened in it for so long; what belongs to none
    /// when it is so old. Longer than [`Tuning::memory`] and [`idle_after`](Self::idle_after).
    pub keep: Duration,
    /// Are "seen" and "typing" shown where the channel can?
    pub show_signals: bool,
    /// Messages of one contact that are answered within a minute; `None` for any number.
    pub contact_per_minute: Option<u32>,
    /// Messages that the storefront answers within a minute; `None` for any number.
    pub per_minute: Option<u32>,
}

impl Default for StorefrontTuning {
    fn default() -> Self {
        Self {
            quiet: Duration::ZERO,
            quiet_most: Duration::from_secs(5),
            idle_after: Duration::from_secs(24 * 3600),
            reply_valid: Duration::from_secs(6 * 3600),
            notice_valid: Duration::from_secs(72 * 3600),
            app_pause: Duration::from_secs(1800),
            keep: Duration::from_secs(365 * 24 * 3600),
            show_signals: true,
            contact_per_minute: Some(60),
            per_minute: None,
        }
    }
}
