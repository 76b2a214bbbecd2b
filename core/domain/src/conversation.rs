//! A conversation as the engine keeps it: the flow's state and what surrounds it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountKey, Choice, ContactId, ConversationId, EffectId, Message, Reason, Slot, Stored, StorefrontId,
    WorkerId,
};

/// A thread between one contact and one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The storefront it belongs to.
    pub storefront: StorefrontId,
    /// Our account.
    pub account: AccountKey,
    /// The customer.
    pub contact: ContactId,
    /// The customer's id at the provider: where lines are sent.
    pub peer: String,
    /// Raised by every turn's commit; a commit that finds another one changes nothing.
    pub version: i64,
    /// Who may turn it, and until when.
    pub lease: Option<Lease>,
    /// When the customer last wrote: opens the channel's window.
    pub heard_at: Option<Timestamp>,
    /// When it is idle and its flow's state ends; `None` while nothing was said since it ended.
    pub idle_at: Option<Timestamp>,
    /// Who answers.
    pub mode: Mode,
    /// The name of the flow's stage, for people.
    pub stage: String,
    /// When it began.
    pub created_at: Timestamp,
    /// What only the engine reads.
    pub inner: Inner,
}

/// A claim on a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it.
    pub holder: WorkerId,
    /// It frees itself then.
    pub until: Timestamp,
}

/// The part of a conversation that is stored as one value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inner {
    /// The flow's state; `None` before the first turn and after the idle end.
    pub state: Option<Stored>,
    /// Who waits for what: the effect whose answer, outcome or alarm each slot expects.
    pub pending: BTreeMap<Slot, EffectId>,
    /// What the customer said while a person had the conversation.
    pub meanwhile: Vec<Message>,
    /// What our last question offered, for typed numbers.
    pub offered: Vec<Choice>,
    /// What was said before the latest lines.
    pub summary: Option<String>,
    /// Has the flow something open, so that CANCEL is its own?
    pub open: bool,
    /// Has an earlier stretch of this conversation ended?
    pub returning: bool,
    /// Hops journalled so far.
    pub hops: i64,
}

/// Who answers a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Mode {
    /// The flow.
    #[default]
    Bot,
    /// The flow, and a person was asked for.
    Wanted {
        /// Why.
        reason: Reason,
        /// Since when.
        since: Timestamp,
    },
    /// A person; the flow's replaceable lines are drafts.
    Person {
        /// Who.
        by: String,
        /// Since when.
        since: Timestamp,
        /// Goes back to the flow by itself then; `None` waits for a word.
        until: Option<Timestamp>,
    },
}

impl Mode {
    /// Has a person the conversation?
    pub fn is_person(&self) -> bool {
        matches!(self, Self::Person { .. })
    }

    /// When a person's time with the conversation ends, where it does so by itself.
    pub fn person_until(&self) -> Option<Timestamp> {
        match self {
            Self::Person { until, .. } => *until,
            Self::Bot | Self::Wanted { .. } => None,
        }
    }

    /// The mode as the word that the store and the API use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Wanted { .. } => "wanted",
            Self::Person { .. } => "person",
        }
    }
}

impl Conversation {
    /// May that worker turn it now?
    pub fn free_for(&self, worker: &WorkerId, now: Timestamp) -> bool {
        self.lease.as_ref().is_none_or(|lease| lease.holder == *worker || lease.until <= now)
    }
}
