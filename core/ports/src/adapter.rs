//! How an adapter is plugged into a gateway: what it is called, which settings it takes, what it makes of them.
//!
//! The gateway reads the settings by the keys declared here, so that every fault is found in one go and secrets may
//! come from the environment or a file, whatever the adapter. A gateway's list of adapters is one line per adapter.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use secrecy::SecretString;

use crate::{MediaSource, Messenger, TokenSource, Webhook};

/// A channel adapter, before it is connected to any account.
pub trait Adapter: Send + Sync {
    /// The channel: stands in webhook paths, settings and account keys, such as `instagram`.
    fn kind(&self) -> &'static str;

    /// The settings of an endpoint, beside those that the gateway reads itself; empty if the provider never calls us.
    fn endpoint_keys(&self) -> &'static [Key];

    /// The settings of an account, beside those that the gateway reads itself.
    fn account_keys(&self) -> &'static [Key];

    /// The webhook of an endpoint; `None` if the provider never calls us. All that is refused is told.
    fn webhook(&self, settings: &Values) -> Result<Option<Arc<dyn Webhook>>, Vec<BadValue>>;

    /// The account with that id at the provider.
    fn account(&self, id: &str, settings: &Values) -> Result<Account, Vec<BadValue>>;

    /// A webhook that holds no secret and so verifies nothing: reads payloads by hand and describes the path.
    fn reader(&self) -> Option<Arc<dyn Webhook>>;

    /// The headers and query parameters with which the provider would call an endpoint of these settings; for trying
    /// out and tests. `None` if the provider never calls us.
    fn sign(&self, settings: &Values, body: &[u8]) -> Option<Signature>;
}

/// A connected account.
#[derive(Clone)]
pub struct Account {
    /// Its way out.
    pub messenger: Arc<dyn Messenger>,
    /// Where its customers' media are fetched from, if the channel keeps them elsewhere.
    pub media: Option<Arc<dyn MediaSource>>,
    /// Where its token is exchanged before it ends; `None` if it never ends or is not to be exchanged.
    pub tokens: Option<Arc<dyn TokenSource>>,
}

/// What makes a provider's request believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Request headers.
    pub headers: Vec<(String, String)>,
    /// Query parameters.
    pub query: Vec<(String, String)>,
}

/// A setting that an adapter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name, such as `app_secret`.
    pub name: &'static str,
    /// What it holds.
    pub kind: KeyKind,
    /// Must it be given?
    pub required: bool,
    /// What it is for, where it is found: a plain sentence.
    pub about: &'static str,
}

impl Key {
    /// A setting that must be given.
    pub const fn required(name: &'static str, kind: KeyKind, about: &'static str) -> Self {
        Self { name, kind, required: true, about }
    }

    /// A setting that may be left out.
    pub const fn optional(name: &'static str, kind: KeyKind, about: &'static str) -> Self {
        Self { name, kind, required: false, about }
    }
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A secret; may be given as `x_env` or `x_file`.
    Secret,
    /// A web address, `http` or `https`.
    Url,
    /// Yes or no.
    Flag,
    /// A whole number between these, both included.
    Number(i64, i64),
    /// A length of time.
    Duration,
}

/// Settings as read, of the kinds that were declared.
#[derive(Default)]
pub struct Values(BTreeMap<&'static str, Value>);

/// One setting as read.
pub enum Value {
    /// Of [`KeyKind::Text`], [`KeyKind::Word`] and [`KeyKind::Url`].
    Text(String),
    /// Of [`KeyKind::Secret`].
    Secret(SecretString),
    /// Of [`KeyKind::Flag`].
    Flag(bool),
    /// Of [`KeyKind::Number`].
    Number(i64),
    /// Of [`KeyKind::Duration`].
    Duration(Duration),
}

impl Values {
    /// Puts a value in.
    pub fn put(&mut self, key: &'static str, value: Value) {
        self.0.insert(key, value);
    }

    /// Was it given?
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// A text, word or address.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A secret.
    pub fn secret(&self, key: &str) -> Option<&SecretString> {
        match self.0.get(key) {
            Some(Value::Secret(secret)) => Some(secret),
            _ => None,
        }
    }

    /// A flag.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.0.get(key) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<i64> {
        match self.0.get(key) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A length of time.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        match self.0.get(key) {
            Some(Value::Duration(duration)) => Some(*duration),
            _ => None,
        }
    }
}

/// Only the keys: values may be secret.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A value that an adapter refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {wrong}")]
pub struct BadValue {
    /// The setting.
    pub key: String,
    /// What is wrong with it, without a secret's value.
    pub wrong: String,
    /// How to mend it.
    pub mend: String,
}
