//! Consent: who wants to hear from whom, since when and by which words. STOP and its like are the engine's business.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EventId, Identity, MessageId, StorefrontId};

/// What a contact agreed to or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Campaigns and other lines that nobody asked for.
    Marketing,
}

impl Purpose {
    /// The purpose as the word that the store and the API use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
        }
    }

    /// The purpose of that word.
    pub fn of(word: &str) -> Option<Self> {
        (word == Self::Marketing.word()).then_some(Self::Marketing)
    }
}

/// One entry of the consent ledger. Entries are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEntry {
    /// The storefront that asked.
    pub storefront: StorefrontId,
    /// The identity that answered.
    pub identity: Identity,
    /// For what.
    pub purpose: Purpose,
    /// Yes or no.
    pub given: bool,
    /// When.
    pub at: Timestamp,
    /// Who or what said so.
    pub source: Evidence,
    /// The words, where there were any: they outlive the transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Where an entry of the consent ledger comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "id", rename_all = "snake_case")]
pub enum Evidence {
    /// A message of the customer.
    Message(MessageId),
    /// What the customer told the provider: its event.
    Event(EventId),
    /// An older entry, under the id that the customer had before.
    Renumbered(EventId),
    /// A person of the shop, or an import.
    Staff,
}
