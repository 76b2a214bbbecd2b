//! What a step wants done. Stored with the state in one commit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Call, Content, Deed, Region, Slot};

/// An effect of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// A line to the customer.
    Say {
        /// Under a topic it may be replaced while unsent; without one it must arrive.
        topic: Option<Slot>,
        /// What it says.
        content: Content,
    },
    /// Done inside the commit; its outcome is stepped in the same turn.
    Deed {
        /// Where the outcome is awaited.
        slot: Slot,
        /// What.
        deed: Deed,
    },
    /// Done after the commit, through a port; its answer is an event. Replaces the slot's former call.
    Call {
        /// Where the answer is awaited.
        slot: Slot,
        /// What.
        call: Call,
    },
    /// Done after the commit; no answer is wanted. Tried for hours.
    Do {
        /// What.
        call: Call,
    },
    /// The region no longer waits for anything.
    Forget {
        /// The region.
        region: Region,
    },
    /// An alarm. Replaces the slot's former one.
    Wake {
        /// Where the alarm is awaited.
        slot: Slot,
        /// When.
        at: Timestamp,
    },
    /// A person should look.
    HandOver {
        /// Why.
        reason: Reason,
    },
}

/// Why a person should look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// The customer asked for one.
    Asked,
    /// We do not know whether a provider did what we asked.
    Uncertain {
        /// What.
        what: String,
    },
    /// The flow is at its wit's end.
    Stuck {
        /// Over what.
        what: String,
    },
    /// Money came that we cannot keep.
    Refund {
        /// Why.
        what: String,
    },
}

impl Effect {
    /// A line that must arrive.
    pub fn say(content: Content) -> Self {
        Self::Say { topic: None, content }
    }

    /// A line that a newer one under the topic may replace while it is unsent.
    pub fn say_under(topic: Slot, content: Content) -> Self {
        Self::Say { topic: Some(topic), content }
    }
}
