//! The store of what is kept for a time: what is old enough to go, and its going.

use async_trait::async_trait;
use tradepost_domain::{AccountKey, ConversationId, EventId, StorefrontId, Timestamp};

use super::Kept;

/// What is kept for a time. The old is walked through page by page, by id, which is the order of making; who keeps it for how
/// long is not the store's business. Whatever goes does so in pieces, so that a unit never has much to do.
#[async_trait]
pub trait Retention: Send {
    /// Conversations that began before that time, by id, after that one (all when `None`).
    async fn aged_conversations(
        &mut self,
        before: Timestamp,
        after: Option<ConversationId>,
        most: u32,
    ) -> Kept<Vec<AgedConversation>>;

    /// Takes a conversation out, which this unit has locked and found with nothing open, and its alarms and what waits for
    /// its turn with it. What its customer writes next begins another. Its history goes by and by: see [`Retention::forget_rest`]. Orders, contacts and
    /// consents stay.
    async fn forget_conversation(&mut self, id: ConversationId) -> Kept<()>;

    /// Takes out what is left of forgotten conversations: lines, hops, dead letters. At most so many rows, and how many they
    /// were; 0 when nothing is left, or another unit is at it.
    async fn forget_rest(&mut self, most: u32) -> Kept<u64>;

    /// Events that were accepted before that time, by id, after that one (all when `None`).
    async fn aged_events(
        &mut self,
        before: Timestamp,
        after: Option<EventId>,
        most: u32,
    ) -> Kept<Vec<AgedEvent>>;

    /// Takes events out, with their payloads. Returns how many: what another unit has at that moment is left out.
    async fn forget_events(&mut self, events: &[EventId]) -> Kept<u64>;
}

/// A conversation of some age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgedConversation {
    /// Which.
    pub id: ConversationId,
    /// Whose.
    pub storefront: StorefrontId,
    /// When the customer last wrote.
    pub heard_at: Option<Timestamp>,
}

/// An event of some age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgedEvent {
    /// Which.
    pub id: EventId,
    /// The account that it came through.
    pub account: AccountKey,
    /// The conversation that it belongs to.
    pub conversation: Option<ConversationId>,
    /// Is that conversation there?
    pub living: bool,
}
