//! The store of conversations and of who may turn them.

use async_trait::async_trait;
use tradepost_domain::{AccountKey, Conversation, ConversationId, StorefrontId, Timestamp, WorkerId};

use super::Kept;

/// Conversations, their leases and topics.
#[async_trait]
pub trait Conversations: Send {
    /// The conversation of a customer with an account.
    async fn conversation_with(&mut self, account: &AccountKey, peer: &str) -> Kept<Option<Conversation>>;

    /// The conversations with these customers, in the order given, locked until the end of the unit: a unit that files for
    /// several locks them all at once, in an order that all units keep.
    async fn met(&mut self, customers: &[(AccountKey, String)]) -> Kept<Vec<Option<ConversationId>>>;

    /// Begins one. Another one of the same account and peer is a `Conflict`, now or at the unit's end.
    async fn begin(&mut self, conversation: &Conversation) -> Kept<()>;

    /// The customer is reached under another id from now on. Another conversation of the same account and peer is a `Conflict`,
    /// now or at the unit's end.
    async fn readdress(&mut self, id: ConversationId, peer: &str) -> Kept<()>;

    /// Locks a conversation's row until the end of the unit and reads it.
    async fn conversation(&mut self, id: ConversationId) -> Kept<Option<Conversation>>;

    /// Keeps it, if its version in the store is still `conversation.version`; the stored one becomes one more. `false`,
    /// with nothing changed, when another commit was first. Also writes the lease as it stands.
    async fn keep(&mut self, conversation: &Conversation) -> Kept<bool>;

    /// Notes that the customer wrote: sets `heard_at` and `idle_at` (never backwards) without raising the version.
    async fn heard(&mut self, id: ConversationId, heard_at: Timestamp, idle_at: Timestamp) -> Kept<()>;

    /// Takes or renews the leases of those of the conversations that are free for the worker; returns which.
    async fn lease(
        &mut self,
        ids: &[ConversationId],
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
    ) -> Kept<Vec<ConversationId>>;

    /// Conversations whose `idle_at` is at or before `now`, longest first; without those where `Idle` waits already.
    async fn idle(&mut self, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>>;

    /// Conversations that a person has for a time that ended at or before `now`, longest ago first.
    async fn taken_over_until(&mut self, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>>;

    /// Conversations, latest heard first.
    async fn conversations(&mut self, filter: &ConversationFilter, most: u32) -> Kept<Vec<Conversation>>;
}

/// Which conversations to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Only of this storefront.
    pub storefront: Option<StorefrontId>,
    /// Only those that want or have a person.
    pub with_person: bool,
}
