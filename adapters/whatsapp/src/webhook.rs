//! The way in: handshake and signature of Meta's, token and perhaps signature of the reseller's, events of both.

use secrecy::ExposeSecret;
use tradepost_domain::Arrival;
use tradepost_meta::{
    settings::Fault,
    signature::{self, same},
};
use tradepost_ports::{
    Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema, adapter::Signature,
};

use crate::{
    config::{CloudEndpoint, EndpointConfig, WapiEndpoint, WapiSignature},
    wire::{batch, reseller, schema},
};

/// Where the reseller's token stands in the address.
const TOKEN: &str = "token";

/// An app's or a vendor's callback.
#[derive(Debug)]
pub struct WhatsAppWebhook {
    config: EndpointConfig,
}

impl WhatsAppWebhook {
    /// A callback with these secrets, or what is wrong with them: with an empty one anybody could sign.
    pub fn new(config: EndpointConfig) -> Result<Self, Vec<Fault>> {
        match config.faults() {
            faults if faults.is_empty() => Ok(Self { config }),
            faults => Err(faults),
        }
    }

    /// What makes a body believed, for whoever plays the provider.
    pub fn sign(&self, body: &[u8]) -> Signature {
        match &self.config {
            EndpointConfig::Cloud(cloud) => {
                let header = (signature::HEADER.to_owned(), signature::signed(&cloud.app_secret, body));
                Signature { headers: vec![header], query: Vec::new() }
            }
            EndpointConfig::Wapi(wapi) => {
                let signed = |by: &WapiSignature| (by.header.clone(), signature::signed(&by.secret, body));
                let token = (TOKEN.to_owned(), wapi.token.expose_secret().to_owned());
                Signature { headers: wapi.signature.iter().map(signed).collect(), query: vec![token] }
            }
        }
    }
}

impl Webhook for WhatsAppWebhook {
    fn greet(&self, query: &[(String, String)]) -> Greeting {
        match &self.config {
            EndpointConfig::Cloud(cloud) => signature::greeting(query, &cloud.verify_token),
            EndpointConfig::Wapi(_) => Greeting::NotOffered,
        }
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        match &self.config {
            EndpointConfig::Cloud(cloud) => cloud.verify(raw),
            EndpointConfig::Wapi(wapi) => wapi.verify(raw),
        }
    }

    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        let text = String::from_utf8_lossy(verified.body());
        match &self.config {
            EndpointConfig::Cloud(_) => batch::arrivals(&text, None),
            EndpointConfig::Wapi(wapi) => reseller::arrivals(&text, wapi.account.as_deref()),
        }
    }

    fn schema(&self) -> WebhookSchema {
        match &self.config {
            EndpointConfig::Cloud(_) => WebhookSchema { body: schema::cloud(), ..schema() },
            EndpointConfig::Wapi(wapi) => wapi.schema(),
        }
    }
}

impl CloudEndpoint {
    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let signature = signature::carried(&raw)?;
        raw.verified_by(|body| signature::fits(&self.app_secret, body, &signature))
    }
}

impl WapiEndpoint {
    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let token = raw.query(TOKEN).ok_or(Refused::Missing)?;
        if !same(token, &self.token) {
            return Err(Refused::Wrong);
        }
        match &self.signature {
            None => raw.verified_by(|_| Ok(())),
            Some(by) => {
                let value = raw.header(&by.header).ok_or(Refused::Missing)?;
                let signature = signature::digits(value.strip_prefix("sha256=").unwrap_or(value))?;
                raw.verified_by(|body| signature::fits(&by.secret, body, &signature))
            }
        }
    }

    fn schema(&self) -> WebhookSchema {
        let scheme = match &self.signature {
            None => "the endpoint's token, as a query parameter; the reseller does not sign".to_owned(),
            Some(by) => format!(
                "the endpoint's token, as a query parameter, and in `{}` the HMAC-SHA256 of the raw body in lower-case hexadecimal",
                by.header
            ),
        };
        WebhookSchema {
            signature: format!("?{TOKEN}"),
            scheme,
            body: schema::wapi(),
            greets: false,
            ..schema()
        }
    }
}

/// Reads every event of a body, whichever dialect it is in; needs no settings. Pure, and never panics, whatever the bytes.
pub fn parse(verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
    reseller::arrivals(&String::from_utf8_lossy(verified.body()), None)
}

/// How the path is described in the API's document.
pub fn schema() -> WebhookSchema {
    WebhookSchema {
        signature: "X-Hub-Signature-256".into(),
        scheme: "`sha256=` and the HMAC-SHA256 of the raw body in lower-case hexadecimal; the key is the app secret. \
                 An endpoint of a reseller has a query parameter `token` instead"
            .into(),
        page: "developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview".into(),
        body: schema::both(),
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
