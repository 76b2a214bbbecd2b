//! The way in: handshake, signature, events.

use tradepost_domain::Arrival;
use tradepost_meta::{settings::Fault, signature};
use tradepost_ports::{Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema};

use crate::{
    config::EndpointConfig,
    wire::{batch, schema::body},
};

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
        (signature::HEADER, signature::signed(&self.config.app_secret, body))
    }
}

impl Webhook for InstagramWebhook {
    fn greet(&self, query: &[(String, String)]) -> Greeting {
        signature::greeting(query, &self.config.verify_token)
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let signature = signature::carried(&raw)?;
        raw.verified_by(|body| signature::fits(&self.config.app_secret, body, &signature))
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
