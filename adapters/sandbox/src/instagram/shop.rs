//! The accounts' state: settings, tokens, and what is known of each customer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::PROVIDER;
use super::account::{AccountChange, InstagramAccount};
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::graph::error::GraphError;
use crate::graph::rules::Verdict;
use crate::hooks::{Seal, Target};
use crate::rate::Second;
use crate::registry::{Registry, set};
use crate::secret::Secret;

const HOUR_MS: i64 = 3_600_000;
/// The standard window since the customer's last message.
pub(crate) const WINDOW_MS: i64 = 24 * HOUR_MS;
/// The window of messages tagged HUMAN_AGENT.
pub(crate) const HUMAN_WINDOW_MS: i64 = 7 * 24 * HOUR_MS;

/// All Instagram accounts of a sandbox.
pub(crate) type Shops = Registry<Shop>;

/// One account.
pub(crate) struct Shop(Mutex<State>);

/// What an account is and knows.
pub(crate) struct State {
    pub(crate) account: InstagramAccount,
    pub(crate) revoked: bool,
    /// Tokens that refreshes have replaced: they stay good until their end.
    pub(crate) former_tokens: Vec<Former>,
    pub(crate) customers: HashMap<String, Known>,
    pub(crate) comments: HashMap<String, Comment>,
    pub(crate) subscribed: Vec<String>,
    pub(crate) messages: Second,
    pub(crate) audio_video: Second,
}

/// A token that a refresh has replaced.
pub(crate) struct Former {
    pub(crate) token: Secret,
    pub(crate) issued_at_ms: Option<i64>,
    pub(crate) expires_at_ms: Option<i64>,
}

/// What the account knows of one customer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) profile: Profile,
    pub(crate) wrote_at_ms: Option<i64>,
    pub(crate) mids: HashSet<String>,
    pub(crate) last_sent: Option<String>,
    pub(crate) last_heard: Option<String>,
}

/// A comment that may be answered once, in private.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) by: String,
    pub(crate) at_ms: i64,
    pub(crate) answered: bool,
}

/// A customer's public face.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// The name shown.
    pub name: Option<String>,
    /// The handle.
    pub username: Option<String>,
    /// How many follow this person.
    pub follower_count: u64,
    /// Whether this person follows the account.
    pub is_user_follow_business: bool,
    /// Whether the account follows this person.
    pub is_business_follow_user: bool,
    /// Whether Instagram vouches for this person.
    pub is_verified_user: bool,
}

impl Shops {
    /// The account that a token belongs to, if the token is good now.
    pub(crate) fn by_token(&self, token: Option<&str>, now_ms: i64) -> Verdict<Arc<Shop>> {
        let token = Secret::from(token.filter(|token| !token.is_empty()).ok_or_else(GraphError::no_token)?);
        let judged = self.pick(|shop| Some(shop.lock().judges(&token, now_ms)?.map(|()| shop.clone())));
        judged.unwrap_or_else(|| Err(GraphError::bad_token(None)))
    }
}

impl Shop {
    pub(crate) fn new(account: InstagramAccount) -> Self {
        Self(Mutex::new(State::new(account.completed())))
    }

    pub(crate) fn lock(&self) -> parking_lot::MutexGuard<'_, State> {
        self.0.lock()
    }

    pub(crate) fn id(&self) -> String {
        self.lock().account.id.clone()
    }

    /// Where this account's webhooks go.
    pub(crate) fn target(&self, delivery: &Delivery) -> Result<Target, SandboxError> {
        let InstagramAccount { id, webhook_url, app_secret, .. } = &self.lock().account;
        Target::of(id, webhook_url.as_deref(), Seal::Signature(app_secret.clone()), delivery)
    }

    pub(crate) fn verify_token(&self) -> Secret {
        self.lock().account.verify_token.clone()
    }
}

impl State {
    fn new(account: InstagramAccount) -> Self {
        Self {
            account,
            revoked: false,
            former_tokens: Vec::new(),
            customers: HashMap::new(),
            comments: HashMap::new(),
            subscribed: Vec::new(),
            messages: Second::default(),
            audio_video: Second::default(),
        }
    }

    /// `None` when the token is not this account's.
    fn judges(&self, token: &Secret, now_ms: i64) -> Option<Result<(), GraphError>> {
        let current = (&self.account.access_token == token).then_some(self.account.token_expires_at_ms);
        let former = || self.former(token).map(|former| former.expires_at_ms);
        let end = current.or_else(former)?;
        Some(match end {
            _ if self.revoked => Err(GraphError::bad_token(Some(460))),
            Some(end) if end <= now_ms => Err(GraphError::bad_token(Some(463))),
            _ => Ok(()),
        })
    }

    fn former(&self, token: &Secret) -> Option<&Former> {
        self.former_tokens.iter().find(|former| &former.token == token)
    }

    /// When that token of the account was given; `None` for long ago.
    pub(crate) fn issued_at_ms(&self, token: &Secret) -> Option<i64> {
        self.former(token).map_or(self.account.token_issued_at_ms, |former| former.issued_at_ms)
    }

    /// The account as the control API tells it: no tokens, no keys.
    pub(crate) fn told(&self) -> Value {
        let account = &self.account;
        json!({ "provider": PROVIDER, "id": account.id, "app_scoped_id": account.app_scoped_id, "page_id": account.page_id,
            "username": account.username, "route": account.route, "webhook_url": account.webhook_url,
            "human_agent": account.human_agent, "accept_strangers": account.accept_strangers, "echo": account.echo,
            "rate": account.rate, "token_issued_at_ms": account.token_issued_at_ms,
            "token_expires_at_ms": account.token_expires_at_ms,
            "former_token_life_ms": account.former_token_life_ms, "token_revoked": self.revoked,
            "customers": self.customers.len(), "subscribed_fields": self.subscribed })
    }

    pub(crate) fn change(&mut self, change: AccountChange) {
        let account = &mut self.account;
        set(&mut account.access_token, change.access_token);
        set(&mut account.app_secret, change.app_secret);
        set(&mut account.verify_token, change.verify_token);
        set(&mut account.webhook_url, change.webhook_url.map(Some));
        set(&mut account.human_agent, change.human_agent);
        set(&mut account.accept_strangers, change.accept_strangers);
        set(&mut account.echo, change.echo);
        set(&mut account.route, change.route);
        set(&mut account.rate, change.rate);
        set(&mut account.token_issued_at_ms, change.token_issued_at_ms.map(Some));
        set(&mut account.token_expires_at_ms, change.token_expires_at_ms.map(Some));
        set(&mut account.former_token_life_ms, change.former_token_life_ms.map(Some));
        set(&mut self.revoked, change.token_revoked);
    }
}
