//! API keys: only their hashes are kept, and they are compared in constant time.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use tradepost_domain::StorefrontId;

/// The SHA-256 hash of a key's secret. Secrets are long and random, so a slow hash would add nothing.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The hash of a secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text.trim(), &mut hash).ok()?;
        Some(Self(hash))
    }

    fn is(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// One who has a key, and what they may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its name, for logs.
    pub id: String,
    /// The storefronts it may speak to. The first is meant when a question names none.
    pub storefronts: Vec<StorefrontId>,
    /// The hash of its secret.
    pub digest: Digest,
    /// Questions in a minute, at most.
    pub per_minute: u32,
}

impl Caller {
    /// The storefront that is meant, if the key may speak to it.
    pub fn storefront(&self, named: Option<&str>) -> Option<&StorefrontId> {
        match named {
            None => self.storefronts.first(),
            Some(name) => self.storefronts.iter().find(|storefront| storefront.as_str() == name),
        }
    }
}

/// All keys of the house.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Caller>);

impl Keys {
    /// These keys.
    pub fn new(keys: Vec<Caller>) -> Self {
        Self(keys)
    }

    /// The key with that secret. Every key is compared, whatever the first ones said.
    pub fn find(&self, secret: &str) -> Option<&Caller> {
        let asked = Digest::of(secret);
        let mut place = u32::MAX;
        for (at, key) in (0_u32..).zip(&self.0) {
            place.conditional_assign(&at, key.digest.is(&asked));
        }
        self.0.get(usize::try_from(place).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, secret: &str) -> Caller {
        let storefronts = vec!["shop".into(), "stall".into()];
        Caller { id: id.into(), storefronts, digest: Digest::of(secret), per_minute: 60 }
    }

    #[test]
    fn a_key_is_found_by_its_secret_only() {
        let keys = Keys::new(vec![key("a", "first secret"), key("b", "second secret")]);
        let found = |secret| keys.find(secret).map(|key| key.id.as_str());
        assert_eq!(found("first secret"), Some("a"));
        assert_eq!(found("second secret"), Some("b"));
        assert_eq!(found("second secre"), None);
        assert_eq!(found(""), None);
        assert!(Keys::default().find("").is_none());
    }

    #[test]
    fn a_key_speaks_to_its_own_storefronts_only() {
        let key = key("a", "x");
        assert_eq!(key.storefront(None).map(StorefrontId::as_str), Some("shop"));
        assert_eq!(key.storefront(Some("stall")).map(StorefrontId::as_str), Some("stall"));
        assert_eq!(key.storefront(Some("other")), None);
    }

    #[test]
    fn a_hash_is_read_from_64_digits_and_never_printed() {
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = Digest::from_hex(hash).expect("a hash");
        assert!(bool::from(digest.is(&Digest::of("abc"))));
        assert!(Digest::from_hex(&hash[1..]).is_none());
        assert!(!format!("{digest:?}").contains("ba78"));
    }
}
