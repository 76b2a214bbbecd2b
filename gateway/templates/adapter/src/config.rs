//! Settings, and what can be wrong with them.

// <messenger>
use std::time::Duration;

// </messenger>
use secrecy::{ExposeSecret, SecretString};
// <messenger>
use tradepost_http::Url;
// </messenger>
use tradepost_ports::adapter::BadValue;

// <webhook>
/// The provider's callback: one secret, any number of accounts.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// The key of the signatures.
    pub secret: SecretString,
}

impl EndpointConfig {
    /// Everything that is wrong with these settings. With an empty secret anybody could sign.
    pub fn faults(&self) -> Vec<BadValue> {
        let given = !self.secret.expose_secret().trim().is_empty();
        unless(given, "secret", "it is empty", "copy it from the provider's dashboard").into_iter().collect()
    }
}

// </webhook>
// <messenger>
/// One account that can write.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    /// The account's id as webhooks carry it.
    pub account: String,
    /// The key of the API.
    pub token: SecretString,
    /// Where the API is; another address in tests.
    pub base: String,
    /// The whole time of one call.
    pub time_limit: Duration,
}

impl AccountConfig {
    /// An account at the provider's own address, with careful limits.
    pub fn new(account: impl Into<String>, token: SecretString) -> Self {
        let (account, base) = (account.into(), "https://api.acme.example/".into());
        Self { account, token, base, time_limit: Duration::from_secs(15) }
    }

    /// Everything that is wrong with these settings.
    pub fn faults(&self) -> Vec<BadValue> {
        let token = self.token.expose_secret();
        let fits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        [
            unless(!self.account.trim().is_empty(), "id", "it is empty", "give the id that webhooks carry"),
            unless(fits, "token", "it is empty or has characters that no token has", "copy it again"),
            unless(
                is_base(&self.base),
                "base",
                "it is no such address",
                "give https; http only on this machine",
            ),
            unless(!self.time_limit.is_zero(), "time_limit", "it is zero", "give some seconds"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Where messages are posted.
    pub(super) fn send_url(&self) -> Option<Url> {
        format!("{}/v1/messages", self.base.trim_end_matches('/')).parse().ok()
    }
}

/// Is it https, or this very machine?
fn is_base(text: &str) -> bool {
    text.parse::<Url>().is_ok_and(|url| match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => host == "localhost" || host == "127.0.0.1",
        _ => false,
    })
}

// </messenger>
fn unless(good: bool, key: &str, wrong: &str, mend: &str) -> Option<BadValue> {
    let bad = || BadValue { key: key.into(), wrong: wrong.into(), mend: mend.into() };
    (!good).then(bad)
}
