//! The way out to a customer.

use async_trait::async_trait;
use tradepost_domain::{
    Author, Capabilities, Content, EffectId, MessageId, Timestamp, capabilities::Passage,
};

use crate::{PortResult, Terms, store::MediaBlob};

/// A channel account that can write to customers.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// On what terms it is called.
    fn terms(&self) -> &Terms;

    /// What it can show. The engine fits every line to it before it is sent.
    fn capabilities(&self) -> &Capabilities;

    /// Sends one line. `Uncertain` when it may have been taken: after a time-out, a broken connection, an answer
    /// that does not tell. `Unavailable` only when the provider certainly did not take it.
    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt>;

    /// Shows a sign of life to that customer. `about` is the provider's id of their latest message, for providers that show
    /// it there; without one such an adapter shows nothing. Never repeated, never missed.
    async fn signal(&self, peer: &str, about: Option<&str>, signal: Signal) -> PortResult<()>;
}

/// One line on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// The effect: the key of a provider that knows keys.
    pub effect: EffectId,
    /// The transcript's line: the mark for a provider whose news gives one back ([`Terms::marks`]).
    pub line: MessageId,
    /// The customer's id at the provider.
    pub peer: String,
    /// What it says, fitted to the channel.
    pub content: Content,
    /// The media of our store that the content names, where [`Capabilities::uploads`] asks for them; each once.
    pub attached: Vec<MediaBlob>,
    /// Who wrote it.
    pub author: Author,
    /// Under which rule of the window it leaves.
    pub passage: Passage,
}

/// The provider took a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's id of the line: what its later news names.
    pub reference: String,
    /// When, if the provider tells.
    pub at: Option<Timestamp>,
}

/// A sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The customer's message was seen.
    Seen,
    /// We are writing.
    Typing,
}
