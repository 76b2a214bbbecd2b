//! Settings, and what can be wrong with them.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tradepost_http::{Reach, Url};
use tradepost_meta::settings::{Fault, Faults, is_base, is_version, reach_of};
use tradepost_ports::terms::PairRate;

/// 128 bits in the densest spelling that people use.
const LEAST_TOKEN: usize = 22;

/// Whose callback it is.
#[derive(Debug, Clone)]
pub enum EndpointConfig {
    /// An app at Meta.
    Cloud(CloudEndpoint),
    /// A vendor at the reseller.
    Wapi(WapiEndpoint),
}

/// An app's callback: one secret, any number of numbers.
#[derive(Debug, Clone)]
pub struct CloudEndpoint {
    /// The key of the signatures: the app secret.
    pub app_secret: SecretString,
    /// The word that the dashboard is given, which the handshake repeats.
    pub verify_token: SecretString,
}

/// A vendor's callback. The reseller is not known to sign, so its address carries a token.
#[derive(Debug, Clone)]
pub struct WapiEndpoint {
    /// The query parameter `token` of the address that the reseller is given.
    pub token: SecretString,
    /// A signature that is asked for besides, where an install makes one.
    pub signature: Option<WapiSignature>,
    /// The number whose event it is when a body names none.
    pub account: Option<String>,
}

/// HMAC-SHA256 of the body, in hexadecimal.
#[derive(Debug, Clone)]
pub struct WapiSignature {
    /// The header that carries it, in lower case.
    pub header: String,
    /// Its key.
    pub secret: SecretString,
}

/// How an account is reached.
#[derive(Debug, Clone)]
pub enum Dialect {
    /// Meta's Cloud API, of that version.
    Cloud {
        /// Such as `v25.0`.
        version: String,
        /// Is the first link of a text shown with a preview?
        preview_url: bool,
        /// Hosts that are shown the token when a customer's medium is fetched, with their subdomains; the API's own is
        /// one anyway.
        media_hosts: Vec<String>,
    },
    /// The reseller's API.
    Wapi(WapiConfig),
}

/// What the reseller's API needs besides.
#[derive(Debug, Clone)]
pub struct WapiConfig {
    /// The vendor's uid, a part of every address.
    pub vendor: String,
    /// Is the token sent in the address, and not as a bearer?
    pub token_in_query: bool,
    /// Are buttons sent as an array of id and title, and not as an object of titles?
    pub buttons_as_array: bool,
    /// Are lists sent, in a shape that is assumed?
    pub lists: bool,
    /// Where our stored media are served to the public; the content hash is appended.
    pub media_base: Option<String>,
}

/// One number that can write.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// The number's id at Meta, `phone_number_id`: webhooks carry it in either dialect.
    pub account: String,
    /// How it is reached.
    pub dialect: Dialect,
    /// Where the API is.
    pub base: String,
    /// The system user's or business token, or the vendor's.
    pub token: SecretString,
    /// The whole time of one line. Uploads before it may take two thirds, so the rest is left to send it.
    pub time_limit: Duration,
    /// Calls at the same time.
    pub concurrency: usize,
    /// Calls in one second.
    pub per_second: u32,
    /// Lines to one and the same customer that may be ahead of their time; 0 where nobody counts.
    pub pair_burst: u32,
    /// One more line to the same customer after each of these.
    pub pair_every: Duration,
}

impl AccountConfig {
    /// A number at Meta, with Meta's address and limits.
    /// developers.facebook.com/documentation/business-messaging/whatsapp/throughput
    pub fn cloud(account: impl Into<String>, token: SecretString) -> Self {
        let media_hosts = ["fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net"];
        Self {
            account: account.into(),
            dialect: Dialect::Cloud {
                version: "v25.0".into(),
                preview_url: true,
                media_hosts: media_hosts.map(str::to_owned).into(),
            },
            base: "https://graph.facebook.com/".into(),
            token,
            time_limit: Duration::from_secs(15),
            concurrency: 16,
            per_second: 80,
            pair_burst: 45,
            pair_every: Duration::from_secs(6),
        }
    }

    /// A number at the reseller, with careful limits: its own are not known.
    pub fn wapi(account: impl Into<String>, vendor: impl Into<String>, token: SecretString) -> Self {
        let wapi = WapiConfig {
            vendor: vendor.into(),
            token_in_query: false,
            buttons_as_array: false,
            lists: false,
            media_base: None,
        };
        Self {
            dialect: Dialect::Wapi(wapi),
            base: "https://wapi.in.net/api".into(),
            concurrency: 4,
            per_second: 10,
            ..Self::cloud(account, token)
        }
    }

    /// How far media may lead: anywhere only for an API on this very machine.
    pub fn reach(&self) -> Reach {
        reach_of(&self.base)
    }

    /// How fast lines to one customer may follow each other.
    pub(crate) fn pair(&self) -> Option<PairRate> {
        (self.pair_burst > 0).then_some(PairRate { burst: self.pair_burst, every: self.pair_every })
    }

    /// An address of the API below its version or vendor.
    pub(crate) fn url(&self, path: &str) -> Option<Url> {
        let part = match &self.dialect {
            Dialect::Cloud { version, .. } => version,
            Dialect::Wapi(wapi) => &wapi.vendor,
        };
        format!("{}/{part}/{path}", self.base.trim_end_matches('/')).parse().ok()
    }

    /// May the token be shown to whoever serves that address?
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        let Dialect::Cloud { media_hosts, .. } = &self.dialect else { return false };
        let base = self.base.parse::<Url>().ok();
        if base.is_some_and(|base| base.origin() == url.origin()) {
            return true;
        }
        let host = url.host_str().unwrap_or_default();
        let is = |known: &String| {
            host == known || host.strip_suffix(known.as_str()).is_some_and(|sub| sub.ends_with('.'))
        };
        url.scheme() == "https" && media_hosts.iter().any(is)
    }
}

impl EndpointConfig {
    /// Everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        match self {
            Self::Cloud(cloud) => cloud.check(&mut faults),
            Self::Wapi(wapi) => wapi.check(&mut faults),
        }
        faults.all()
    }
}

impl CloudEndpoint {
    fn check(&self, faults: &mut Faults) {
        let given = |secret: &SecretString| !secret.expose_secret().trim().is_empty();
        faults.unless(given(&self.app_secret), "app_secret", "is empty", "copy it from the app's dashboard");
        let mend = "choose a long random word and give the same to the app's dashboard";
        faults.unless(given(&self.verify_token), "verify_token", "is empty", mend);
    }
}

impl WapiEndpoint {
    fn check(&self, faults: &mut Faults) {
        let token = self.token.expose_secret();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        let good = token.len() >= LEAST_TOKEN && token.bytes().all(plain);
        let mend =
            "make one (openssl rand -hex 24) and put ?token=… behind the address that the reseller is given";
        let what =
            format!("has fewer than {LEAST_TOKEN} characters, or some that no address carries as they are");
        faults.unless(good, "token", what, mend);
        let header = self.signature.as_ref().is_none_or(|signature| is_header(&signature.header));
        faults.unless(
            header,
            "hmac_header",
            "is no header's name",
            "give the header that carries the signature",
        );
        let secret = self.signature.as_ref().is_none_or(|by| !by.secret.expose_secret().trim().is_empty());
        faults.unless(
            secret,
            "hmac_secret",
            "is empty",
            "give the webhook secret of the reseller's settings",
        );
        let account = self.account.as_deref().is_none_or(is_id);
        faults.unless(account, "account", "is not an id", "give the phone_number_id, digits only");
    }
}

impl AccountConfig {
    /// Everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        let mend = "set the phone_number_id that webhooks carry, digits only";
        faults.unless(is_id(&self.account), "account", "is not an id", mend);
        let mend = "give an https address; http only on this machine";
        faults.unless(is_base(&self.base), "base", format!("is `{}`", self.base), mend);
        faults.token("token", &self.token);
        match &self.dialect {
            Dialect::Cloud { version, media_hosts, .. } => {
                faults.unless(
                    is_version(version),
                    "version",
                    format!("is `{version}`"),
                    "write it like `v25.0`",
                );
                let mend = "give names of hosts such as `fbsbx.com`, with commas between them";
                faults.unless(
                    media_hosts.iter().all(|host| is_host(host)),
                    "media_hosts",
                    "is no list of hosts",
                    mend,
                );
            }
            Dialect::Wapi(wapi) => wapi.check(&mut faults),
        }
        faults.unless(!self.time_limit.is_zero(), "time_limit", "is zero", "give some seconds");
        faults.unless(self.concurrency > 0, "concurrency", "is zero", "give at least 1");
        faults.unless(self.per_second > 0, "per_second", "is zero", "give at least 1");
        let pair = self.pair_burst == 0 || !self.pair_every.is_zero();
        faults.unless(
            pair,
            "pair_every",
            "is zero",
            "give some seconds, or pair_burst = 0 for no such limit",
        );
        faults.all()
    }
}

impl WapiConfig {
    fn check(&self, faults: &mut Faults) {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let vendor = !self.vendor.is_empty() && self.vendor.bytes().all(good);
        faults.unless(vendor, "vendor", "is no uid", "copy the vendor uid from the reseller's API settings");
        let media = self.media_base.as_deref().is_none_or(is_base);
        let mend = "give the https address under which the gateway serves media";
        faults.unless(media, "media_base", "is no such address", mend);
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_host(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    text.contains('.') && !text.starts_with('.') && text.bytes().all(good)
}

fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
