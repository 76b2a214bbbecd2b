//! Customers: their names, and the chat with each of them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json::{given, or_null};

/// A customer's public face, and how the sandbox plays this customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramProfile {
    /// The first name; `Customer` when left out, since everybody has one.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The handle.
    pub username: Option<String>,
    /// The language of the customer's app.
    pub language_code: Option<String>,
    /// Has deleted the account: 403.
    pub deactivated: bool,
    /// The chat is another one by now: 400 with `migrate_to_chat_id`.
    pub migrated_to: Option<i64>,
}

impl TelegramProfile {
    /// A profile with a first name.
    pub fn named(first_name: impl Into<String>) -> Self {
        Self { first_name: Some(first_name.into()), ..Self::default() }
    }

    fn first_name(&self) -> &str {
        self.first_name.as_deref().unwrap_or("Customer")
    }

    /// core.telegram.org/bots/api#user
    pub(super) fn user(&self, id: i64) -> Value {
        given([
            ("id", id.into()),
            ("is_bot", false.into()),
            ("first_name", self.first_name().into()),
            ("last_name", or_null(&self.last_name)),
            ("username", or_null(&self.username)),
            ("language_code", or_null(&self.language_code)),
        ])
    }

    /// core.telegram.org/bots/api#chat
    pub(super) fn chat(&self, id: i64) -> Value {
        given([
            ("id", id.into()),
            ("first_name", self.first_name().into()),
            ("last_name", or_null(&self.last_name)),
            ("username", or_null(&self.username)),
            ("type", "private".into()),
        ])
    }
}

/// A group that the bot was added to.
pub(super) fn group(id: i64) -> Value {
    json!({ "id": id, "title": "Neighbours", "type": "supergroup" })
}
