//! Calls: what leaves through a port after the commit, and what comes back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    EffectId, Money, OrderId, PortError, Slot,
    model::{Prompt, Reply},
};

/// A call to a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Ask the storefront's model.
    Model(Prompt),
    /// Open a page where the order can be paid.
    OpenCheckout(CheckoutRequest),
    /// Close it again. Of an unknown one it is success.
    CloseCheckout {
        /// The order.
        order: OrderId,
        /// The provider's id of its checkout.
        reference: String,
    },
}

impl Call {
    /// Does it change the world? Then its stale answer is told all the same.
    pub fn writes(&self) -> bool {
        match self {
            Self::Model(_) => false,
            Self::OpenCheckout(_) | Self::CloseCheckout { .. } => true,
        }
    }

    /// The port that answers it.
    pub fn port(&self) -> PortKind {
        match self {
            Self::Model(_) => PortKind::Llm,
            Self::OpenCheckout(_) | Self::CloseCheckout { .. } => PortKind::Payments,
        }
    }
}

/// The kinds of port that a call can leave through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortKind {
    /// A language model.
    Llm,
    /// A payment provider.
    Payments,
}

/// What a payment page needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutRequest {
    /// Our order, the provider's reference.
    pub order: OrderId,
    /// What is bought, for the page.
    pub title: String,
    /// What it costs.
    pub amount: Money,
    /// When the offer ends.
    pub ends: Timestamp,
}

/// An open payment page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// The provider's id of the order: what its notices name.
    pub reference: String,
    /// Where the customer pays.
    pub url: String,
}

/// What a port answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "of", rename_all = "snake_case")]
pub enum Answer {
    /// The model's.
    Reply(Reply),
    /// The page is open.
    Checkout(Checkout),
    /// The page is closed.
    Closed,
}

/// An answer as the flow hears it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The slot that the call stood under.
    pub slot: Slot,
    /// The call.
    pub effect: EffectId,
    /// Does the slot still wait for it? A write that nobody awaits must be undone.
    pub awaited: bool,
    /// What came of it.
    pub result: Result<Answer, PortError>,
}
