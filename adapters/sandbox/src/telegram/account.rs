//! A bot's settings.

use serde::{Deserialize, Serialize};

use crate::registry::set;
use crate::secret::{Secret, made_up};

/// What a bot may send; `None` takes any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramRate {
    /// Messages in one second, to all chats.
    pub messages_per_s: Option<u32>,
    /// Messages to one chat in a burst.
    pub chat_burst: Option<u32>,
    /// After so many milliseconds of the sandbox's clock one more may go to the same chat.
    pub chat_refill_ms: i64,
}

impl Default for TelegramRate {
    /// core.telegram.org/bots/faq: about 30 a second, one a second to a chat, and short bursts beyond that. How short is not said.
    fn default() -> Self {
        Self { messages_per_s: Some(30), chat_burst: Some(5), chat_refill_ms: 1000 }
    }
}

impl TelegramRate {
    /// No limits, for load tests.
    pub fn unlimited() -> Self {
        Self { messages_per_s: None, chat_burst: None, ..Self::default() }
    }
}

/// One bot. Only the id is needed; what else is left out is made up from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelegramAccount {
    /// The bot's id: the digits before the colon of its token.
    pub id: String,
    /// The bot's name in `t.me/…`. `shop_ID_bot` when left out.
    #[serde(default)]
    pub username: String,
    /// `ID:token-ID` when left out.
    #[serde(default)]
    pub token: Secret,
    /// Sent beside every update. `secret-token-of-ID` when left out; `setWebhook` without one takes it away.
    #[serde(default)]
    pub secret_token: Secret,
    /// Where updates go (plain http); may be set later, by `setWebhook` too.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// The kinds of update that are posted; all but `chat_member`, `message_reaction` and `message_reaction_count` when left out.
    #[serde(default)]
    pub allowed_updates: Option<Vec<String>>,
    /// The first update's number; from the clock when left out, so that a bot which is started anew repeats none.
    #[serde(default)]
    pub first_update_id: Option<i64>,
    /// Takes sends to people the sandbox has never heard of: for load tests.
    #[serde(default)]
    pub accept_strangers: bool,
    /// What it may send.
    #[serde(default)]
    pub rate: TelegramRate,
}

impl TelegramAccount {
    /// A bot with everything made up from its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            username: String::new(),
            token: Secret::default(),
            secret_token: Secret::default(),
            webhook_url: None,
            allowed_updates: None,
            first_update_id: None,
            accept_strangers: false,
            rate: TelegramRate::default(),
        }
        .completed()
    }

    /// The same bot with its webhook address.
    pub fn with_webhook(self, url: impl Into<String>) -> Self {
        Self { webhook_url: Some(url.into()), ..self }
    }

    pub(crate) fn completed(mut self) -> Self {
        let id = &self.id;
        made_up(&mut self.username, || format!("shop_{id}_bot"));
        self.token.made_up(|| format!("{id}:token-{id}"));
        self.secret_token.made_up(|| format!("secret-token-of-{id}"));
        self
    }

    /// Whether updates of that kind are posted.
    pub(super) fn wants(&self, kind: &str) -> bool {
        match &self.allowed_updates {
            Some(allowed) => allowed.iter().any(|one| one == kind),
            None => !["chat_member", "message_reaction", "message_reaction_count"].contains(&kind),
        }
    }

    pub(super) fn change(&mut self, change: TelegramChange) {
        set(&mut self.token, change.token);
        set(&mut self.secret_token, change.secret_token);
        set(&mut self.webhook_url, change.webhook_url.map(Some));
        set(&mut self.allowed_updates, change.allowed_updates.map(Some));
        set(&mut self.accept_strangers, change.accept_strangers);
        set(&mut self.rate, change.rate);
    }
}

/// A change of a bot's settings; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of TelegramAccount")]
pub struct TelegramChange {
    pub token: Option<Secret>,
    pub secret_token: Option<Secret>,
    pub webhook_url: Option<String>,
    pub allowed_updates: Option<Vec<String>>,
    pub accept_strangers: Option<bool>,
    pub rate: Option<TelegramRate>,
    /// `true` makes the token invalid, as after `/revoke`; `false` gives it back.
    pub token_revoked: Option<bool>,
}
