//! Deeds: what the ledger does inside the commit, and its outcomes. Finding nothing left is an outcome, not a failure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Fact, OrderId,
    ledger::{Item, Order, OrderState},
};

/// What the ledger can do in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    /// Look up own stock by words of its title or by its key.
    Find {
        /// Key or words.
        words: String,
        /// At most so many.
        most: u32,
    },
    /// Hold an item and make its order, in one.
    Reserve {
        /// The item's key.
        sku: String,
        /// How many.
        quantity: u32,
        /// When the hold ends by itself.
        ends: Timestamp,
    },
    /// Give an order up.
    Cancel {
        /// The order.
        order: OrderId,
    },
    /// Remember something about the contact.
    Learn {
        /// What it is called.
        name: String,
        /// What was learned.
        fact: Fact,
    },
}

/// What came of a deed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// What stock has, with what is free now.
    Found {
        /// Best first.
        items: Vec<Item>,
    },
    /// It is held.
    Reserved {
        /// The order.
        order: Order,
    },
    /// There was not enough left, or no such item.
    SoldOut {
        /// The item's key.
        sku: String,
        /// How many are left.
        left: u32,
    },
    /// It is given up.
    Cancelled {
        /// The order.
        order: OrderId,
    },
    /// It could not be given up any more.
    TooLate {
        /// The order.
        order: OrderId,
        /// What it is instead; `None` when there is no such order in this conversation.
        state: Option<OrderState>,
    },
    /// It is remembered.
    Learned {
        /// What it is called.
        name: String,
    },
}
