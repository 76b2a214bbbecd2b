//! The way out: a method of the Bot API for each line.

use async_trait::async_trait;
use serde_json::{Value, json};
use tradepost_domain::{AccountKey, Capabilities, Content, ErrorKind, PortError, fit::fit};
use tradepost_http::{Http, Intent, Part, Request};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, Terms, terms::PairRate};

use crate::{
    KIND, capabilities,
    config::AccountConfig,
    wire::{
        answer,
        inbound::TAP,
        outbound::{self, Call},
    },
};

/// Lines to one customer that may follow at once; Telegram lets short bursts pass.
const BURST: u32 = 3;

/// One bot that writes to customers.
#[derive(Debug)]
pub struct Telegram {
    http: Http,
    config: AccountConfig,
    terms: Terms,
    capabilities: Capabilities,
}

impl Telegram {
    pub(super) fn new(config: AccountConfig, http: Http) -> Self {
        let pair = PairRate { burst: BURST, every: config.pair_every };
        let terms = Terms {
            time_limit: config.time_limit,
            concurrency: config.concurrency,
            per_second: config.per_second,
            pair: (!pair.every.is_zero()).then_some(pair),
            ..Terms::of(AccountKey::of(KIND, &config.account))
        };
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

    fn request(&self, method: &str) -> PortResult<Request> {
        let url = self.config.method_url(method);
        let url = url.ok_or_else(|| error(ErrorKind::Config, "`base` is no address"))?;
        Ok(Request::post(KIND, url).within(self.terms.time_limit))
    }

    /// A call whose loss does no harm, within its share of the time.
    async fn show(&self, method: &str, fields: Value, share: u32) -> PortResult<()> {
        let request = self.request(method)?.asks().within(self.terms.time_limit / share);
        let answer = self.http.call(request.json(&fields)?).await?;
        answer::result::<Value>(&answer, Intent::Read, &self.config.hidden()).map(drop)
    }
}

#[async_trait]
impl Messenger for Telegram {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        self.admit(&outbound.content)?;
        let call = outbound::line(&outbound.peer, &outbound.content, &outbound.attached)
            .map_err(|why| error(ErrorKind::Invalid, why))?;
        let request = with_body(self.request(call.method)?, &call)?;
        let answer = self.http.call(request).await?;
        answer::sent(&answer, &outbound.peer, &self.config.hidden())
    }

    /// Typing also stops the spinner of the button that the customer tapped last. A message cannot be marked as seen.
    async fn signal(&self, peer: &str, about: Option<&str>, signal: Signal) -> PortResult<()> {
        if signal != Signal::Typing {
            return Ok(());
        }
        let typing = json!({"chat_id": peer, "action": "typing"});
        match about.and_then(|about| about.strip_prefix(TAP)) {
            Some(tap) => {
                // Telegram forgets a tap within minutes, and then there is no spinner either.
                let _ = self.show("answerCallbackQuery", json!({"callback_query_id": tap}), 2).await;
                self.show("sendChatAction", typing, 2).await
            }
            None => self.show("sendChatAction", typing, 1).await,
        }
    }
}

/// JSON, or a form of several parts where bytes are handed over.
fn with_body(request: Request, call: &Call<'_>) -> PortResult<Request> {
    let Some(file) = &call.file else { return request.json(&call.fields) };
    let texts = call.texts();
    let fields = texts.iter().map(|(name, text)| Part::text(name, text));
    let parts: Vec<Part<'_>> = fields.chain([file.part()]).collect();
    request.multipart(&parts)
}

fn error(kind: ErrorKind, detail: impl ToString) -> PortError {
    PortError::new(kind, KIND, detail.to_string())
}
