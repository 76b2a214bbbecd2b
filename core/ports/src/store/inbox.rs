//! The queue of what waits to be stepped.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tradepost_domain::{
    AccountKey, Answered, ConversationId, Correlation, EffectId, EventId, Message, OrderId, Slot, Timestamp,
    ledger::Payment,
};

use super::Kept;

/// What waits to be stepped, per conversation. The table is the queue; what was stepped leaves it in the same commit.
#[async_trait]
pub trait Inbox: Send {
    /// Puts an event into a conversation's queue.
    async fn file(&mut self, row: &InboxRow) -> Kept<()>;

    /// Everything that waits in a conversation, oldest first (by `seq`), ripe or not.
    async fn waiting(&mut self, conversation: ConversationId) -> Kept<Vec<InboxRow>>;

    /// Do the customer's words wait in this conversation, ripe or not? (A row whose body is `Said`.)
    async fn words_wait(&mut self, conversation: ConversationId) -> Kept<bool>;

    /// Puts another body into a row that still waits; its place, its times and its tries stay.
    async fn reword(&mut self, event: EventId, body: &InboxBody) -> Kept<()>;

    /// Takes rows out of the queue: they were stepped, or buried.
    async fn take(&mut self, events: &[EventId]) -> Kept<()>;

    /// These rows are ripe only then.
    async fn ripen(&mut self, events: &[EventId], ripe_at: Timestamp) -> Kept<()>;

    /// Counts a failed try for these rows, and sets when they are tried again.
    async fn failed(&mut self, events: &[EventId], ripe_at: Timestamp) -> Kept<()>;

    /// Conversations that have a row ripe at `now` and whose lease is free for `worker` (none, its own, or past), those
    /// that wait longest first.
    async fn ripe(
        &mut self,
        worker: &tradepost_domain::WorkerId,
        now: Timestamp,
        most: u32,
    ) -> Kept<Vec<ConversationId>>;

    /// How many rows wait, and since when the oldest.
    async fn depth(&mut self) -> Kept<(u64, Option<Timestamp>)>;
}

/// A row of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxRow {
    /// The event.
    pub event: EventId,
    /// Its place in the queue: given by the store when filed (what is handed in is ignored), growing.
    pub seq: i64,
    /// Whose queue.
    pub conversation: ConversationId,
    /// The request that brought or caused it.
    pub correlation: Correlation,
    /// When it was accepted.
    pub at: Timestamp,
    /// When it may be stepped.
    pub ripe_at: Timestamp,
    /// Failed tries so far.
    pub tries: u32,
    /// What it is.
    pub body: InboxBody,
}

impl InboxRow {
    /// A row that is ripe at once.
    pub fn new(
        event: EventId,
        conversation: ConversationId,
        correlation: Correlation,
        at: Timestamp,
        body: InboxBody,
    ) -> Self {
        Self { event, seq: 0, conversation, correlation, at, ripe_at: at, tries: 0, body }
    }
}

/// What waits to be stepped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "inbox", content = "of", rename_all = "snake_case")]
pub enum InboxBody {
    /// The customer's words, or a tap.
    Said(Message),
    /// What a call came to. Whether anybody still awaits it is decided in the turn.
    Answer {
        /// Does the call change the world?
        writes: bool,
        /// The answer; its `awaited` is not yet decided.
        answered: Answered,
    },
    /// Money came for an order of this conversation.
    Paid {
        /// The order.
        order: OrderId,
        /// Our account that the notice came through: a payment's id is the provider's, and known by both.
        account: AccountKey,
        /// The payment.
        payment: Payment,
    },
    /// A hold's end was written down.
    HoldEnded {
        /// The order.
        order: OrderId,
    },
    /// An alarm.
    Woke {
        /// The slot that waits.
        slot: Slot,
        /// The effect that set it.
        effect: EffectId,
    },
    /// A word from staff.
    Staff(StaffWord),
    /// The conversation has been idle for its time.
    Idle,
    /// The time for which a person took the conversation over has passed.
    TakeOverEnded,
}

/// A word from staff, as filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum StaffWord {
    /// A person answers from now on.
    TakeOver {
        /// Who.
        by: String,
        /// Goes back by itself then.
        until: Option<Timestamp>,
    },
    /// A person says something.
    Say {
        /// Who.
        by: String,
        /// What.
        content: tradepost_domain::Content,
    },
    /// The flow answers again.
    HandBack,
}

impl InboxBody {
    /// The kind as the word that the store uses.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Said(_) => "said",
            Self::Answer { .. } => "answer",
            Self::Paid { .. } => "paid",
            Self::HoldEnded { .. } => "hold_ended",
            Self::Woke { .. } => "woke",
            Self::Staff(_) => "staff",
            Self::Idle => "idle",
            Self::TakeOverEnded => "take_over_ended",
        }
    }
}
