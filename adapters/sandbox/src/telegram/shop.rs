//! The bots' state: settings, files, and what is known of each chat.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::PROVIDER;
use super::account::{TelegramAccount, TelegramChange};
use super::files::Files;
use super::person::TelegramProfile;
use super::refusal::{BotError, Verdict};
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::hooks::{Posted, Seal, Target};
use crate::rate::{Bucket, Second};
use crate::registry::{Registry, set};
use crate::secret::Secret;

/// Messages remembered in each chat.
const MESSAGES: usize = 100;
/// Taps remembered for each bot.
const TAPS: usize = 1000;
/// How long a tap may be answered. Telegram says no number; clients give up within minutes.
const TAP_MS: i64 = 15 * 60_000;

/// All bots of a sandbox.
pub(crate) type Shops = Registry<Shop>;

/// One bot.
pub(crate) struct Shop {
    state: Mutex<State>,
    /// Held by whoever posts: updates arrive one at a time, in the order of their numbers.
    pub(super) queue: tokio::sync::Mutex<()>,
}

/// What a bot is and knows.
pub(crate) struct State {
    pub(super) account: TelegramAccount,
    revoked: bool,
    pub(super) people: HashMap<i64, Known>,
    pub(super) files: Files,
    next_update_id: i64,
    taps: VecDeque<Tapped>,
    pub(super) messages: Second,
    /// When a post failed last, and why.
    pub(super) hook_error: Option<(i64, String)>,
}

/// A tap that may be answered.
struct Tapped {
    id: String,
    chat: i64,
    at_ms: i64,
}

/// What the bot knows of one chat.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) profile: TelegramProfile,
    /// Has begun the chat: a bot may not.
    pub(super) started: bool,
    pub(super) blocked: bool,
    pub(super) wrote_at_ms: Option<i64>,
    pub(super) last_sent: Option<i64>,
    pub(super) last_heard: Option<i64>,
    /// The latest messages of either side; the numbers are of this chat alone.
    messages: VecDeque<Value>,
    last_id: i64,
    /// What stands on the keyboard below the field for typing.
    pub(super) keyboard: Vec<String>,
    pub(super) pair: Bucket,
}

impl Known {
    /// The next message's number in this chat.
    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn remember(&mut self, message: Value) {
        self.messages.push_back(message);
        if self.messages.len() > MESSAGES {
            self.messages.pop_front();
        }
    }

    pub(super) fn message(&self, id: i64) -> Option<&Value> {
        self.messages.iter().find(|message| message["message_id"] == id)
    }

    pub(super) fn message_mut(&mut self, id: i64) -> Option<&mut Value> {
        self.messages.iter_mut().find(|message| message["message_id"] == id)
    }

    /// The messages, the latest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Value> {
        self.messages.iter().rev()
    }
}

impl Shops {
    /// The bot that a token belongs to, if the token is good.
    pub(super) fn by_token(&self, token: &str) -> Verdict<Arc<Shop>> {
        let (bot, secret) = token.split_once(':').ok_or_else(BotError::not_found)?;
        if bot.is_empty() || secret.is_empty() || !bot.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BotError::not_found());
        }
        let token = Secret::from(token);
        self.pick(|shop| shop.lock().knows(&token).then(|| shop.clone())).ok_or_else(BotError::unauthorized)
    }
}

impl Shop {
    /// A bot; `now_ms` is where the numbers of its updates begin, unless it says so itself.
    pub(crate) fn new(account: TelegramAccount, now_ms: i64) -> Self {
        let first = account.first_update_id.unwrap_or(now_ms / 10 % 2_000_000_000 + 1);
        Self {
            state: Mutex::new(State {
                account,
                revoked: false,
                people: HashMap::new(),
                files: Files::default(),
                next_update_id: first,
                taps: VecDeque::new(),
                messages: Second::default(),
                hook_error: None,
            }),
            queue: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn lock(&self) -> parking_lot::MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Where this bot's updates go.
    pub(crate) fn target(&self, delivery: &Delivery) -> Result<Target, SandboxError> {
        let account = &self.lock().account;
        let token = Some(account.secret_token.clone()).filter(|token| !token.is_empty());
        Target::of(&account.id, account.webhook_url.as_deref(), Seal::Token(token), delivery)
    }

    /// Remembers the last post that failed, for `getWebhookInfo`.
    pub(super) fn notes(&self, posts: &[Posted], now_ms: i64) {
        let Some(failed) = posts.iter().rfind(|post| !post.held && !post.accepted()) else { return };
        let why = match failed.status {
            Some(status) => format!("Wrong response from the webhook: {status}"),
            None => failed.error.clone().unwrap_or_default(),
        };
        self.lock().hook_error = Some((now_ms / 1000, why));
    }
}

impl State {
    fn knows(&self, token: &Secret) -> bool {
        self.account.token == *token && !self.revoked
    }

    /// The customer, made known if need be.
    pub(super) fn meet(&mut self, who: i64) -> &mut Known {
        self.people.entry(who).or_default()
    }

    /// The number of a further update.
    pub(super) fn next_update_id(&mut self) -> i64 {
        self.next_update_id += 1;
        self.next_update_id - 1
    }

    /// The bot as a user. core.telegram.org/bots/api#user
    pub(super) fn bot(&self) -> Value {
        let account = &self.account;
        let id: i64 = account.id.parse().unwrap_or_default();
        json!({ "id": id, "is_bot": true, "first_name": format!("Shop {}", account.id),
            "username": account.username })
    }

    /// Remembers a tap, so that it can be answered.
    pub(super) fn tapped(&mut self, id: &str, chat: i64, at_ms: i64) {
        self.taps.push_back(Tapped { id: id.to_owned(), chat, at_ms });
        if self.taps.len() > TAPS {
            self.taps.pop_front();
        }
    }

    /// Whose tap that is, if it may be answered still.
    pub(super) fn tap(&self, id: &str, now_ms: i64) -> Option<i64> {
        let tapped = self.taps.iter().find(|tapped| tapped.id == id && now_ms - tapped.at_ms <= TAP_MS)?;
        Some(tapped.chat)
    }

    /// The bot as the control API tells it: no tokens.
    pub(crate) fn told(&self) -> Value {
        let account = &self.account;
        json!({ "provider": PROVIDER, "id": account.id, "username": account.username,
            "webhook_url": account.webhook_url, "allowed_updates": account.allowed_updates,
            "accept_strangers": account.accept_strangers, "rate": account.rate, "token_revoked": self.revoked,
            "next_update_id": self.next_update_id, "customers": self.people.len(), "files": self.files.len() })
    }

    pub(crate) fn change(&mut self, change: TelegramChange) {
        set(&mut self.revoked, change.token_revoked);
        self.account.change(change);
    }
}
