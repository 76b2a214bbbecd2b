//! Everything that a flow can hear.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Answered, EventId, Message, Money, OrderId, Outcome, Slot, ledger::Settlement};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id; a gathered burst bears that of its last message.
    pub id: EventId,
    /// When we heard of it.
    pub at: Timestamp,
    /// What.
    pub body: Body,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "of", rename_all = "snake_case")]
pub enum Body {
    /// The customer wrote. Never empty: a burst, gathered; a typed "2" is already the tap it selects.
    Said(Vec<Message>),
    /// What the ledger decided about a deed. Cannot fail.
    Outcome(Slot, Outcome),
    /// What a call came to.
    Answer(Answered),
    /// News of this conversation's orders, already kept in the ledger.
    Notice(Notice),
    /// An alarm.
    Woke(Slot),
    /// A word from staff.
    Staff(Staff),
}

/// News of an order. The ledger knew it first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Money came.
    Paid {
        /// For this order.
        order: OrderId,
        /// So much.
        amount: Money,
        /// What the ledger made of it.
        settlement: Settlement,
    },
    /// The hold's time is over and nobody paid.
    HoldEnded {
        /// The order.
        order: OrderId,
    },
}

/// A word from staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "staff", rename_all = "snake_case")]
pub enum Staff {
    /// A person answers from now on.
    TookOver {
        /// Who.
        by: String,
    },
    /// The flow answers again.
    HandedBack {
        /// What the customer said in between.
        meanwhile: Vec<Message>,
    },
}
