//! What a webhook brought, in our words. An adapter makes these from verified bytes; the engine files them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Content, Delivery, MessageId, Phone, Purpose,
    ledger::Payment,
    message::{About, Referral},
};

/// One event of a webhook's body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The provider's id of our account, by which it is routed.
    pub account: String,
    /// The same for every delivery of the same event; unique within the channel kind.
    pub key: String,
    /// When it happened, by the provider's word.
    pub at: Option<Timestamp>,
    /// The event as the provider wrote it.
    pub raw: String,
    /// What it is.
    pub what: What,
}

/// The customer's side of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The provider's id of the customer: where lines are sent.
    pub id: String,
    /// The name they go by, if the event tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Other ids of the same customer with the same account, by the provider's word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Their number, by the provider's word; never one that a customer typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

impl Party {
    /// A customer of whom only the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// All ids, the one to write to first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.id).chain(&self.also).map(String::as_str)
    }
}

/// What an event is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The customer wrote or tapped.
    Message {
        /// Who.
        from: Party,
        /// The provider's id of the message.
        reference: Option<String>,
        /// What it holds.
        content: Content,
        /// What it answers or mentions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
        /// How the customer came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<Referral>,
    },
    /// Our own account wrote: we, or a person in the provider's app.
    Echo {
        /// To whom.
        to: Party,
        /// The provider's id of the message.
        reference: String,
        /// What it holds.
        content: Content,
    },
    /// News of a line of ours.
    Receipt {
        /// The customer whom the line went to, if the event tells.
        peer: Option<String>,
        /// The provider's id of the line.
        reference: String,
        /// The line itself, where the provider gives back the mark that it was sent with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<MessageId>,
        /// How far it has come.
        delivery: Delivery,
        /// Does it speak of all earlier lines to the same customer, too?
        earlier_too: bool,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The customer took a message back: the stored copy goes.
    Unsent {
        /// The provider's id of the message.
        reference: String,
    },
    /// The customer changed a message.
    Edited {
        /// The provider's id of the message.
        reference: String,
        /// The new words.
        text: String,
    },
    /// The customer reacted to a message; recorded only.
    Reaction {
        /// Who.
        from: Party,
        /// The provider's id of the message.
        reference: String,
        /// The sign; `None` when it was taken back.
        emoji: Option<String>,
    },
    /// The customer opened the thread in a way that tells where from; recorded only.
    Referred {
        /// Who.
        from: Party,
        /// How.
        referral: Referral,
    },
    /// The customer told the provider itself whether they want something; STOP that they write is a message.
    Preference {
        /// Who.
        from: Party,
        /// What.
        purpose: Purpose,
        /// Do they want it?
        given: bool,
    },
    /// The customer is the same and has other ids from now on.
    Renumbered {
        /// The ids that are no longer theirs, at least one; the one that they are most likely known by first.
        from: Vec<String>,
        /// The new ones.
        to: Party,
    },
    /// Money came for an order.
    Paid {
        /// The payment.
        payment: Payment,
    },
    /// The provider tries the connection.
    Test,
    /// A kind that we do not use or know: acknowledged, recorded and otherwise ignored.
    Other {
        /// The provider's word for it.
        kind: String,
        /// The provider's id of the message that it holds, if it holds one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// One event of a batch that could not be read.
    Unreadable {
        /// Why.
        reason: String,
    },
}

impl What {
    /// The customer whom it concerns, if it tells of them.
    pub fn party(&self) -> Option<&Party> {
        match self {
            Self::Message { from, .. }
            | Self::Reaction { from, .. }
            | Self::Referred { from, .. }
            | Self::Preference { from, .. } => Some(from),
            Self::Echo { to, .. } | Self::Renumbered { to, .. } => Some(to),
            _ => None,
        }
    }

    /// The customer whom it concerns, by the provider's id, if it tells.
    pub fn peer(&self) -> Option<&str> {
        match self {
            Self::Receipt { peer, .. } => peer.as_deref(),
            Self::Renumbered { from, .. } => from.first().map(String::as_str),
            other => other.party().map(|party| party.id.as_str()),
        }
    }

    /// The kind as a word, for lists and counts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Message { .. } => "message",
            Self::Echo { .. } => "echo",
            Self::Receipt { .. } => "receipt",
            Self::Unsent { .. } => "unsent",
            Self::Edited { .. } => "edited",
            Self::Reaction { .. } => "reaction",
            Self::Referred { .. } => "referred",
            Self::Preference { .. } => "preference",
            Self::Renumbered { .. } => "renumbered",
            Self::Paid { .. } => "paid",
            Self::Test => "test",
            Self::Other { .. } => "other",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}
