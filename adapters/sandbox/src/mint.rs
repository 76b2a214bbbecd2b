//! Ids that look like a provider's: long, opaque, never repeated.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Mints ids from a seed and a counter.
#[derive(Debug)]
pub(crate) struct Mint {
    seed: u64,
    count: AtomicU64,
}

impl Mint {
    /// A mint with a given seed, or with one that no other start has.
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox stands outside the product: its clock is its own"
    )]
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let unique =
            || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        Self {
            seed: seed.unwrap_or_else(|| unique() ^ u64::from(std::process::id()).rotate_left(40)),
            count: 0.into(),
        }
    }

    /// A message id in Instagram's manner: base64-like, beginning with `aWdf`.
    pub(crate) fn mid(&self) -> String {
        format!("aWdfZAG1faXRlbToxO{}", self.word())
    }

    /// A message id in WhatsApp's manner: `wamid.` and base64 of the common alphabet.
    pub(crate) fn wamid(&self) -> String {
        let word: String = self
            .word()
            .chars()
            .map(|letter| match letter {
                '-' => '+',
                '_' => '0',
                other => other,
            })
            .collect();
        format!("wamid.HBgM{word}AA==")
    }

    /// Fourteen digits.
    pub(crate) fn number(&self) -> String {
        self.digest().iter().take(14).map(|byte| char::from(b'0' + byte % 10)).collect()
    }

    /// Thirty-two letters, digits, dashes and underscores.
    pub(crate) fn word(&self) -> String {
        self.digest().iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
    }

    fn digest(&self) -> [u8; 32] {
        let count = self.count.fetch_add(1, Ordering::SeqCst);
        Sha256::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(count.to_be_bytes())
            .finalize()
            .into()
    }
}
