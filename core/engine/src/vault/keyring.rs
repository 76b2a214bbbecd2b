//! The master keys. Values in, values out: where the keys come from is the caller's affair.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tradepost_ports::{Dice, store::Sealed};
use zeroize::Zeroizing;

/// Bytes of a master key.
const KEY: usize = 32;
/// Bytes of a nonce of XChaCha20-Poly1305: so many that random ones do not meet.
const NONCE: usize = 24;
/// Bytes of the hash of a text.
const ORIGIN: usize = 32;
/// Former texts that are remembered, and the latest.
const MOST_ORIGINS: usize = 16;
/// Characters of a key's name, at most.
const MOST_ID: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Master keys: the first seals, all open. Shows nothing of them.
pub struct Keyring {
    first: MasterKey,
    others: Vec<MasterKey>,
}

struct MasterKey {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// Why a text holds no master keys. Shows nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadKeyring {
    /// No key.
    #[error(
        "entry {0} is no key: write 32 random bytes in base64 or hexadecimal, with `NAME:` before them or not"
    )]
    NoKey(usize),
    /// A name that cannot be one.
    #[error("entry {0} has a name that is not 1 to 64 letters, digits, dashes, dots and underscores")]
    BadName(usize),
    /// The same name twice.
    #[error("two keys are called `{0}`: give each a name of its own")]
    Twice(String),
}

/// Why a stored secret could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unopened {
    /// Its key is not here.
    #[error(
        "failed to open the stored secret `{name}`: it is sealed with master key `{key_id}`, which is not given"
    )]
    NoKey {
        /// The secret.
        name: String,
        /// The key.
        key_id: String,
    },
    /// Its key is another one than it was, or the row was changed.
    #[error(
        "failed to open the stored secret `{name}`: master key `{key_id}` is not the one that sealed it, or the row was changed"
    )]
    Wrong {
        /// The secret.
        name: String,
        /// The key.
        key_id: String,
    },
}

impl Unopened {
    /// The secret's name.
    pub fn name(&self) -> &str {
        match self {
            Self::NoKey { name, .. } | Self::Wrong { name, .. } => name,
        }
    }
}

/// Of which text of the settings a secret was first made: a hash, which stands under the seal.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Origin([u8; ORIGIN]);

impl Origin {
    fn of(first: &SecretString) -> Self {
        let hash = Sha256::new().chain_update(b"tradepost origin\0").chain_update(first.expose_secret());
        Self(hash.finalize().into())
    }
}

/// Of which texts of the settings a secret was made: the latest first, then those whose place it has taken.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Origins(Vec<Origin>);

impl Origins {
    /// The settings' text, and what it takes the place of.
    pub(crate) fn of(first: &SecretString, former: Option<&Self>) -> Self {
        let first = Origin::of(first);
        let former = former.into_iter().flat_map(|former| &former.0).filter(|origin| **origin != first);
        Self(std::iter::once(first).chain(former.copied()).take(MOST_ORIGINS).collect())
    }

    /// Is it the latest?
    pub(crate) fn is_of(&self, first: &SecretString) -> bool {
        self.0.first() == Some(&Origin::of(first))
    }

    /// Has another taken its place?
    pub(crate) fn was_of(&self, first: &SecretString) -> bool {
        self.0.iter().skip(1).any(|origin| *origin == Origin::of(first))
    }

    /// How many they are, and they.
    fn write(&self, plain: &mut Vec<u8>) {
        plain.extend(u8::try_from(self.0.len()));
        self.0.iter().for_each(|origin| plain.extend_from_slice(&origin.0));
    }

    fn read(plain: &[u8]) -> Option<(Self, &[u8])> {
        let (count, mut rest) = plain.split_first()?;
        let mut origins = Vec::new();
        for _ in 0..*count {
            let (origin, others) = rest.split_first_chunk()?;
            origins.push(Origin(*origin));
            rest = others;
        }
        Some((Self(origins), rest))
    }
}

/// A secret in the open.
pub(crate) struct Opened {
    pub(crate) value: SecretString,
    pub(crate) origins: Origins,
}

impl Keyring {
    /// Reads `KEY` or `NAME:KEY,NAME:KEY`, each of 32 bytes in base64 or hexadecimal. A key without a name is called by a
    /// hash of it.
    pub fn read(text: &SecretString) -> Result<Self, BadKeyring> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (at, entry) in text.expose_secret().split(',').enumerate() {
            let key = MasterKey::read(entry.trim(), at + 1)?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(BadKeyring::Twice(key.id));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        keys.next().map(|first| Self { first, others: keys.collect() }).ok_or(BadKeyring::NoKey(1))
    }

    /// A new key, in base64.
    pub fn new_key(dice: &dyn Dice) -> SecretString {
        let mut bytes = Zeroizing::new([0; KEY]);
        bytes[..16].copy_from_slice(&dice.roll().to_le_bytes());
        bytes[16..].copy_from_slice(&dice.roll().to_le_bytes());
        SecretString::from(BASE64.encode(*bytes))
    }

    /// The name of the key that seals.
    pub fn first(&self) -> &str {
        &self.first.id
    }

    /// The names of all keys, the sealing one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys().map(|key| key.id.as_str())
    }

    fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Puts a secret under seal with the first key. What is told of it stays as it stands in `told`.
    pub(crate) fn seal(&self, dice: &dyn Dice, told: &Sealed, opened: &Opened) -> Sealed {
        let mut nonce = [0; NONCE];
        nonce[..16].copy_from_slice(&dice.roll().to_le_bytes());
        nonce[16..].copy_from_slice(&dice.roll().to_le_bytes()[..8]);
        let value = opened.value.expose_secret().as_bytes();
        let length = 1 + MOST_ORIGINS * ORIGIN + value.len();
        let mut plain = Zeroizing::new(Vec::with_capacity(length));
        opened.origins.write(&mut plain);
        plain.extend_from_slice(value);
        let bound = bound_to(&told.name, &self.first.id);
        let sealed = self.first.cipher.encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &bound });
        // Only texts of 256 GiB are refused; what cannot be sealed is kept as what nobody can open.
        let ciphertext = sealed.unwrap_or_default();
        Sealed { key_id: self.first.id.clone(), nonce: nonce.to_vec(), ciphertext, ..told.clone() }
    }

    /// Opens a secret with the key that sealed it.
    pub(crate) fn open(&self, sealed: &Sealed) -> Result<Opened, Unopened> {
        let (name, key_id) = (sealed.name.clone(), sealed.key_id.clone());
        let Some(key) = self.keys().find(|key| key.id == sealed.key_id) else {
            return Err(Unopened::NoKey { name, key_id });
        };
        key.open(sealed).ok_or(Unopened::Wrong { name, key_id })
    }
}

impl MasterKey {
    fn read(entry: &str, place: usize) -> Result<Self, BadKeyring> {
        let (id, text) =
            entry.split_once(':').map_or((None, entry), |(id, text)| (Some(id.trim()), text.trim()));
        let bytes = bytes_of(text).ok_or(BadKeyring::NoKey(place))?;
        let id = match id {
            Some(id) if is_name(id) => id.to_owned(),
            Some(_) => return Err(BadKeyring::BadName(place)),
            None => name_of(&bytes),
        };
        let key = Key::try_from(bytes.as_slice()).map_err(|_| BadKeyring::NoKey(place))?;
        Ok(Self { id, cipher: XChaCha20Poly1305::new(&key) })
    }

    fn open(&self, sealed: &Sealed) -> Option<Opened> {
        let nonce = XNonce::try_from(sealed.nonce.as_slice()).ok()?;
        let payload = Payload { msg: &sealed.ciphertext, aad: &bound_to(&sealed.name, &self.id) };
        let plain = Zeroizing::new(self.cipher.decrypt(&nonce, payload).ok()?);
        let (origins, value) = Origins::read(&plain)?;
        let value = SecretString::from(std::str::from_utf8(value).ok()?);
        Some(Opened { value, origins })
    }
}

/// What a seal is bound to. A key's name holds no zero byte, so the parts cannot be taken for others.
fn bound_to(name: &str, key_id: &str) -> Vec<u8> {
    [b"tradepost secret 1\0", key_id.as_bytes(), b"\0", name.as_bytes()].concat()
}

/// The 32 bytes of a key. One that is the same byte over and over was not made by chance.
fn bytes_of(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = match text.len() {
        64 => hex::decode(text).ok()?,
        _ => BASE64.decode(text).ok()?,
    };
    let bytes = Zeroizing::new(bytes);
    let varied = bytes.iter().any(|byte| Some(byte) != bytes.first());
    (bytes.len() == KEY && varied).then_some(bytes)
}

fn is_name(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MOST_ID).contains(&id.len()) && id.bytes().all(fits)
}

/// The name of a key that was given none: it tells keys apart and nothing of what they are.
fn name_of(bytes: &[u8]) -> String {
    let hash = Sha256::new().chain_update(b"tradepost key name\0").chain_update(bytes).finalize();
    hex::encode(&hash[..4])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const BASE: &str = "9ayiPGUe0SWv3Oo4nBLqTLTZKxzPPWrYJOrpmSwfBSk=";
    const HEX: &str = "3e2d1f00aabbccddeeff00112233445566778899aabbccddeeff001122334455";

    fn ids(text: &str) -> Result<Vec<String>, BadKeyring> {
        Keyring::read(&SecretString::from(text)).map(|keys| keys.ids().map(str::to_owned).collect())
    }

    /// proves: PL-21
    #[rstest]
    #[case::base64(&format!("k1:{BASE}"), &["k1"])]
    #[case::without_padding(&format!("k1:{}", BASE.trim_end_matches('=')), &["k1"])]
    #[case::hexadecimal(&format!("k1:{HEX}"), &["k1"])]
    #[case::several(&format!(" 2026-11:{HEX} , k1:{BASE}\n"), &["2026-11", "k1"])]
    fn keys_are_read(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(ids(text).unwrap_or_default(), expected);
    }

    /// proves: PL-21
    #[rstest]
    #[case::nothing("", BadKeyring::NoKey(1))]
    #[case::words("correct horse battery staple", BadKeyring::NoKey(1))]
    #[case::short("k1:9ayiPGUe0SWv3Oo4nBLqTA==", BadKeyring::NoKey(1))]
    #[case::the_same_byte("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", BadKeyring::NoKey(1))]
    #[case::a_comma_too_many(&format!("k1:{BASE},"), BadKeyring::NoKey(2))]
    #[case::an_empty_name(&format!(":{BASE}"), BadKeyring::BadName(1))]
    #[case::a_long_name(&format!("{}:{BASE}", "k".repeat(65)), BadKeyring::BadName(1))]
    #[case::a_name_with_blanks(&format!("k1:{BASE},my key:{HEX}"), BadKeyring::BadName(2))]
    #[case::a_name_twice(&format!("k1:{BASE},k1:{HEX}"), BadKeyring::Twice("k1".into()))]
    fn what_is_no_key_is_refused_unseen(#[case] text: &str, #[case] expected: BadKeyring) {
        assert_eq!(ids(text), Err(expected.clone()));
        assert!(!expected.to_string().contains("9ayi"), "{expected}");
    }

    /// proves: PL-21
    #[test]
    fn a_key_without_a_name_is_called_by_what_it_is() {
        let (one, again, other) = (ids(BASE), ids(&format!(" {BASE} ")), ids(HEX));
        assert!(one.is_ok() && one == again && one != other);
        assert_eq!(one.map(|ids| ids[0].len()), Ok(8));
    }
}
