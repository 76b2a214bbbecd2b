//! The store of secrets that the program must keep, such as tokens that were refreshed. It never sees one in the open.

use std::fmt;

use async_trait::async_trait;
use tradepost_domain::Timestamp;

use super::Kept;

/// Sealed secrets by name.
#[async_trait]
pub trait Vault: Send {
    /// A secret, by name.
    async fn secret(&mut self, name: &str) -> Kept<Option<Sealed>>;

    /// Keeps a secret if what is kept under its name has the version before it (version 1: nothing is kept yet).
    /// `false` when another was first: nothing has changed.
    async fn keep_secret(&mut self, sealed: &Sealed) -> Kept<bool>;

    /// Takes a secret away; `false` when there is none.
    async fn drop_secret(&mut self, name: &str) -> Kept<bool>;

    /// Secrets after that name (all when `None`), by name.
    async fn secrets(&mut self, after: Option<&str>, most: u32) -> Kept<Vec<Sealed>>;

    /// Which keys seal how many, by key id.
    async fn sealing_keys(&mut self) -> Kept<Vec<(String, u64)>>;

    /// Secrets that a key seals after that name (all when `None`), by name.
    async fn secrets_under(&mut self, key_id: &str, after: Option<&str>, most: u32) -> Kept<Vec<Sealed>>;

    /// Secrets that expire until then, the earliest first. What never expires, or nobody knows when, is not among them.
    async fn secrets_expiring(&mut self, until: Timestamp, most: u32) -> Kept<Vec<Sealed>>;
}

/// A secret under seal.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it is called, such as `account:instagram:178…/token`.
    pub name: String,
    /// Which master key opens it.
    pub key_id: String,
    /// The number that its seal was made with; no other seal has it.
    pub nonce: Vec<u8>,
    /// What the key opens.
    pub ciphertext: Vec<u8>,
    /// Grows by one with every change; the first is 1.
    pub version: i64,
    /// When the secret ends, if that is known.
    pub expires_at: Option<Timestamp>,
    /// Since when it has this value.
    pub refreshed_at: Timestamp,
}

/// Without what is sealed.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("name", &self.name)
            .field("key_id", &self.key_id)
            .field("version", &self.version)
            .field("expires_at", &self.expires_at)
            .field("refreshed_at", &self.refreshed_at)
            .finish_non_exhaustive()
    }
}
