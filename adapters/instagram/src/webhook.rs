//! The way in: handshake, signature, events.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tradepost_domain::Arrival;
use tradepost_ports::{Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema};

use crate::{
    config::{EndpointConfig, Fault},
    wire::{batch, schema::body},
};

/// Where the signature stands.
const HEADER: &str = "x-hub-signature-256";

/// An app's callback.
#[derive(Debug)]
pub struct InstagramWebhook {
    config: EndpointConfig,
}

impl InstagramWebhook {
    /// A callback with these secrets, or what is wrong with them: with an empty one anybody could sign.
    pub fn new(config: EndpointConfig) -> Result<Self, Vec<Fault>> {
        match config.faults() {
            faults if faults.is_empty() => Ok(Self { config }),
            faults => Err(faults),
        }
    }

    /// The header and value by which Meta signs a body, for whoever plays Meta.
    pub fn sign(&self, body: &[u8]) -> (&'static str, String) {
        let signature = self.mac(body).map(|mac| hex::encode(mac.finalize().into_bytes()));
        (HEADER, format!("sha256={}", signature.unwrap_or_default()))
    }

    fn mac(&self, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::new_from_slice(self.config.app_secret.expose_secret().as_bytes()).ok()?;
        mac.update(body);
        Some(mac)
    }
}

impl Webhook for InstagramWebhook {
    fn greet(&self, query: &[(String, String)]) -> Greeting {
        let value = |name| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        match (value("hub.mode"), value("hub.verify_token"), value("hub.challenge")) {
            (Some("subscribe"), Some(token), Some(challenge))
                if same(token, self.config.verify_token.expose_secret()) =>
            {
                Greeting::Welcome(challenge.to_owned())
            }
            _ => Greeting::Refused,
        }
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let signature = signature(raw.header(HEADER).ok_or(Refused::Missing)?)?;
        raw.verified_by(|body| {
            let mac = self.mac(body).ok_or(Refused::Wrong)?;
            mac.verify_slice(&signature).map_err(|_| Refused::Wrong)
        })
    }

    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        parse(verified)
    }

    fn schema(&self) -> WebhookSchema {
        schema()
    }
}

/// Reads every event of a body; needs no settings. Pure, and never panics, whatever the bytes.
pub fn parse(verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
    batch::arrivals(verified.body())
}

/// How the path is described in the API's document.
pub fn schema() -> WebhookSchema {
    WebhookSchema {
        signature: "X-Hub-Signature-256".into(),
        scheme: "`sha256=` and the HMAC-SHA256 of the raw body in lower-case hexadecimal; the key is the app secret"
            .into(),
        page: "developers.facebook.com/docs/instagram-platform/webhooks".into(),
        body: body(),
        greets: true,
    }
}

/// The bytes of `sha256=<64 lower-case hex>`.
fn signature(header: &str) -> Result<[u8; 32], Refused> {
    let text = header.strip_prefix("sha256=").ok_or(Refused::Malformed)?;
    let mut bytes = [0; 32];
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Refused::Malformed);
    }
    hex::decode_to_slice(text, &mut bytes).map_err(|_| Refused::Malformed)?;
    Ok(bytes)
}

/// Compares in constant time; hashed first, so that the length does not show either.
fn same(given: &str, expected: &str) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(expected)).into()
}

/// Reads payloads without any secret, so it verifies and greets nobody.
pub(crate) struct Reader;

impl Webhook for Reader {
    fn greet(&self, _: &[(String, String)]) -> Greeting {
        Greeting::Refused
    }

    fn verify(&self, _: Unverified) -> Result<Verified, Refused> {
        Err(Refused::Wrong)
    }

    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        parse(verified)
    }

    fn schema(&self) -> WebhookSchema {
        schema()
    }
}
