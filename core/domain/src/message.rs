//! Messages and the lines of a transcript.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Content, Delivery, MessageId, Slot};

/// A message of the customer, as a flow hears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its place in the transcript.
    pub id: MessageId,
    /// When the customer wrote it, by the provider's word where that is believable.
    pub at: Timestamp,
    /// What it holds.
    pub content: Content,
    /// What it answers or mentions, if the channel tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// How the customer came here, if the channel tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
}

/// What a message answers or mentions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum About {
    /// A story of the shop that the customer answered.
    Story {
        /// The provider's id of the story.
        id: Option<String>,
        /// Its address while it lives.
        url: Option<String>,
    },
    /// The shop was mentioned in the customer's own story.
    Mention,
    /// An earlier message.
    Message {
        /// The provider's id of it.
        reference: String,
    },
}

/// How a customer came: a link, an advertisement, a product page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// The shop's own mark in the link.
    pub mark: Option<String>,
    /// The provider's word for the source, such as `ADS` or `SHORTLINK`.
    pub source: Option<String>,
    /// The advertisement.
    pub ad: Option<String>,
    /// The product.
    pub product: Option<String>,
}

/// Who wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The customer.
    Customer,
    /// The flow.
    Bot,
    /// A person of the shop, through us.
    Staff,
    /// A person of the shop, in the provider's own app.
    App,
}

/// A line of the transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: MessageId,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: Author,
    /// What it holds.
    pub content: Content,
    /// The topic of a line that may be replaced while unsent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Slot>,
    /// How far it has come; `None` for the customer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
}

impl Line {
    /// Has it left us, or did the customer write it?
    pub fn left(&self) -> bool {
        self.delivery.is_none_or(Delivery::left)
    }
}
