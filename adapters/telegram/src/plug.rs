//! How the channel is plugged into a gateway: its settings, in one list, and what they make.

use std::sync::Arc;

use tradepost_http::{Http, HttpConfig};
use tradepost_ports::{
    Account, Adapter, Webhook,
    adapter::{BadValue, Key, KeyKind, Signature, Values},
};

use crate::KIND;
use crate::{AccountConfig, connect, connect_media};
use crate::{EndpointConfig, webhook};

/// The channel, for a gateway's list of adapters.
pub struct Plug;

const ENDPOINT_KEYS: &[Key] = &[
    Key::required("account", KeyKind::Text, "the bot's id: the digits before the colon of its token"),
    Key::required("secret_token", KeyKind::Secret, "the secret_token that setWebhook was given"),
];

const ACCOUNT_KEYS: &[Key] = &[
    Key::required("token", KeyKind::Secret, "the bot's token, from @BotFather"),
    Key::optional("base", KeyKind::Url, "where the Bot API is, if not at Telegram's"),
    Key::optional("time_limit", KeyKind::Duration, "the whole time of one call"),
    Key::optional("concurrency", KeyKind::Number(1, 100), "calls at the same time"),
    Key::optional("per_second", KeyKind::Number(1, 1000), "calls in one second"),
    Key::optional("pair_every", KeyKind::Duration, "how far apart lines to one customer are"),
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
        Ok(Some(Arc::new(endpoint(settings)?)))
    }

    fn account(&self, id: &str, settings: &Values) -> Result<Account, Vec<BadValue>> {
        let http = Http::new(HttpConfig::default()).map_err(|error| {
            let mend = "install the machine's root certificates (Debian: ca-certificates)".to_owned();
            vec![BadValue { key: "base".to_owned(), wrong: error.to_string(), mend }]
        })?;
        let config = account(id, settings);
        let messenger = Arc::new(connect(config.clone(), http.clone())?);
        let media = Arc::new(connect_media(config, http)?);
        Ok(Account { messenger, media: Some(media), tokens: None })
    }

    fn reader(&self) -> Option<Arc<dyn Webhook>> {
        Some(Arc::new(webhook::Reader))
    }

    fn sign(&self, settings: &Values, _: &[u8]) -> Option<Signature> {
        let (header, value) = endpoint(settings).ok()?.sign();
        Some(Signature { headers: vec![(header.to_owned(), value)], query: Vec::new() })
    }
}

fn endpoint(settings: &Values) -> Result<webhook::TelegramWebhook, Vec<BadValue>> {
    let secret_token = settings.secret("secret_token").cloned().unwrap_or_default();
    let account = settings.text("account").unwrap_or_default().to_owned();
    webhook::TelegramWebhook::new(EndpointConfig { account, secret_token })
}

fn account(id: &str, settings: &Values) -> AccountConfig {
    let usual = AccountConfig::new(id, settings.secret("token").cloned().unwrap_or_default());
    let number = |key: &str| settings.number(key);
    AccountConfig {
        base: settings.text("base").map_or(usual.base, str::to_owned),
        time_limit: settings.duration("time_limit").unwrap_or(usual.time_limit),
        concurrency: number("concurrency")
            .map_or(usual.concurrency, |number| usize::try_from(number).unwrap_or_default()),
        per_second: number("per_second")
            .map_or(usual.per_second, |number| u32::try_from(number).unwrap_or_default()),
        pair_every: settings.duration("pair_every").unwrap_or(usual.pair_every),
        ..usual
    }
}
