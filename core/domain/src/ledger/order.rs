//! Orders, and the hold on stock that each of them is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ConversationId, Money, OrderId, StorefrontId};

/// Something that can be bought, and how many of it are free: on hand less the holds not ended *by the clock*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The shop's key.
    pub sku: String,
    /// Its name.
    pub title: String,
    /// What one costs.
    pub price: Money,
    /// How many nobody holds.
    pub free: u32,
}

/// An order with its hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The storefront that sells.
    pub storefront: StorefrontId,
    /// The conversation that ordered.
    pub conversation: ConversationId,
    /// What.
    pub sku: String,
    /// Its name when it was ordered.
    pub title: String,
    /// How many.
    pub quantity: u32,
    /// What it costs together.
    pub total: Money,
    /// How far it has come.
    pub state: OrderState,
    /// The hold ends then, whether anybody writes it down or not.
    pub ends: Timestamp,
    /// The provider's id of its checkout, known from the commit that stored the answer.
    pub checkout: Option<String>,
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Held, not paid.
    Held,
    /// The hold's end was written down and told.
    Ended,
    /// Given up.
    Cancelled,
    /// Paid.
    Paid,
}

impl OrderState {
    /// The state as the word that the store and the API use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
            Self::Paid => "paid",
        }
    }

    /// The state of that word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Held, Self::Ended, Self::Cancelled, Self::Paid].into_iter().find(|state| state.word() == word)
    }
}

impl Order {
    /// Does it hold stock at that time?
    pub fn holds(&self, now: Timestamp) -> bool {
        self.state == OrderState::Held && now < self.ends
    }
}
