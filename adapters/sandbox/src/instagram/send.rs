//! `POST /{version}/{node}/messages`: the Send API.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use poem::{Body, Response};
use serde_json::{Value, json};

use super::PROVIDER;
use super::account::Echo;
use super::call::{Call, account_of, cut};
use super::check::{self, Checked, Recipient, Verdict};
use super::compose;
use super::errors::GraphError;
use super::shop::{HUMAN_WINDOW_MS, Shop, State, WINDOW_MS};
use crate::faults::{Fault, Limited, On, What};
use crate::log::{Answer, Entry, Fate, Outcome};
use crate::world::{World, json_answer, raw_answer};

/// One send on its way through.
struct Send<'a> {
    world: &'a Arc<World>,
    shop: Option<Arc<Shop>>,
    body: Value,
}

pub(super) async fn messages(world: &Arc<World>, node: &str, call: &Call) -> Result<Response, GraphError> {
    let unreadable = || String::from_utf8_lossy(&call.raw).into_owned().into();
    let mut send = Send { world, shop: None, body: call.body.clone().unwrap_or_else(unreadable) };
    send.hide_token();
    match account_of(world, node, call) {
        Err(error) => Ok(send.refused(&error)),
        Ok(shop) => {
            send.shop = Some(shop.clone());
            if call.body.is_none() {
                return Ok(send.refused(&GraphError::invalid("The body is no JSON")));
            }
            Ok(send.under_faults(&shop).await)
        }
    }
}

impl Send<'_> {
    /// Tokens given in the body stay out of the log.
    fn hide_token(&mut self) {
        if let Some(body) = self.body.as_object_mut() {
            body.remove("access_token");
        }
    }

    async fn under_faults(&self, shop: &Arc<Shop>) -> Response {
        let on = if check::is_action(&self.body) { On::Action } else { On::Message };
        let fault = self.world.faults.take(&shop.id(), on, check::person(&self.body).as_deref());
        let Fault { what, delay_ms, .. } = fault.unwrap_or(Fault::new(What::Pass));
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        match what {
            What::DropBefore => self.unheard(),
            What::Fail { .. } | What::ErrorIn200 => self.refused(&scripted(&what)),
            what => match self.admit(shop) {
                Err(error) => self.refused(&error),
                Ok(taken) => self.accept(shop, taken, what).await,
            },
        }
    }

    /// Rate, form, person, window: in this order.
    fn admit(&self, shop: &Arc<Shop>) -> Verdict<Taken> {
        let now_ms = self.world.clock.now_ms();
        if let Some(limited) = self.world.faults.over_limit(&shop.id(), now_ms) {
            return Err(GraphError::rate_limited(limited));
        }
        let mut state = shop.lock();
        within_rate(&mut state, &self.body, now_ms)?;
        let checked = check::check(&self.body)?;
        let person = reachable(&state, &checked, now_ms)?;
        let mid = (!check::is_action(&self.body)).then(|| self.world.mint.mid());
        remember(&mut state, &checked, &person, mid.as_deref());
        Ok(Taken { person, mid, checked })
    }

    async fn accept(&self, shop: &Arc<Shop>, taken: Taken, what: What) -> Response {
        let fate = self.world.log.record(self.entry(Outcome::Accepted, 200, Some(&taken), None));
        let before = what == What::ReceiptBeforeAnswer;
        self.echo(shop, &taken, &fate, before).await;
        let mut told = json!({ "recipient_id": taken.person });
        if let Some(mid) = &taken.mid {
            told["message_id"] = mid.as_str().into();
        }
        if let What::SlowAnswer { ms } = what {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let response = garbled(&what, told.clone()).unwrap_or_else(|| json_answer(200, &told));
        with_fate(response, fate)
    }

    /// Posts the echo (and a `read`) before the answer, or leaves it to the fate of the answer.
    async fn echo(&self, shop: &Arc<Shop>, taken: &Taken, fate: &Fate, receipt_before: bool) {
        let (Some(mid), Ok(target)) = (&taken.mid, shop.target()) else { return };
        let when = shop.lock().account.echo;
        let echo = compose::echo(self.world, shop, &taken.person, mid, &self.body["message"]);
        if receipt_before {
            let read = compose::read(self.world, shop, &taken.person, mid);
            self.world.hooks.deliver(&target, vec![echo, read], &Default::default()).await;
        } else if when == Echo::Before {
            self.world.hooks.deliver(&target, vec![echo], &Default::default()).await;
        } else if when == Echo::After {
            let world = self.world.clone();
            fate.afterwards(Box::pin(async move {
                world.hooks.deliver(&target, vec![echo], &Default::default()).await;
            }));
        }
    }

    fn refused(&self, error: &GraphError) -> Response {
        let fate = self.world.log.record(self.entry(Outcome::Refused, error.status, None, Some(error)));
        with_fate(error.answer(&self.world.mint), fate)
    }

    fn unheard(&self) -> Response {
        with_fate(cut(), self.world.log.record(self.entry(Outcome::Unheard, 0, None, None)))
    }

    fn entry(
        &self,
        outcome: Outcome,
        status: u16,
        taken: Option<&Taken>,
        error: Option<&GraphError>,
    ) -> Entry {
        Entry {
            seq: 0,
            at_ms: self.world.clock.now_ms(),
            provider: PROVIDER.into(),
            account: self.shop.as_ref().map(|shop| shop.id()).unwrap_or_default(),
            customer: taken.map(|taken| taken.person.clone()).or_else(|| check::person(&self.body)),
            kind: taken.map_or_else(|| check::kind(&self.body), |taken| taken.checked.kind.clone()),
            outcome,
            status,
            code: error.map(|error| error.code),
            subcode: error.and_then(|error| error.subcode),
            message_id: taken.and_then(|taken| taken.mid.clone()),
            answer: Answer::Pending,
            body: self.body.clone(),
            shown: taken.and_then(|taken| taken.checked.shown.clone()),
        }
    }
}

/// A send that was taken.
struct Taken {
    person: String,
    mid: Option<String>,
    checked: Checked,
}

fn with_fate(mut response: Response, fate: Fate) -> Response {
    response.extensions_mut().insert(fate);
    response
}

/// The account's own limits; typing and seen are free.
fn within_rate(state: &mut State, body: &Value, now_ms: i64) -> Verdict {
    let limits = state.account.rate;
    let admitted = match check::kind(body).as_str() {
        "typing_on" | "typing_off" | "mark_seen" => true,
        "audio" | "video" => {
            limits.audio_video_per_s.is_none_or(|limit| state.audio_video.admit(limit, now_ms))
        }
        _ => limits.messages_per_s.is_none_or(|limit| state.messages.admit(limit, now_ms)),
    };
    if admitted {
        Ok(())
    } else {
        Err(GraphError::rate_limited(Limited { status: 400, retry_after_s: None }))
    }
}

/// The person addressed, if known and within the window.
fn reachable(state: &State, checked: &Checked, now_ms: i64) -> Verdict<String> {
    let person = match &checked.recipient {
        Recipient::Comment(id) => return commenter(state, id, now_ms),
        Recipient::Person(person) => person.clone(),
    };
    let Some(known) = state.customers.get(&person) else {
        return if state.account.accept_strangers { Ok(person) } else { Err(GraphError::no_such_user()) };
    };
    let human = checked.human_agent && state.account.human_agent;
    let window_ms = if human { HUMAN_WINDOW_MS } else { WINDOW_MS };
    let open = known.wrote_at_ms.is_some_and(|wrote_at_ms| now_ms - wrote_at_ms <= window_ms);
    if !open && !state.account.accept_strangers {
        return Err(GraphError::window_closed());
    }
    match checked.about.as_ref().is_none_or(|about| known.mids.contains(about))
        || state.account.accept_strangers
    {
        true => Ok(person),
        false => Err(GraphError::invalid("The message to react to does not exist")),
    }
}

/// Who wrote a comment, if it may still be answered: once, within seven days.
fn commenter(state: &State, id: &str, now_ms: i64) -> Verdict<String> {
    match state.comments.get(id) {
        None => Err(GraphError::unknown_node(id)),
        Some(comment) if comment.answered => Err(GraphError::already_answered()),
        Some(comment) if now_ms - comment.at_ms > HUMAN_WINDOW_MS => Err(GraphError::window_closed()),
        Some(comment) => Ok(comment.by.clone()),
    }
}

fn remember(state: &mut State, checked: &Checked, person: &str, mid: Option<&str>) {
    if let Recipient::Comment(id) = &checked.recipient
        && let Some(comment) = state.comments.get_mut(id)
    {
        comment.answered = true;
    }
    let known = state.customers.entry(person.to_owned()).or_default();
    if let Some(mid) = mid {
        known.mids.insert(mid.to_owned());
        known.last_sent = Some(mid.to_owned());
    }
}

/// The error of a scripted refusal.
pub(super) fn scripted(what: &What) -> GraphError {
    match what {
        What::Fail { status, code, subcode, message, retry_after_s, transient } => {
            let message = message.clone().unwrap_or_else(|| format!("(#{code}) A scripted failure."));
            let error = GraphError::new(*status, *code, *subcode, message);
            GraphError { transient: *transient, retry_after_s: *retry_after_s, ..error }
        }
        _ => GraphError::new(200, 1, None, "An unknown error has occurred."),
    }
}

/// The answer of a call that was taken and is told badly; `None` when it is told well.
pub(super) fn garbled(what: &What, told: Value) -> Option<Response> {
    Some(match what {
        What::DropAfter => cut(),
        What::CutBody => cut_in_the_middle(&told),
        What::NotJson => raw_answer(200, "<html><body>Something went wrong</body></html>"),
        What::WrongShape => json_answer(200, &json!([{ "data": { "ok": "yes" } }])),
        What::NoMessageId => json_answer(200, &json!({ "recipient_id": told["recipient_id"] })),
        What::HugeBody { bytes } => {
            let mut body = told.to_string();
            body.extend(std::iter::repeat_n(' ', bytes.saturating_sub(body.len())));
            raw_answer(200, body)
        }
        _ => return None,
    })
}

/// Says the full length, gives half of it, and ends.
fn cut_in_the_middle(told: &Value) -> Response {
    let body = told.to_string();
    let half = Bytes::from(body[..body.len() / 2].to_owned());
    let pieces = stream::iter([Ok(half), Err(std::io::Error::other("cut by a scripted fault"))]);
    let mut response = json_answer(200, told);
    response.headers_mut().insert("content-length", body.len().into());
    response.set_body(Body::from_bytes_stream(pieces));
    response
}
