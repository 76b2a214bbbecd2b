//! The queue of what is to leave.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tradepost_domain::{
    Author, Call, Content, ConversationId, Correlation, EffectId, Lane, Media, MessageId, Slot, StorefrontId,
    Timestamp, WorkerId,
};

use super::Kept;
use crate::Signal;

/// What is to leave. The table is the queue; what has left leaves it in the commit that says so.
///
/// A row goes `ready -> claimed -> sending -> (settled: deleted)`. **Claiming is not sending**: a claimed row may be
/// taken over freely once its claim has passed; a `sending` row may have left.
#[async_trait]
pub trait Outbox: Send {
    /// Puts a row into the queue.
    async fn put(&mut self, row: &OutboxRow) -> Kept<()>;

    /// A row, locked until the end of the unit.
    async fn row(&mut self, effect: EffectId) -> Kept<Option<OutboxRow>>;

    /// All rows of a conversation, oldest first (by `seq`).
    async fn rows_of(&mut self, conversation: ConversationId) -> Kept<Vec<OutboxRow>>;

    /// Writes state, holder, until, attempt, failures and `not_before` of a row back.
    async fn update(&mut self, row: &OutboxRow) -> Kept<()>;

    /// Takes a row out of the queue.
    async fn remove(&mut self, effect: EffectId) -> Kept<()>;

    /// Is an earlier line (class `Say`, smaller `seq`) of the same conversation still in the queue, in any state?
    async fn earlier_line(&mut self, conversation: ConversationId, seq: i64) -> Kept<bool>;

    /// Takes or renews the lane for the worker; `false` while another holds it.
    async fn hold_lane(
        &mut self,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
    ) -> Kept<bool>;

    /// Gives a lane back, if the worker holds it.
    async fn leave_lane(&mut self, lane: &Lane, worker: &WorkerId) -> Kept<()>;

    /// Lanes that have a claimable row at `now` (see [`Outbox::claim`]).
    async fn busy_lanes(&mut self, now: Timestamp) -> Kept<Vec<Lane>>;

    /// Claims rows of a lane for the worker until `until` and returns them, by (`rank`, `seq`): those that are `ready` with
    /// `not_before <= now`, and those `claimed` whose claim has passed. A line (class `Say`) is left out while an earlier
    /// line of its conversation is in the queue, in any state; one with a topic (`slot`), too, while the customer's
    /// words wait there (see [`Inbox::words_wait`](super::Inbox::words_wait)).
    async fn claim(
        &mut self,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Kept<Vec<OutboxRow>>;

    /// Rows whose `until` is at or before `now` and that are `sending` or `uncertain`, oldest first.
    async fn overdue(&mut self, now: Timestamp, most: u32) -> Kept<Vec<OutboxRow>>;

    /// Rows that are `ready` whose validity ended at or before `now`.
    async fn stale(&mut self, now: Timestamp, most: u32) -> Kept<Vec<OutboxRow>>;

    /// How many rows wait per lane, and since when the oldest.
    async fn backlog(&mut self) -> Kept<Vec<(Lane, u64, Timestamp)>>;
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// The effect.
    pub effect: EffectId,
    /// Its place: given by the store when put (what is handed in is ignored), growing.
    pub seq: i64,
    /// The storefront that pays for it.
    pub storefront: StorefrontId,
    /// The conversation that caused it.
    pub conversation: ConversationId,
    /// The request that caused it.
    pub correlation: Correlation,
    /// What shares its rate and order.
    pub lane: Lane,
    /// How it is treated.
    pub class: Class,
    /// Smaller goes first: replies 0, campaigns later.
    pub rank: i32,
    /// A line's topic, or the slot that awaits a call's answer.
    pub slot: Option<Slot>,
    /// The transcript's line, for a line.
    pub message: Option<MessageId>,
    /// What is to be done.
    pub work: Work,
    /// When it was caused.
    pub at: Timestamp,
    /// Not before then.
    pub not_before: Timestamp,
    /// Not after then.
    pub valid_until: Timestamp,
    /// How far it is.
    pub state: OutboxState,
    /// Who holds it, while `claimed` or `sending`.
    pub holder: Option<WorkerId>,
    /// `claimed`: the claim passes then. `sending`: the whole call is over then. `uncertain`: followers wait until then.
    pub until: Option<Timestamp>,
    /// Raised with every marking as `sending`; a settle names it.
    pub attempt: u32,
    /// Tries that failed and were not mere waiting.
    pub failures: u32,
}

/// Who causes a row, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The storefront that pays for it.
    pub storefront: StorefrontId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The request.
    pub correlation: Correlation,
    /// When.
    pub at: Timestamp,
}

impl OutboxRow {
    /// A row that may leave at once and is valid for so long: no line, no slot, of the first rank.
    pub fn new(
        cause: Cause,
        effect: EffectId,
        lane: Lane,
        class: Class,
        work: Work,
        valid: Duration,
    ) -> Self {
        let Cause { storefront, conversation, correlation, at } = cause;
        Self {
            effect,
            seq: 0,
            storefront,
            conversation,
            correlation,
            lane,
            class,
            rank: 0,
            slot: None,
            message: None,
            work,
            at,
            not_before: at,
            valid_until: at + valid,
            state: OutboxState::Ready,
            holder: None,
            until: None,
            attempt: 0,
            failures: 0,
        }
    }
}

/// How far a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// Waits.
    Ready,
    /// A worker means to send it.
    Claimed,
    /// Its first byte may have left.
    Sending,
    /// A line that may have left; stays a while to hold its followers.
    Uncertain,
}

impl OutboxState {
    /// The state as the word that the store uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Uncertain => "uncertain",
        }
    }

    /// The state of that word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Ready, Self::Claimed, Self::Sending, Self::Uncertain]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// How a row is treated when it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A line: in order; tried for hours; uncertain without a provider's key.
    Say,
    /// A question: the failure is the answer.
    Read,
    /// A change with an answer: repeated under its key, else looked up, else uncertain.
    Write,
    /// A change without an answer: tried for hours.
    Do,
    /// A sign of life: tried once.
    Signal,
    /// A medium to fetch: tried a few times.
    Fetch,
}

impl Class {
    /// The class as the word that the store uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Read => "read",
            Self::Write => "write",
            Self::Do => "do",
            Self::Signal => "signal",
            Self::Fetch => "fetch",
        }
    }

    /// The class of that word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Say, Self::Read, Self::Write, Self::Do, Self::Signal, Self::Fetch]
            .into_iter()
            .find(|class| class.word() == word)
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Send a line.
    Say {
        /// To whom.
        peer: String,
        /// What, fitted to the channel.
        content: Content,
        /// Who wrote it.
        author: Author,
    },
    /// Make a call.
    Call {
        /// The call.
        call: Call,
    },
    /// Show a sign of life.
    Signal {
        /// To whom.
        peer: String,
        /// The provider's id of their latest message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        /// Which.
        signal: Signal,
    },
    /// Fetch the media of a transcript's line.
    Fetch {
        /// The line.
        line: MessageId,
        /// The medium's place in it.
        position: u16,
        /// The medium.
        media: Media,
    },
}
