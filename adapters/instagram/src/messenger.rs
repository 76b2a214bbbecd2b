//! The way out: `POST /{account}/messages` and `POST /me/messages`.

use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde_json::Value;
use tradepost_domain::{AccountKey, Author, Capabilities, ErrorKind, PortError, capabilities::Passage};
use tradepost_http::{Http, Reach, Request};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, Terms, TokenCell, TokenHabits};

use crate::{
    KIND, capabilities,
    config::{AccountConfig, Route},
    wire::{
        failure,
        outbound::{self, Shelf},
    },
};

/// One account that writes to customers and fetches what they sent.
#[derive(Debug)]
pub struct Instagram {
    pub(crate) http: Http,
    pub(crate) reach: Reach,
    pub(crate) config: AccountConfig,
    pub(crate) token: TokenCell,
    pub(crate) habits: TokenHabits,
    pub(crate) terms: Terms,
    pub(crate) fetch_terms: Terms,
    capabilities: Capabilities,
}

impl Instagram {
    pub(crate) fn new(config: AccountConfig, http: Http) -> Self {
        let account = AccountKey::of(KIND, &config.account);
        let terms = Terms {
            time_limit: config.time_limit,
            concurrency: config.concurrency,
            per_second: config.per_second,
            ..Terms::of(account)
        };
        let fetch_terms = fetch_terms(&config.account, &http);
        let capabilities = capabilities(config.human_agent, config.button_template);
        let token = TokenCell::new(config.token.clone());
        let habits = TokenHabits { before: config.refresh_before, least_age: config.token_least_age };
        Self { http, reach: config.reach(), config, token, habits, terms, fetch_terms, capabilities }
    }

    /// Posts a body; the message's id, if the answer names one.
    async fn post(&self, body: &Value) -> PortResult<Option<String>> {
        let url = self.config.send_url().ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))?;
        let request = Request::post(KIND, url).within(self.terms.time_limit).json(body)?;
        let token = self.token.current();
        // Each route's documents name one way to carry the token.
        let request = match self.config.route {
            Route::InstagramLogin => request.bearer(&token)?,
            Route::Page => request.secret_query("access_token", &token),
        };
        let answer = self.http.call(request).await?;
        failure::told(answer.status(), answer.body(), answer.retry_after(), token.expose_secret())
    }

    /// The rule that Meta sets for the window, whoever asks: the tag is for persons, and only where it was granted.
    fn may_pass(&self, outbound: &Outbound) -> PortResult<()> {
        match outbound.passage {
            Passage::Open => Ok(()),
            Passage::AsStaff if self.config.human_agent && outbound.author == Author::Staff => Ok(()),
            Passage::AsStaff => {
                Err(error(ErrorKind::OutsideWindow, "the human agent tag may not be used here"))
            }
            Passage::Closed => Err(error(ErrorKind::OutsideWindow, "the customer's last message is too old")),
        }
    }

    fn shelf(&self) -> Shelf<'_> {
        Shelf { limits: &self.capabilities, media_base: self.config.media_base.as_deref(), reach: self.reach }
    }
}

/// Media come from Meta's content servers, which share nothing with the Graph API but the owner. Their rates are not
/// documented; these are ours.
fn fetch_terms(account: &str, http: &Http) -> Terms {
    let account = AccountKey::of(KIND, &format!("{account}/media"));
    Terms { time_limit: http.config().fetch_limit, concurrency: 4, per_second: 20, ..Terms::of(account) }
}

#[async_trait]
impl Messenger for Instagram {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        self.may_pass(outbound)?;
        let body = outbound::send(&outbound.peer, &outbound.content, outbound.passage, &self.shelf())
            .map_err(|unfit| error(ErrorKind::Invalid, unfit))?;
        match self.post(&body).await? {
            Some(reference) => Ok(Receipt { reference, at: None }),
            None => Err(error(ErrorKind::Uncertain, "the answer names no message")),
        }
    }

    async fn signal(&self, peer: &str, _: Option<&str>, signal: Signal) -> PortResult<()> {
        self.post(&outbound::signal(peer, signal)).await.map(drop)
    }
}

pub(crate) fn error(kind: ErrorKind, detail: impl Into<String>) -> PortError {
    PortError::new(kind, KIND, detail)
}
