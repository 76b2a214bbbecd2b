//! What may stand beside a customer's action: a quote, a referral, an id of another message.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::action::WhatsappAction;
use crate::error::SandboxError;
use crate::wish::understood;

/// What may stand beside any action.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// Answers this message; `last` is the account's last. Taps answer theirs without being told.
    pub reply_to: Option<String>,
    /// Leaves the context of a tap out.
    pub without_context: bool,
    /// Was handed on.
    pub forwarded: bool,
    /// Was handed on many times.
    pub frequently_forwarded: bool,
    /// Came through an ad: `true` for one that is made up, or the object.
    pub referral: Value,
    /// Was written in a group.
    pub group_id: Option<String>,
    /// Another id than a new one: for repetitions.
    pub with_id: Option<String>,
    /// Errors of the message (media that could not be downloaded): a code.
    pub error: Option<i64>,
    /// Further fields of the message.
    pub extra: Map<String, Value>,
}

/// The keys of [`Beside`], which stand beside an action's own in JSON.
const BESIDE: [&str; 9] = [
    "reply_to",
    "without_context",
    "forwarded",
    "frequently_forwarded",
    "referral",
    "group_id",
    "with_id",
    "error",
    "extra",
];

/// An action, and what stands beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatsappEvent {
    /// What the customer does.
    pub action: WhatsappAction,
    /// What stands beside it.
    pub beside: Beside,
}

impl WhatsappEvent {
    /// An event as the control API says it: what stands beside the action has its keys among the action's.
    pub(super) fn read(mut event: Value) -> Result<Self, SandboxError> {
        let mut beside = Map::new();
        if let Some(fields) = event.as_object_mut() {
            beside.extend(BESIDE.iter().filter_map(|key| fields.remove_entry(*key)));
        }
        Ok(Self { action: understood(event)?, beside: understood(beside.into())? })
    }
}

impl From<WhatsappAction> for WhatsappEvent {
    fn from(action: WhatsappAction) -> Self {
        Self { action, beside: Beside::default() }
    }
}

impl WhatsappAction {
    /// The action along with something beside it.
    pub fn beside(self, beside: Beside) -> WhatsappEvent {
        WhatsappEvent { action: self, beside }
    }
}
