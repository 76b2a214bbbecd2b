//! How the channel is plugged into a gateway: its settings, in one list, and what they make.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use tradepost_http::{Http, HttpConfig};
use tradepost_meta::settings::bad;
use tradepost_ports::{
    Account, Adapter, Webhook,
    adapter::{BadValue, Key, KeyKind, Signature, Values},
};

use crate::{AccountConfig, EndpointConfig, InstagramWebhook, KIND, Route, connect};

/// The channel, for a gateway's list of adapters.
pub struct Plug;

const ENDPOINT_KEYS: &[Key] = &[
    Key::required("app_secret", KeyKind::Secret, "the app's secret, from its dashboard"),
    Key::required(
        "verify_token",
        KeyKind::Secret,
        "the word of the handshake, which the dashboard is given too",
    ),
];

const ACCOUNT_KEYS: &[Key] = &[
    Key::required("token", KeyKind::Secret, "the Instagram user token, or the Page's"),
    Key::optional("route", KeyKind::Word(&["instagram_login", "page"]), "by which of Meta's routes"),
    Key::optional("refresh", KeyKind::Flag, "is the token exchanged for a newer one before it ends"),
    Key::optional("refresh_before", KeyKind::Duration, "so long before its end"),
    Key::optional("token_life", KeyKind::Duration, "a token's life, where Meta does not say"),
    Key::optional("token_least_age", KeyKind::Duration, "Meta exchanges no younger token"),
    Key::optional("base", KeyKind::Url, "where the Graph API is, if not at Meta's"),
    Key::optional("version", KeyKind::Text, "the Graph API's version"),
    Key::optional("human_agent", KeyKind::Flag, "has the app the Human Agent feature"),
    Key::optional("button_template", KeyKind::Flag, "are buttons sent as a button template"),
    Key::optional("media_base", KeyKind::Url, "where our media are served to the public"),
    Key::optional("time_limit", KeyKind::Duration, "the whole time of one call"),
    Key::optional("concurrency", KeyKind::Number(1, 1000), "calls at the same time"),
    Key::optional("per_second", KeyKind::Number(1, 1000), "calls in one second"),
];

impl Adapter for Plug {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn endpoint_keys(&self) -> &'static [Key] {
        ENDPOINT_KEYS
    }

    fn account_keys(&self) -> &'static [Key] {
        ACCOUNT_KEYS
    }

    fn webhook(&self, settings: &Values) -> Result<Option<Arc<dyn Webhook>>, Vec<BadValue>> {
        let webhook = endpoint(settings)?;
        Ok(Some(Arc::new(webhook)))
    }

    fn account(&self, id: &str, settings: &Values) -> Result<Account, Vec<BadValue>> {
        let http = Http::new(HttpConfig::default()).map_err(|error| {
            let mend = "install the machine's root certificates (Debian: ca-certificates)".to_owned();
            vec![BadValue { key: "base".to_owned(), wrong: error.to_string(), mend }]
        })?;
        let instagram = Arc::new(connect(account(id, settings), http).map_err(bad)?);
        let tokens = instagram.config.refreshes().then(|| Arc::clone(&instagram) as _);
        Ok(Account { messenger: Arc::clone(&instagram) as _, media: Some(instagram), tokens })
    }

    fn reader(&self) -> Option<Arc<dyn Webhook>> {
        Some(Arc::new(crate::webhook::Reader))
    }

    fn sign(&self, settings: &Values, body: &[u8]) -> Option<Signature> {
        let (header, value) = endpoint(settings).ok()?.sign(body);
        Some(Signature { headers: vec![(header.to_owned(), value)], query: Vec::new() })
    }
}

fn endpoint(settings: &Values) -> Result<InstagramWebhook, Vec<BadValue>> {
    let secret = |key| settings.secret(key).cloned().unwrap_or_else(|| SecretString::from(String::new()));
    let config = EndpointConfig { app_secret: secret("app_secret"), verify_token: secret("verify_token") };
    InstagramWebhook::new(config).map_err(bad)
}

fn account(id: &str, settings: &Values) -> AccountConfig {
    let route = settings.text("route").and_then(Route::of_word).unwrap_or(Route::InstagramLogin);
    let token = settings.secret("token").cloned().unwrap_or_else(|| SecretString::from(String::new()));
    let usual = AccountConfig::new(id, route, token);
    let text = |key: &str, usual: String| settings.text(key).map_or(usual, str::to_owned);
    let time = |key: &str, usual: Duration| settings.duration(key).unwrap_or(usual);
    let number = |key| settings.number(key);
    AccountConfig {
        base: text("base", usual.base),
        version: text("version", usual.version),
        refresh: settings.flag("refresh"),
        refresh_before: time("refresh_before", usual.refresh_before),
        token_life: time("token_life", usual.token_life),
        token_least_age: time("token_least_age", usual.token_least_age),
        human_agent: settings.flag("human_agent").unwrap_or(usual.human_agent),
        button_template: settings.flag("button_template").unwrap_or(usual.button_template),
        media_base: settings.text("media_base").map(str::to_owned),
        time_limit: time("time_limit", usual.time_limit),
        concurrency: number("concurrency").and_then(|n| n.try_into().ok()).unwrap_or(usual.concurrency),
        per_second: number("per_second").and_then(|n| n.try_into().ok()).unwrap_or(usual.per_second),
        ..usual
    }
}
