//! What may stand beside a customer's action: what it answers, where it was written, another number of its update.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::action::TelegramAction;
use crate::error::SandboxError;
use crate::wish::understood;

/// What may stand beside any action.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TelegramBeside {
    /// Answers this message; `last` is the bot's last.
    pub reply_to: Option<String>,
    /// Was handed on from somebody else.
    pub forwarded: bool,
    /// Was written in a group of this id.
    pub group: Option<i64>,
    /// Another `update_id` than the next: for repetitions and gaps.
    pub with_update_id: Option<i64>,
    /// Further fields of the message.
    pub extra: Map<String, Value>,
}

/// The keys of [`TelegramBeside`], which stand beside an action's own in JSON.
const BESIDE: [&str; 5] = ["reply_to", "forwarded", "group", "with_update_id", "extra"];

/// An action, and what stands beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct TelegramEvent {
    /// What the customer does.
    pub action: TelegramAction,
    /// What stands beside it.
    pub beside: TelegramBeside,
}

impl TelegramEvent {
    /// An event as the control API says it: what stands beside the action has its keys among the action's.
    pub(super) fn read(mut event: Value) -> Result<Self, SandboxError> {
        let mut beside = Map::new();
        if let Some(fields) = event.as_object_mut() {
            beside.extend(BESIDE.iter().filter_map(|key| fields.remove_entry(*key)));
        }
        Ok(Self { action: understood(event)?, beside: understood(beside.into())? })
    }
}

impl From<TelegramAction> for TelegramEvent {
    fn from(action: TelegramAction) -> Self {
        Self { action, beside: TelegramBeside::default() }
    }
}

impl TelegramAction {
    /// The action along with something beside it.
    pub fn beside(self, beside: TelegramBeside) -> TelegramEvent {
        TelegramEvent { action: self, beside }
    }
}
