//! The numbers' state: settings, templates, media, and what is known of each customer.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::PROVIDER;
use super::account::{Dialect, WhatsappAccount, WhatsappChange};
use super::media::Medium;
use super::person::{WhatsappProfile, canonical};
use super::tap::Offer;
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::graph::error::GraphError;
use crate::graph::rules::Verdict;
use crate::hooks::{Seal, Target};
use crate::rate::{Bucket, Second};
use crate::registry::{Registry, set};
use crate::secret::Secret;

/// The customer service window since the customer's last message.
pub(super) const WINDOW_MS: i64 = 24 * 3_600_000;

/// All WhatsApp numbers of a sandbox.
pub(crate) type Shops = Registry<Shop>;

/// One number.
pub(crate) struct Shop(Mutex<State>);

/// What a number is and knows.
pub(crate) struct State {
    pub(super) account: WhatsappAccount,
    revoked: bool,
    pub(super) people: People,
    pub(super) media: HashMap<String, Medium>,
    /// Whose conversation a message is of, whoever wrote it.
    pub(super) mids: HashMap<String, String>,
    pub(super) messages: Second,
}

/// The customers, by the sandbox's names for them, by number and by business-scoped id.
#[derive(Default)]
pub(super) struct People {
    known: HashMap<String, Known>,
    numbers: HashMap<String, String>,
    user_ids: HashMap<String, String>,
}

/// What the number knows of one customer.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) profile: WhatsappProfile,
    pub(super) wrote_at_ms: Option<i64>,
    pub(super) last_sent: Option<String>,
    pub(super) last_heard: Option<String>,
    /// Has stopped marketing messages.
    pub(super) stopped: bool,
    pub(super) pair: Bucket,
    /// What may be tapped, the latest last.
    pub(super) offers: VecDeque<Offer>,
}

/// Whom a send is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    /// Digits only.
    Number(String),
    /// A business-scoped id.
    UserId(String),
}

impl Recipient {
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Number(words) | Self::UserId(words) => words,
        }
    }
}

impl People {
    /// The sandbox's name of the customer whom a send names, if known.
    pub(super) fn named(&self, recipient: &Recipient) -> Option<&String> {
        match recipient {
            Recipient::Number(digits) => self.numbers.get(&canonical(digits)),
            Recipient::UserId(user_id) => self.user_ids.get(user_id),
        }
    }

    pub(super) fn get(&self, who: &str) -> Option<&Known> {
        self.known.get(who)
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// The customer, made known if need be.
    pub(super) fn meet(&mut self, who: &str) -> &mut Known {
        if !self.known.contains_key(who) {
            self.introduce(who, WhatsappProfile::default());
        }
        self.known.entry(who.to_owned()).or_default()
    }

    /// Makes a customer known by a profile, or gives one who is known another profile.
    pub(super) fn introduce(&mut self, who: &str, profile: WhatsappProfile) {
        let profile = profile.called(who);
        self.unlist(who);
        if let Some(wa_id) = &profile.wa_id {
            self.numbers.insert(canonical(wa_id), who.to_owned());
        }
        if let Some(user_id) = &profile.user_id {
            self.user_ids.insert(user_id.clone(), who.to_owned());
        }
        self.known.entry(who.to_owned()).or_default().profile = profile;
    }

    pub(super) fn forget(&mut self, who: &str) {
        self.unlist(who);
        self.known.remove(who);
    }

    /// Takes a customer's ids out of the lists.
    fn unlist(&mut self, who: &str) {
        let Some(known) = self.known.get(who) else { return };
        if let Some(wa_id) = &known.profile.wa_id {
            self.numbers.remove(&canonical(wa_id));
        }
        if let Some(user_id) = &known.profile.user_id {
            self.user_ids.remove(user_id);
        }
    }
}

impl Known {
    pub(super) fn window_open(&self, now_ms: i64) -> bool {
        self.wrote_at_ms.is_some_and(|wrote_at_ms| now_ms - wrote_at_ms <= WINDOW_MS)
    }
}

impl Shop {
    pub(crate) fn new(account: WhatsappAccount) -> Self {
        Self(Mutex::new(State {
            account,
            revoked: false,
            people: People::default(),
            media: HashMap::new(),
            mids: HashMap::new(),
            messages: Second::default(),
        }))
    }

    pub(crate) fn lock(&self) -> parking_lot::MutexGuard<'_, State> {
        self.0.lock()
    }

    pub(crate) fn id(&self) -> String {
        self.lock().account.id.clone()
    }

    /// Where this number's webhooks go. The reseller signs nothing.
    pub(crate) fn target(&self, delivery: &Delivery) -> Result<Target, SandboxError> {
        let account = &self.lock().account;
        let seal = match account.dialect {
            Dialect::Cloud => Seal::Signature(account.app_secret.clone()),
            Dialect::Wapi => Seal::Bare,
        };
        Target::of(&account.id, account.webhook_url.as_deref(), seal, delivery)
    }

    pub(crate) fn verify_token(&self) -> Secret {
        self.lock().account.verify_token.clone()
    }

    /// Whether a token is this number's, and good.
    pub(super) fn judges(&self, token: Option<&str>, dialect: Dialect) -> Verdict {
        let state = self.lock();
        let token = token.filter(|token| !token.is_empty()).ok_or_else(GraphError::no_token)?;
        match state.account.access_token == Secret::from(token) && state.account.dialect == dialect {
            true if state.revoked => Err(GraphError::bad_token(Some(460))),
            true => Ok(()),
            false => Err(GraphError::bad_token(None)),
        }
    }
}

impl State {
    /// The number as the control API tells it: no tokens, no keys.
    pub(crate) fn told(&self) -> Value {
        let account = &self.account;
        json!({ "provider": PROVIDER, "id": account.id, "waba_id": account.waba_id,
            "display_phone_number": account.display_phone_number, "vendor_uid": account.vendor_uid,
            "dialect": account.dialect, "webhook_url": account.webhook_url,
            "accept_strangers": account.accept_strangers, "allow_list": account.allow_list,
            "templates": account.templates.len(), "any_template": account.any_template,
            "list_body_chars": account.list_body_chars, "wapi_button_arrays": account.wapi_button_arrays, "failures": account.failures,
            "statuses": account.statuses, "rate": account.rate, "token_revoked": self.revoked,
            "customers": self.people.len(), "media": self.media.len() })
    }

    pub(crate) fn change(&mut self, change: WhatsappChange) {
        set(&mut self.revoked, change.token_revoked);
        self.account.change(change);
    }
}
