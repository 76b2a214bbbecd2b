//! The way in: signature, then events.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use tradepost_domain::Arrival;
use tradepost_ports::{
    Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema, adapter::BadValue,
};

use crate::acme::{config::EndpointConfig, wire::inbound};

/// Where the signature stands.
const HEADER: &str = "x-acme-signature";

/// The provider's callback.
#[derive(Debug)]
pub struct AcmeWebhook {
    config: EndpointConfig,
}

impl AcmeWebhook {
    /// A callback with that secret, or what is wrong with it.
    pub fn new(config: EndpointConfig) -> Result<Self, Vec<BadValue>> {
        match config.faults() {
            faults if faults.is_empty() => Ok(Self { config }),
            faults => Err(faults),
        }
    }

    /// The header and value by which the provider signs a body, for whoever plays the provider.
    pub fn sign(&self, body: &[u8]) -> (&'static str, String) {
        let signature = self.mac(body).map(|mac| hex::encode(mac.finalize().into_bytes()));
        (HEADER, format!("sha256={}", signature.unwrap_or_default()))
    }

    // TODO: what the provider signs, and with what.
    fn mac(&self, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::new_from_slice(self.config.secret.expose_secret().as_bytes()).ok()?;
        mac.update(body);
        Some(mac)
    }
}

impl Webhook for AcmeWebhook {
    // TODO: `Welcome` with what the provider wants to hear, if it has a handshake; then `greets: true` below.
    fn greet(&self, _: &[(String, String)]) -> Greeting {
        Greeting::NotOffered
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
fn parse(verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
    inbound::arrivals(verified.body())
}

/// How the path is described in the API's document.
fn schema() -> WebhookSchema {
    WebhookSchema {
        signature: "X-Acme-Signature".into(),
        scheme: "`sha256=` and the HMAC-SHA256 of the raw body in lower-case hexadecimal".into(),
        // TODO: the provider's page, without scheme.
        page: "acme.example/webhooks".into(),
        body: inbound::schema(),
        greets: false,
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

/// Reads payloads without any secret, so it verifies and greets nobody.
pub(super) struct Reader;

impl Webhook for Reader {
    fn greet(&self, _: &[(String, String)]) -> Greeting {
        Greeting::NotOffered
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
