//! The store of what every step came to, and of what failed for good.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradepost_domain::{
    ConversationId, DeadLetterId, EffectId, Event, EventId, StorefrontId, Timestamp, TurnId,
};

use super::Kept;

/// What every step was given and what it came to, so that a conversation can be replayed bit for bit.
#[async_trait]
pub trait Journal: Send {
    /// Adds a hop.
    async fn log(&mut self, row: &JournalRow) -> Kept<()>;

    /// Hops of a conversation from number `from` on, in order.
    async fn journal(&mut self, conversation: ConversationId, from: i64, most: u32) -> Kept<Vec<JournalRow>>;

    /// Keeps a large unchanging part of contexts under its hash; a second time changes nothing.
    async fn keep_part(&mut self, hash: &str, part: &str) -> Kept<()>;

    /// A kept part.
    async fn part(&mut self, hash: &str) -> Kept<Option<String>>;
}

/// One hop.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalRow {
    /// Whose.
    pub conversation: ConversationId,
    /// Its number in the conversation, from 0.
    pub hop: i64,
    /// The turn.
    pub turn: TurnId,
    /// The flow and the shape that stepped, as `name/shape`.
    pub flow: String,
    /// The event.
    pub event: Event,
    /// The context, without its large parts.
    pub context: Value,
    /// The hash of its storefront.
    pub storefront: String,
    /// The hash of its channel.
    pub channel: String,
    /// Was the state thrown away before this hop: the first hop, an idle end, an unreadable state?
    pub fresh: bool,
    /// Hash of the state after the step.
    pub state: String,
    /// Hash of the effects, without ids.
    pub effects: String,
}

/// Work that failed for good and waits for a person.
#[async_trait]
pub trait DeadLetters: Send {
    /// Adds one.
    async fn bury(&mut self, letter: &DeadLetter) -> Kept<()>;

    /// One, by id.
    async fn dead_letter(&mut self, id: DeadLetterId) -> Kept<Option<DeadLetter>>;

    /// Those not yet retried, newest first.
    async fn dead_letters(&mut self, most: u32) -> Kept<Vec<DeadLetter>>;

    /// Notes that it was retried; `false` when there is none or it was already.
    async fn resurrect(&mut self, id: DeadLetterId, at: Timestamp) -> Kept<bool>;
}

/// Work that failed for good.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Its id.
    pub id: DeadLetterId,
    /// Whose.
    pub storefront: StorefrontId,
    /// Whose.
    pub conversation: ConversationId,
    /// When it was given up.
    pub at: Timestamp,
    /// Why, for staff.
    pub reason: String,
    /// What it was.
    pub work: DeadWork,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "dead", rename_all = "snake_case")]
pub enum DeadWork {
    /// An event whose turn failed again and again.
    Event {
        /// The event.
        event: EventId,
        /// What it was, as `InboxBody`'s JSON.
        body: Value,
    },
    /// An effect that could not be done.
    Effect {
        /// The effect.
        effect: EffectId,
        /// How it was treated, as `Class`'s word.
        class: String,
        /// What it was, as `Work`'s JSON.
        work: Value,
    },
}
