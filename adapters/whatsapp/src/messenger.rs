//! The way out, in the dialect of the account.

use async_trait::async_trait;
use secrecy::SecretString;
use tradepost_domain::{AccountKey, Capabilities, Content, ErrorKind, PortError, capabilities::Passage};
use tradepost_http::{Http, Reach};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, Terms};

use crate::{
    KIND, cloud_capabilities,
    config::{AccountConfig, Dialect},
    wapi_capabilities,
    wire::{check::Shelf, failure},
};

/// One number that writes to customers and fetches what they sent.
#[derive(Debug)]
pub struct WhatsApp {
    pub(crate) http: Http,
    pub(crate) reach: Reach,
    pub(crate) config: AccountConfig,
    pub(crate) terms: Terms,
    pub(crate) fetch_terms: Terms,
    pub(crate) capabilities: Capabilities,
}

impl WhatsApp {
    pub(crate) fn new(config: AccountConfig, http: Http) -> Self {
        let terms = Terms {
            time_limit: config.time_limit,
            concurrency: config.concurrency,
            per_second: config.per_second,
            pair: config.pair(),
            // The reseller's calls have no place for a mark.
            marks: matches!(config.dialect, Dialect::Cloud { .. }),
            ..Terms::of(AccountKey::of(KIND, &config.account))
        };
        let fetch_terms = fetch_terms(&config, &http);
        let capabilities = match &config.dialect {
            Dialect::Cloud { .. } => cloud_capabilities(),
            Dialect::Wapi(wapi) => wapi_capabilities(wapi.lists),
        };
        Self { http, reach: config.reach(), config, terms, fetch_terms, capabilities }
    }

    /// Outside the window only templates are sent, whoever asks: WhatsApp knows no extension for persons.
    fn may_pass(&self, outbound: &Outbound) -> PortResult<()> {
        match (outbound.passage, &outbound.content) {
            (Passage::Open, _) | (_, Content::Template(_)) => Ok(()),
            _ => Err(error(
                ErrorKind::OutsideWindow,
                "the customer's last message is too old for anything but a template",
            )),
        }
    }

    pub(crate) fn shelf(&self) -> Shelf<'_> {
        Shelf { limits: &self.capabilities, reach: self.reach }
    }

    pub(crate) fn token(&self) -> &SecretString {
        &self.config.token
    }
}

/// Media come from servers of their own. A fetch through the Cloud API is two calls, one after the other.
fn fetch_terms(config: &AccountConfig, http: &Http) -> Terms {
    let account = AccountKey::of(KIND, &format!("{}/media", config.account));
    let lookup = match config.dialect {
        Dialect::Cloud { .. } => config.time_limit,
        Dialect::Wapi(_) => std::time::Duration::ZERO,
    };
    let time_limit = http.config().fetch_limit + lookup;
    Terms { time_limit, concurrency: 4, per_second: 20, ..Terms::of(account) }
}

#[async_trait]
impl Messenger for WhatsApp {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        self.may_pass(outbound)?;
        let sent = match &self.config.dialect {
            Dialect::Cloud { preview_url, .. } => self.send_by_cloud(outbound, *preview_url).await,
            Dialect::Wapi(wapi) => self.send_by_wapi(outbound, wapi).await,
        };
        if let Some(refused) = sent.as_ref().err().filter(|error| failure::is_ill_famed(error)) {
            let (account, code) = (&self.terms.account, refused.code.as_deref());
            tracing::error!(%account, code, "the number is taken for a sender of spam: look at its quality at Meta");
        }
        Ok(Receipt { reference: sent?, at: None })
    }

    /// WhatsApp shows both at a message, not at a person.
    async fn signal(&self, _: &str, about: Option<&str>, signal: Signal) -> PortResult<()> {
        match (&self.config.dialect, about) {
            (Dialect::Cloud { .. }, Some(about)) => self.signal_by_cloud(about, signal).await,
            _ => Ok(()),
        }
    }
}

pub(crate) fn error(kind: ErrorKind, detail: impl Into<String>) -> PortError {
    PortError::new(kind, KIND, detail)
}

pub(crate) fn unfit(detail: String) -> PortError {
    error(ErrorKind::Invalid, detail)
}
