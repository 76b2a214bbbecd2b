//! The handshake and the signature of a webhook.
//! developers.facebook.com/docs/graph-api/webhooks/getting-started

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tradepost_ports::{Greeting, Refused, Unverified};

/// Where Meta's signature stands. The older `x-hub-signature`, a SHA-1, is not looked at.
pub const HEADER: &str = "x-hub-signature-256";

/// What stands before the digits.
const PREFIX: &str = "sha256=";

/// Answers the handshake: the challenge for whoever knows the word.
pub fn greeting(query: &[(String, String)], verify_token: &SecretString) -> Greeting {
    let value = |name| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    match (value("hub.mode"), value("hub.verify_token"), value("hub.challenge")) {
        (Some("subscribe"), Some(token), Some(challenge)) if same(token, verify_token) => {
            Greeting::Welcome(challenge.to_owned())
        }
        _ => Greeting::Refused,
    }
}

/// The signature that a request carries.
pub fn carried(raw: &Unverified) -> Result<[u8; 32], Refused> {
    digits(raw.header(HEADER).ok_or(Refused::Missing)?.strip_prefix(PREFIX).ok_or(Refused::Malformed)?)
}

/// The value by which Meta signs a body.
pub fn signed(secret: &SecretString, body: &[u8]) -> String {
    let signature = mac(secret, body).map(|mac| hex::encode(mac.finalize().into_bytes()));
    format!("{PREFIX}{}", signature.unwrap_or_default())
}

/// Is that the HMAC-SHA256 of the bytes? Compared in constant time.
pub fn fits(secret: &SecretString, body: &[u8], signature: &[u8; 32]) -> Result<(), Refused> {
    let mac = mac(secret, body).ok_or(Refused::Wrong)?;
    mac.verify_slice(signature).map_err(|_| Refused::Wrong)
}

/// The bytes of 64 lower-case hexadecimal digits.
pub fn digits(text: &str) -> Result<[u8; 32], Refused> {
    let mut bytes = [0; 32];
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Refused::Malformed);
    }
    hex::decode_to_slice(text, &mut bytes).map_err(|_| Refused::Malformed)?;
    Ok(bytes)
}

/// Compares in constant time; hashed first, so that the length does not show either.
pub fn same(given: &str, expected: &SecretString) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(expected.expose_secret())).into()
}

fn mac(secret: &SecretString, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
    mac.update(body);
    Some(mac)
}
