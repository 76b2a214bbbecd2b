//! Tokens that end: the cell that an account's calls take theirs from, and how a new one is got.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use secrecy::SecretString;

use crate::PortResult;

/// The token that an account's calls use now. Clones share it; it may be changed while calls are under way.
#[derive(Clone)]
pub struct TokenCell(Arc<RwLock<Arc<SecretString>>>);

impl TokenCell {
    /// A cell that holds the token of the settings.
    pub fn new(token: SecretString) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(token))))
    }

    /// The token to use now.
    pub fn current(&self) -> Arc<SecretString> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on that token is used. It must be durable, or be the settings' own.
    pub fn put(&self, token: SecretString) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(token);
    }
}

/// Without the token.
impl fmt::Debug for TokenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCell")
    }
}

/// An account whose token ends and can be exchanged for a newer one.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// What the account's calls take their token from. At first it holds the token of the settings.
    fn cell(&self) -> &TokenCell;

    /// When a token is exchanged.
    fn habits(&self) -> TokenHabits;

    /// Asks the provider for a newer token in the place of that one. `Invalid` and `Denied` when it refuses. The token
    /// asked with must stay good for a while: a process may die before the new one is kept.
    async fn refresh(&self, token: &SecretString) -> PortResult<FreshToken>;
}

/// When tokens of an account are exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHabits {
    /// So long before its end.
    pub before: Duration,
    /// Not before it has this age: the provider refuses younger ones.
    pub least_age: Duration,
}

/// A token that the provider has just given.
pub struct FreshToken {
    /// It.
    pub token: SecretString,
    /// How long it lives, counted from the call.
    pub lives: Duration,
}
