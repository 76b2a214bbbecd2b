//! How the channel is plugged into a gateway: its settings, in one list, and what they make.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use tradepost_http::{Http, HttpConfig};
use tradepost_meta::settings::bad;
use tradepost_ports::{
    Account, Adapter, Webhook,
    adapter::{BadValue, Key, KeyKind, Signature, Values},
};

use crate::{
    AccountConfig, CloudEndpoint, Dialect, EndpointConfig, KIND, WapiConfig, WapiEndpoint, WapiSignature,
    WhatsAppWebhook, connect,
};

/// The channel, for a gateway's list of adapters.
pub struct Plug;

const DIALECT: Key = Key::optional(
    "dialect",
    KeyKind::Word(&["cloud", "wapi"]),
    "`cloud` for Meta's Cloud API, `wapi` for the reseller variant",
);

const ENDPOINT_KEYS: &[Key] = &[
    DIALECT,
    Key::optional("app_secret", KeyKind::Secret, "cloud: the app's secret, from its dashboard"),
    Key::optional("verify_token", KeyKind::Secret, "cloud: the word of the handshake"),
    Key::optional(
        "token",
        KeyKind::Secret,
        "wapi: the query parameter `token` of the address that the reseller calls",
    ),
    Key::optional("hmac_header", KeyKind::Text, "wapi: the header of a signature, where the reseller signs"),
    Key::optional("hmac_secret", KeyKind::Secret, "wapi: the key of that signature"),
    Key::optional("account", KeyKind::Text, "wapi: the number's id where a body names none"),
];

const ACCOUNT_KEYS: &[Key] = &[
    DIALECT,
    Key::required("token", KeyKind::Secret, "the system user's token, or the vendor's at the reseller"),
    Key::optional("base", KeyKind::Url, "where the API is"),
    Key::optional("version", KeyKind::Text, "cloud: the Graph API's version"),
    Key::optional("preview_url", KeyKind::Flag, "cloud: is a text's first link shown with a preview"),
    Key::optional(
        "media_hosts",
        KeyKind::Text,
        "cloud: hosts that are shown the token when media are fetched",
    ),
    Key::optional("coexistence", KeyKind::Flag, "cloud: is the number used in the app on a phone, too"),
    Key::optional("vendor", KeyKind::Text, "wapi: the vendor's uid"),
    Key::optional("token_in", KeyKind::Word(&["header", "query"]), "wapi: where the token is sent"),
    Key::optional("buttons", KeyKind::Word(&["object", "array"]), "wapi: how buttons are written"),
    Key::optional("lists", KeyKind::Flag, "wapi: are lists sent"),
    Key::optional("media_base", KeyKind::Url, "wapi: where our media are served to the public"),
    Key::optional("time_limit", KeyKind::Duration, "the whole time of one call"),
    Key::optional("concurrency", KeyKind::Number(1, 1000), "calls at the same time"),
    Key::optional("per_second", KeyKind::Number(1, 1000), "calls in one second"),
    Key::optional("pair_burst", KeyKind::Number(0, 1000), "lines to one customer at once; 0 for any number"),
    Key::optional("pair_every", KeyKind::Duration, "one more line to the same customer after each of these"),
];

/// A number in use on a phone, too, is slower for good.
const COEXISTENCE: u32 = 20;

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
        strays(
            settings,
            &["version", "preview_url", "media_hosts", "coexistence"],
            &["vendor", "token_in", "buttons", "lists", "media_base"],
        )?;
        let http = Http::new(HttpConfig::default()).map_err(|error| {
            let mend = "install the machine's root certificates (Debian: ca-certificates)".to_owned();
            vec![BadValue { key: "base".to_owned(), wrong: error.to_string(), mend }]
        })?;
        let whatsapp = Arc::new(connect(account(id, settings), http).map_err(bad)?);
        Ok(Account { messenger: Arc::clone(&whatsapp) as _, media: Some(whatsapp), tokens: None })
    }

    fn reader(&self) -> Option<Arc<dyn Webhook>> {
        Some(Arc::new(crate::webhook::Reader))
    }

    fn sign(&self, settings: &Values, body: &[u8]) -> Option<Signature> {
        Some(endpoint(settings).ok()?.sign(body))
    }
}

fn is_wapi(settings: &Values) -> bool {
    settings.text("dialect") == Some("wapi")
}

/// Settings of the other dialect would be read by nobody.
fn strays(settings: &Values, cloud: &[&str], wapi: &[&str]) -> Result<(), Vec<BadValue>> {
    let (others, dialect) = if is_wapi(settings) { (cloud, "cloud") } else { (wapi, "wapi") };
    let stray = |key: &&&str| settings.has(key);
    let bad: Vec<BadValue> = others
        .iter()
        .filter(stray)
        .map(|key| BadValue {
            key: (*key).to_owned(),
            wrong: format!("is a setting of dialect = \"{dialect}\""),
            mend: format!("remove the line, or set dialect = \"{dialect}\""),
        })
        .collect();
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

fn endpoint(settings: &Values) -> Result<WhatsAppWebhook, Vec<BadValue>> {
    let wapi_keys = ["token", "hmac_header", "hmac_secret", "account"];
    strays(settings, &["app_secret", "verify_token"], &wapi_keys)?;
    let secret = |key| settings.secret(key).cloned().unwrap_or_else(nothing);
    let config = match is_wapi(settings) {
        false => EndpointConfig::Cloud(CloudEndpoint {
            app_secret: secret("app_secret"),
            verify_token: secret("verify_token"),
        }),
        true => EndpointConfig::Wapi(WapiEndpoint {
            token: secret("token"),
            signature: (settings.has("hmac_header") || settings.has("hmac_secret")).then(|| WapiSignature {
                header: settings.text("hmac_header").unwrap_or_default().to_ascii_lowercase(),
                secret: secret("hmac_secret"),
            }),
            account: settings.text("account").map(str::to_owned),
        }),
    };
    WhatsAppWebhook::new(config).map_err(|faults| {
        let bad = |fault: tradepost_meta::settings::Fault| BadValue {
            key: fault.key.to_owned(),
            wrong: fault.what,
            mend: fault.mend.to_owned(),
        };
        faults.into_iter().map(bad).collect()
    })
}

fn account(id: &str, settings: &Values) -> AccountConfig {
    let token = settings.secret("token").cloned().unwrap_or_else(nothing);
    let usual = match is_wapi(settings) {
        false => AccountConfig::cloud(id, token),
        true => AccountConfig::wapi(id, settings.text("vendor").unwrap_or_default(), token),
    };
    let time = |key: &str, usual: Duration| settings.duration(key).unwrap_or(usual);
    let number =
        |key: &str, usual: u32| settings.number(key).and_then(|n| n.try_into().ok()).unwrap_or(usual);
    let coexists = settings.flag("coexistence").unwrap_or(false);
    AccountConfig {
        base: settings.text("base").map_or(usual.base, str::to_owned),
        dialect: dialect(usual.dialect, settings),
        time_limit: time("time_limit", usual.time_limit),
        concurrency: settings
            .number("concurrency")
            .and_then(|n| n.try_into().ok())
            .unwrap_or(usual.concurrency),
        per_second: number("per_second", if coexists { COEXISTENCE } else { usual.per_second }),
        pair_burst: number("pair_burst", usual.pair_burst),
        pair_every: time("pair_every", usual.pair_every),
        ..usual
    }
}

fn dialect(usual: Dialect, settings: &Values) -> Dialect {
    match usual {
        Dialect::Cloud { version, preview_url, media_hosts } => Dialect::Cloud {
            version: settings.text("version").map_or(version, str::to_owned),
            preview_url: settings.flag("preview_url").unwrap_or(preview_url),
            media_hosts: settings.text("media_hosts").map_or(media_hosts, listed),
        },
        Dialect::Wapi(usual) => Dialect::Wapi(WapiConfig {
            token_in_query: settings.text("token_in") == Some("query"),
            buttons_as_array: settings.text("buttons") == Some("array"),
            lists: settings.flag("lists").unwrap_or(usual.lists),
            media_base: settings.text("media_base").map(str::to_owned),
            ..usual
        }),
    }
}

/// Names with commas between them.
fn listed(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
}

fn nothing() -> SecretString {
    SecretString::from(String::new())
}
