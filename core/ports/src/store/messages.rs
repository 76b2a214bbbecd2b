//! The store of transcripts and their media.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tradepost_domain::{
    AccountKey, Content, ConversationId, Correlation, Delivery, EffectId, Line, MessageId, Slot, Timestamp,
};

use super::Kept;

/// Transcripts: the customer's lines and ours, with how far ours have come; and the media they hold.
#[async_trait]
pub trait Messages: Send {
    /// Adds a line to a transcript.
    async fn write(&mut self, written: &Written) -> Kept<()>;

    /// The latest lines of a conversation, oldest first. Withdrawn lines are not among them.
    async fn thread(&mut self, conversation: ConversationId, most: u32) -> Kept<Vec<Line>>;

    /// Lines of a conversation after that one (all when `None`), oldest first, withdrawn ones too.
    async fn transcript(
        &mut self,
        conversation: ConversationId,
        after: Option<MessageId>,
        most: u32,
    ) -> Kept<Vec<Written>>;

    /// A line, by id.
    async fn written(&mut self, id: MessageId) -> Kept<Option<Written>>;

    /// The line that a provider knows by that reference.
    async fn by_reference(&mut self, account: &AccountKey, reference: &str) -> Kept<Option<Written>>;

    /// As [`Messages::by_reference`] for many at once, in the order given. Their conversations are this unit's until its end.
    async fn told_of(&mut self, references: &[(AccountKey, String)]) -> Kept<Vec<Option<ToldOf>>>;

    /// All lines of that reference, oldest first: a message that was filed again has more than one.
    async fn copies(&mut self, account: &AccountKey, reference: &str) -> Kept<Vec<Written>>;

    /// Our lines of a conversation that are under way or may have left (`sending` or `uncertain`), oldest first.
    async fn unsettled(&mut self, conversation: ConversationId) -> Kept<Vec<Line>>;

    /// How many lines of ours in the conversation left us after that time, whatever has become of them since.
    async fn left_since(&mut self, conversation: ConversationId, since: Timestamp) -> Kept<u32>;

    /// Sets how far a line has come, by [`Delivery::after`]; also keeps reference, reason and `left_at` where given.
    /// A line that is `Queued` after it was not taken: its `left_at` and its reason are cleared. One that was `Uncertain` and
    /// is so no more has no reason but the one given. A customer's line, or one that is not there, is left as it is.
    async fn deliver(
        &mut self,
        id: MessageId,
        delivery: Delivery,
        reference: Option<&str>,
        reason: Option<&str>,
        left_at: Option<Timestamp>,
    ) -> Kept<()>;

    /// As [`Messages::deliver`], for every line of ours in the conversation that was taken by the provider
    /// (`sent` or `delivered`) and was written before or with that line.
    async fn deliver_up_to(
        &mut self,
        conversation: ConversationId,
        line: MessageId,
        delivery: Delivery,
    ) -> Kept<u64>;

    /// Puts another content in a line's place: an edit, a fetched medium, an unsent message's nothing.
    async fn rewrite(&mut self, id: MessageId, content: &Content) -> Kept<()>;

    /// Per topic, when our last line under it left (`None`: it has not). Withdrawn lines do not count.
    async fn said_at(&mut self, conversation: ConversationId) -> Kept<BTreeMap<Slot, Option<Timestamp>>>;

    /// Keeps a medium under its hash, for that line; a second time changes nothing. It is forgotten with its last line.
    async fn keep_media(&mut self, line: MessageId, blob: &MediaBlob) -> Kept<()>;

    /// A kept medium.
    async fn media(&mut self, hash: &str) -> Kept<Option<MediaBlob>>;
}

/// A line as written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Whose transcript.
    pub conversation: ConversationId,
    /// The account that it came or goes through.
    pub account: AccountKey,
    /// The line.
    pub line: Line,
    /// The request that brought or caused it.
    pub correlation: Correlation,
    /// The effect that wrote it, for ours.
    pub effect: Option<EffectId>,
    /// The provider's id of it.
    pub reference: Option<String>,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it left us.
    pub left_at: Option<Timestamp>,
}

/// A line that news speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldOf {
    /// The line.
    pub id: MessageId,
    /// Whose transcript.
    pub conversation: ConversationId,
    /// How far it has come; `None` for a customer's own, of which news says nothing.
    pub delivery: Option<Delivery>,
}

/// A medium in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaBlob {
    /// SHA-256, in hexadecimal.
    pub hash: String,
    /// Content type.
    pub mime: String,
    /// The bytes.
    pub bytes: bytes::Bytes,
}
