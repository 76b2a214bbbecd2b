//! The store of what came from outside.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tradepost_domain::{AccountKey, ConversationId, Correlation, EventId, Timestamp};

use super::Kept;

/// The history of what came from outside, with the raw payload, and the memory of what was heard before.
#[async_trait]
pub trait Events: Send {
    /// Remembers the keys and tells which are new, in the order given. Of two equal ones in one call the first is new.
    async fn remember(&mut self, account_kind: &str, keys: &[String], now: Timestamp) -> Kept<Vec<bool>>;

    /// Forgets keys that were heard before that time; returns how many, at most `most`.
    async fn forget_keys(&mut self, before: Timestamp, most: u32) -> Kept<u64>;

    /// Writes an event down.
    async fn record(&mut self, event: &StoredEvent) -> Kept<()>;

    /// An event, by id.
    async fn event(&mut self, id: EventId) -> Kept<Option<StoredEvent>>;

    /// Empties the payloads (`raw` and `arrival`) of all events that hold the words of that message, and notes why.
    /// Returns how many.
    async fn blank(&mut self, account: &AccountKey, reference: &str, note: &str) -> Kept<u64>;

    /// Events of that fate, newest first.
    async fn events(&mut self, fate: Fate, most: u32) -> Kept<Vec<StoredEvent>>;
}

/// An event as written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// The endpoint that took it; `None` for what the house itself filed.
    pub endpoint: Option<String>,
    /// Our account; for an unknown one, what the payload says.
    pub account: AccountKey,
    /// Its conversation, if it has one.
    pub conversation: Option<ConversationId>,
    /// When it was accepted.
    pub at: Timestamp,
    /// What it is, in one word: `message`, `echo`, `receipt`, …
    pub kind: String,
    /// What became of it.
    pub fate: Fate,
    /// Why, where the fate needs a word.
    pub note: Option<String>,
    /// The event as the provider wrote it.
    pub raw: String,
    /// The arrival that was read from it, as JSON: what `inbox retry` files again.
    pub arrival: Option<String>,
    /// The message whose words it holds, by the provider's id: what its sender takes back is emptied by it.
    pub reference: Option<String>,
    /// The request that brought it.
    pub correlation: Correlation,
    /// The event that this one repeats.
    pub repeats: Option<EventId>,
}

/// What became of an event at intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was filed for a turn.
    Filed,
    /// It was applied at once: a receipt, an unsent message.
    Applied,
    /// It waits for what it speaks of.
    Parked,
    /// It was recorded only.
    Noted,
    /// No storefront has that account.
    Unrouted,
    /// It could not be read.
    Unparsed,
}

impl Fate {
    /// All fates.
    pub const ALL: [Self; 6] =
        [Self::Filed, Self::Applied, Self::Parked, Self::Noted, Self::Unrouted, Self::Unparsed];

    /// The fate as the word that the store and the command line use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Applied => "applied",
            Self::Parked => "parked",
            Self::Noted => "noted",
            Self::Unrouted => "unrouted",
            Self::Unparsed => "unparsed",
        }
    }

    /// The fate of that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.word() == word)
    }
}
