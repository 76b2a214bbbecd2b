//! How the channel is plugged into a gateway: its settings, in one list, and what they make.

use std::sync::Arc;

// <messenger>
use tradepost_http::{Http, HttpConfig};
// </messenger>
use tradepost_ports::{
    Account, Adapter, Webhook,
    adapter::{BadValue, Key, KeyKind, Signature, Values},
};

use crate::acme::KIND;
// <messenger>
use crate::acme::{AccountConfig, connect};
// </messenger>
// <webhook>
use crate::acme::{EndpointConfig, webhook};
// </webhook>

/// The channel, for a gateway's list of adapters.
pub struct Plug;

const ENDPOINT_KEYS: &[Key] = &[
    // <webhook>
    Key::required("secret", KeyKind::Secret, "the key of the signatures, from the provider's dashboard"),
    // </webhook>
];

const ACCOUNT_KEYS: &[Key] = &[
    // <messenger>
    Key::required("token", KeyKind::Secret, "the key of the API, from the provider's dashboard"),
    Key::optional("base", KeyKind::Url, "where the API is, if not at the provider's"),
    Key::optional("time_limit", KeyKind::Duration, "the whole time of one call"),
    // </messenger>
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

    // <webhook>
    fn webhook(&self, settings: &Values) -> Result<Option<Arc<dyn Webhook>>, Vec<BadValue>> {
        Ok(Some(Arc::new(endpoint(settings)?)))
    }
    // </webhook>
    // <no webhook>
    // fn webhook(&self, _: &Values) -> Result<Option<Arc<dyn Webhook>>, Vec<BadValue>> {
    //     Ok(None)
    // }
    // </no webhook>

    // <messenger>
    fn account(&self, id: &str, settings: &Values) -> Result<Account, Vec<BadValue>> {
        let http = Http::new(HttpConfig::default()).map_err(|error| {
            let mend = "install the machine's root certificates (Debian: ca-certificates)".to_owned();
            vec![BadValue { key: "base".to_owned(), wrong: error.to_string(), mend }]
        })?;
        let messenger = Arc::new(connect(account(id, settings), http)?);
        Ok(Account { messenger, media: None, tokens: None })
    }
    // </messenger>
    // <no messenger>
    // fn account(&self, _: &str, _: &Values) -> Result<Account, Vec<BadValue>> {
    //     let (wrong, mend) = ("nothing can be sent there".to_owned(), "take the account out".to_owned());
    //     Err(vec![BadValue { key: "channel".to_owned(), wrong, mend }])
    // }
    // </no messenger>

    // <webhook>
    fn reader(&self) -> Option<Arc<dyn Webhook>> {
        Some(Arc::new(webhook::Reader))
    }

    fn sign(&self, settings: &Values, body: &[u8]) -> Option<Signature> {
        let (header, value) = endpoint(settings).ok()?.sign(body);
        Some(Signature { headers: vec![(header.to_owned(), value)], query: Vec::new() })
    }
    // </webhook>
    // <no webhook>
    // fn reader(&self) -> Option<Arc<dyn Webhook>> {
    //     None
    // }
    //
    // fn sign(&self, _: &Values, _: &[u8]) -> Option<Signature> {
    //     None
    // }
    // </no webhook>
}
// <webhook>

fn endpoint(settings: &Values) -> Result<webhook::AcmeWebhook, Vec<BadValue>> {
    let secret = settings.secret("secret").cloned().unwrap_or_default();
    webhook::AcmeWebhook::new(EndpointConfig { secret })
}
// </webhook>
// <messenger>

fn account(id: &str, settings: &Values) -> AccountConfig {
    let usual = AccountConfig::new(id, settings.secret("token").cloned().unwrap_or_default());
    AccountConfig {
        base: settings.text("base").map_or(usual.base, str::to_owned),
        time_limit: settings.duration("time_limit").unwrap_or(usual.time_limit),
        ..usual
    }
}
// </messenger>
