//! The way out: `POST /v1/messages`.

use async_trait::async_trait;
use secrecy::ExposeSecret;
use tradepost_domain::{AccountKey, Capabilities, Content, ErrorKind, PortError, fit::fit};
use tradepost_http::{Http, Request};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, Terms};

use crate::acme::{KIND, capabilities, config::AccountConfig, wire::outbound};

/// One account that writes to customers.
#[derive(Debug)]
pub struct Acme {
    http: Http,
    config: AccountConfig,
    terms: Terms,
    capabilities: Capabilities,
}

impl Acme {
    pub(super) fn new(config: AccountConfig, http: Http) -> Self {
        // TODO: the provider's rates; `repeat: Repeat::Keyed` if it knows a key of ours (then send it, and let the double show it).
        let account = AccountKey::of(KIND, &config.account);
        let terms = Terms { time_limit: config.time_limit, ..Terms::of(account) };
        Self { http, config, terms, capabilities: capabilities() }
    }

    /// The engine fits every line to the channel, so what is not fitted is somebody's mistake. It does not leave.
    fn admit(&self, content: &Content) -> PortResult<()> {
        match fit(content, &self.capabilities) {
            Ok(fitted) if fitted.pieces.iter().eq([content]) => Ok(()),
            Ok(_) => Err(error(ErrorKind::Invalid, "it is not fitted to the channel")),
            Err(unfit) => Err(error(ErrorKind::Invalid, unfit)),
        }
    }
}

#[async_trait]
impl Messenger for Acme {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        self.admit(&outbound.content)?;
        let body = outbound::body(&outbound.peer, &outbound.content)
            .ok_or_else(|| error(ErrorKind::Invalid, "the channel cannot show it"))?;
        let url = self.config.send_url().ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))?;
        let request = Request::post(KIND, url).within(self.terms.time_limit);
        let answer = self.http.call(request.bearer(&self.config.token)?.json(&body)?).await?;
        let reference = outbound::told(&answer, self.config.token.expose_secret())?;
        Ok(Receipt { reference, at: None })
    }

    /// Neither `typing` nor `seen` is declared, so nobody asks for it.
    async fn signal(&self, _: &str, _: Option<&str>, _: Signal) -> PortResult<()> {
        Ok(())
    }
}

fn error(kind: ErrorKind, detail: impl ToString) -> PortError {
    PortError::new(kind, KIND, detail.to_string())
}
