//! `POST /{version}/{node}/messages`: the Send API.

use std::sync::Arc;

use poem::Response;
use serde_json::json;

use super::PROVIDER;
use super::account::Echo;
use super::call::account_of;
use super::check::{self, Checked, Recipient};
use super::compose;
use super::shop::{HUMAN_WINDOW_MS, Shop, State, WINDOW_MS};
use crate::delivery::Delivery;
use crate::desk::{Clerk, Letter, Taken};
use crate::faults::{Limited, On, What};
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::rules::Verdict;
use crate::log::Fate;
use crate::world::World;
use serde_json::Value;

/// Takes Instagram's sends; without an account it only refuses.
struct Messages<'a> {
    world: &'a Arc<World>,
    shop: Option<Arc<Shop>>,
    body: &'a Value,
}

pub(super) async fn messages(world: &Arc<World>, node: &str, call: &Call) -> Result<Response, GraphError> {
    let body = call.told_body();
    let mut letter = Letter {
        world,
        provider: PROVIDER,
        account: String::new(),
        customer: check::person(&body),
        kind: check::kind(&body),
        body: body.clone(),
    };
    let mut clerk = Messages { world, shop: None, body: &body };
    let shop = match account_of(world, node, call) {
        Err(error) => return Ok(letter.refused(&error, &clerk)),
        Ok(shop) => shop,
    };
    letter.account = shop.id();
    if call.body.is_none() {
        return Ok(letter.refused(&GraphError::invalid("The body is no JSON"), &clerk));
    }
    clerk.shop = Some(shop);
    let on = if check::is_action(&body) { On::Action } else { On::Message };
    Ok(letter.under_faults(on, &clerk).await)
}

impl Clerk for Messages<'_> {
    type Refusal = GraphError;

    /// Rate, form, person, window: in this order.
    fn admit(&self) -> Verdict<Taken> {
        let shop = self.shop.as_ref().ok_or_else(GraphError::no_token)?;
        let now_ms = self.world.clock.now_ms();
        if let Some(limited) = self.world.faults.over_limit(&shop.id(), now_ms) {
            return Err(GraphError::rate_limited(limited));
        }
        let mut state = shop.lock();
        within_rate(&mut state, self.body, now_ms)?;
        let checked = check::check(self.body)?;
        let customer = reachable(&state, &checked, now_ms)?;
        let message_id = (!check::is_action(self.body)).then(|| self.world.mint.mid());
        remember(&mut state, &checked, &customer, message_id.as_deref());
        let without_id = json!({ "recipient_id": customer });
        let mut told = without_id.clone();
        if let Some(mid) = &message_id {
            told["message_id"] = mid.as_str().into();
        }
        Ok(Taken { customer, message_id, shown: checked.shown, told, without_id })
    }

    /// Posts the echo (and a `read`) before the answer, or leaves it to the fate of the answer.
    async fn receipts(&self, taken: &Taken, fate: &Fate, what: &What) {
        let delivery = Delivery::default();
        let (Some(mid), Some(shop)) = (&taken.message_id, &self.shop) else { return };
        let Ok(target) = shop.target(&delivery) else { return };
        let when = shop.lock().account.echo;
        let echo = compose::echo(self.world, shop, &taken.customer, mid, &self.body["message"]);
        if *what == What::ReceiptBeforeAnswer {
            let read = compose::read(self.world, shop, &taken.customer, mid);
            self.world.hooks.deliver(&target, vec![echo, read], &delivery).await;
        } else if when == Echo::Before {
            self.world.hooks.deliver(&target, vec![echo], &delivery).await;
        } else if when == Echo::After {
            let world = self.world.clone();
            fate.afterwards(Box::pin(async move {
                world.hooks.deliver(&target, vec![echo], &delivery).await;
            }));
        }
    }

    fn tell(&self, error: &GraphError) -> Response {
        error.answer(&self.world.mint)
    }
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
        Err(GraphError::rate_limited(Limited { status: None, retry_after_s: None }))
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
