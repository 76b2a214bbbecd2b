//! The way in: the secret token, then the update.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use tradepost_domain::Arrival;
use tradepost_ports::{
    Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema, adapter::BadValue,
};

use crate::{
    config::EndpointConfig,
    wire::{inbound, schema},
};

/// Where the secret token stands.
const HEADER: &str = "x-telegram-bot-api-secret-token";

/// The callback of one bot.
#[derive(Debug)]
pub struct TelegramWebhook {
    config: EndpointConfig,
}

impl TelegramWebhook {
    /// A callback of those settings, or what is wrong with them.
    pub fn new(config: EndpointConfig) -> Result<Self, Vec<BadValue>> {
        match config.faults() {
            faults if faults.is_empty() => Ok(Self { config }),
            faults => Err(faults),
        }
    }

    /// The header and value that Telegram sends beside every update, for whoever plays the provider.
    pub fn sign(&self) -> (&'static str, String) {
        (HEADER, self.config.secret_token.expose_secret().to_owned())
    }

    /// The hash of a token under our own as key: two are compared by it, in a time that tells nothing of either.
    fn hash(&self, token: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::new_from_slice(self.config.secret_token.expose_secret().as_bytes()).ok()?;
        mac.update(token);
        Some(mac)
    }

    fn knows(&self, token: &str) -> Option<()> {
        let ours = self.hash(self.config.secret_token.expose_secret().as_bytes())?;
        let theirs = self.hash(token.as_bytes())?.finalize().into_bytes();
        ours.verify_slice(&theirs).ok()
    }
}

impl Webhook for TelegramWebhook {
    fn greet(&self, _: &[(String, String)]) -> Greeting {
        Greeting::NotOffered
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let token = raw.header(HEADER).ok_or(Refused::Missing)?.to_owned();
        raw.verified_by(|_| self.knows(&token).ok_or(Refused::Wrong))
    }

    /// An update does not name its bot, so the endpoint's own account stands in every arrival.
    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        inbound::arrivals(verified.body(), &self.config.account)
    }

    fn schema(&self) -> WebhookSchema {
        described()
    }
}

/// How the path is described in the API's document.
fn described() -> WebhookSchema {
    WebhookSchema {
        signature: "X-Telegram-Bot-Api-Secret-Token".into(),
        scheme: "the `secret_token` that setWebhook was given".into(),
        page: "core.telegram.org/bots/api#setwebhook".into(),
        body: schema::update(),
        greets: false,
    }
}

/// Reads updates without any settings, so it verifies and greets nobody, and knows no bot.
pub(super) struct Reader;

impl Webhook for Reader {
    fn greet(&self, _: &[(String, String)]) -> Greeting {
        Greeting::NotOffered
    }

    fn verify(&self, _: Unverified) -> Result<Verified, Refused> {
        Err(Refused::Wrong)
    }

    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        inbound::arrivals(verified.body(), "bot")
    }

    fn schema(&self) -> WebhookSchema {
        described()
    }
}
