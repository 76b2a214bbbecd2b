//! `POST /{version}/{phone_number_id}/messages`: messages, marks as read, typing.

use std::sync::Arc;

use parking_lot::Mutex;
use poem::Response;
use serde_json::{Value, json};

use super::PROVIDER;
use super::account::{Dialect, Failures};
use super::check::{self, Wish};
use super::errors::Undelivered;
use super::shop::{Known, Recipient, Shop, State};
use super::status::{self, Step, Told};
use super::tap::{OFFERS, Offer};
use super::template::{self, Shown, Template};
use super::{media, person};
use crate::desk::{Clerk, Letter, Taken};
use crate::faults::{On, What};
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::rules::Verdict;
use crate::log::Fate;
use crate::world::World;

/// Takes WhatsApp's sends.
pub(super) struct Messages<'a> {
    pub(super) world: &'a Arc<World>,
    pub(super) shop: &'a Arc<Shop>,
    /// The send, as Meta's API knows it.
    pub(super) body: &'a Value,
    /// What follows the message that was taken.
    following: Mutex<Option<(Told, Vec<Step>)>>,
}

impl<'a> Messages<'a> {
    pub(super) fn new(world: &'a Arc<World>, shop: &'a Arc<Shop>, body: &'a Value) -> Self {
        Self { world, shop, body, following: Mutex::new(None) }
    }

    /// The send as the log will tell it; `body` is what came.
    pub(super) fn letter(&self, body: Value) -> Letter<'a> {
        let named = check::recipient(self.body).ok();
        let state = self.shop.lock();
        let customer = named.map(|named| {
            state.people.named(&named).cloned().unwrap_or_else(|| person::canonical(named.words()))
        });
        let of_message = || state.mids.get(self.body["message_id"].as_str()?).cloned();
        Letter {
            world: self.world,
            provider: PROVIDER,
            account: state.account.id.clone(),
            customer: customer.or_else(of_message),
            kind: check::kind(self.body),
            body,
        }
    }
}

pub(super) async fn messages(world: &Arc<World>, shop: &Arc<Shop>, call: &Call) -> Response {
    let body = call.told_body();
    let clerk = Messages::new(world, shop, &body);
    let mut letter = clerk.letter(body.clone());
    if let Err(error) = shop.judges(call.token(), Dialect::Cloud) {
        letter.account = String::new();
        return letter.refused(&error, &clerk);
    }
    if call.body.is_none() {
        return letter.refused(&GraphError::parameter("The body is no JSON"), &clerk);
    }
    letter.under_faults(on(&body), &clerk).await
}

/// Which faults concern a send.
pub(super) fn on(body: &Value) -> On {
    match check::wish(body) {
        Wish::Message if body["type"] != "reaction" => On::Message,
        _ => On::Action,
    }
}

impl Clerk for Messages<'_> {
    type Refusal = GraphError;

    /// Rate, form, person, pair: in this order. What the customer's side refuses is told by the switch.
    fn admit(&self) -> Verdict<Taken> {
        let now_ms = self.world.clock.now_ms();
        let mut state = self.shop.lock();
        if let Some(limited) = self.world.faults.over_limit(&state.account.id, now_ms) {
            let error = GraphError::whatsapp(130_429, "Too many messages in this second");
            let status = limited.status.unwrap_or(error.status);
            return Err(GraphError { status, retry_after_s: limited.retry_after_s, ..error });
        }
        if check::wish(self.body) == Wish::Read {
            return mark_read(&state, self.body);
        }
        within_rate(&mut state, now_ms)?;
        let recipient = check::recipient(self.body)?;
        check::message(self.body, state.account.list_body_chars)?;
        let asked = asked_template(&state, self.body)?;
        let medium = media::held_against(&state, self.body, now_ms)?;
        let who = reachable(&mut state, &recipient)?;
        known_messages(&state, self.body, &who)?;
        within_pair(&mut state, &who, now_ms)?;
        let stops = undelivered(&state, &who, &recipient, self.body, &asked, now_ms).or(medium);
        if let (Some(stops), Failures::AtOnce) = (&stops, state.account.failures) {
            return Err(stops.clone().into());
        }
        Ok(self.take(&mut state, who, asked, stops))
    }

    async fn receipts(&self, _taken: &Taken, fate: &Fate, what: &What) {
        let Some((told, mut steps)) = self.following.lock().take() else { return };
        match what {
            What::Statuses { steps: scripted } => steps = scripted.clone(),
            What::ReceiptBeforeAnswer => steps = steps.into_iter().map(Step::before_answer).collect(),
            _ => {}
        }
        status::follow(self.world, self.shop, told, steps, fate).await;
    }

    fn tell(&self, error: &GraphError) -> Response {
        error.clone().detailed().answer(&self.world.mint)
    }
}

/// A template that fits: its category, what the answer says of it, and what the customer sees.
struct Asked {
    category: String,
    message_status: String,
    shown: Option<Shown>,
}

impl Messages<'_> {
    fn take(
        &self,
        state: &mut State,
        who: String,
        asked: Option<Asked>,
        stops: Option<Undelivered>,
    ) -> Taken {
        let message_id = self.world.mint.wamid();
        if !state.account.accept_strangers {
            state.mids.insert(message_id.clone(), who.clone());
        }
        let steps = state.account.statuses.clone();
        let known = state.people.meet(&who);
        known.last_sent = Some(message_id.clone());
        let category = asked.as_ref().map_or_else(|| "service".into(), |asked| asked.category.clone());
        let message_status = asked.as_ref().map(|asked| asked.message_status.clone());
        let shown = asked.and_then(|asked| asked.shown);
        let whole = shown.as_ref().map(|shown| shown.whole.clone());
        let taps = shown.map(|shown| shown.taps).unwrap_or_default();
        let offer = Offer::of(&message_id, &self.body["interactive"])
            .or_else(|| Offer::of_template(&message_id, taps));
        if let Some(offer) = offer.filter(|_| stops.is_none()) {
            known.offers.push_back(offer);
            let surplus = known.offers.len().saturating_sub(OFFERS);
            known.offers.drain(..surplus);
        }
        let steps = match stops {
            Some(Undelivered { code, details }) => {
                vec![Step { details: Some(details), ..Step::failed(code) }]
            }
            None => known.profile.statuses.clone().unwrap_or(steps),
        };
        let callback = self.body["biz_opaque_callback_data"].as_str().map(str::to_owned);
        let (told, without_id) = self.told(known, &message_id, message_status);
        let profile = known.profile.clone();
        let follows = Told { message_id: message_id.clone(), profile, callback, category };
        *self.following.lock() = Some((follows, steps));
        Taken { customer: who, message_id: Some(message_id), shown: whole, told, without_id }
    }

    /// The answer, with the id and without.
    fn told(&self, known: &Known, message_id: &str, message_status: Option<String>) -> (Value, Value) {
        let input = self.body["to"].as_str().or(self.body["recipient"].as_str()).unwrap_or_default();
        let without = json!({ "messaging_product": "whatsapp", "contacts": [known.profile.answered(input)],
            "messages": [] });
        let mut told = without.clone();
        told["messages"] = json!([{ "id": message_id }]);
        if let Some(message_status) = message_status {
            told["messages"][0]["message_status"] = message_status.into();
        }
        (told, without)
    }
}

/// A message that was heard is marked as read.
fn mark_read(state: &State, body: &Value) -> Verdict<Taken> {
    let message_id = check::read(body)?;
    let who = state.mids.get(message_id);
    if who.is_none() && !state.account.accept_strangers {
        return Err(GraphError::parameter(format!("There is no message {message_id}")));
    }
    let told = json!({ "success": true });
    let customer = who.cloned().unwrap_or_default();
    Ok(Taken { customer, message_id: None, shown: None, told: told.clone(), without_id: told })
}

fn throttled(state: &State, code: i64, details: &str) -> GraphError {
    GraphError { status: state.account.rate.status, ..GraphError::whatsapp(code, details) }
}

fn within_rate(state: &mut State, now_ms: i64) -> Verdict {
    let limit = state.account.rate.messages_per_s;
    match limit.is_none_or(|limit| state.messages.admit(limit, now_ms)) {
        true => Ok(()),
        false => Err(throttled(state, 130_429, "Too many messages in this second")),
    }
}

fn within_pair(state: &mut State, who: &str, now_ms: i64) -> Verdict {
    let rate = state.account.rate;
    let Some(burst) = rate.pair_burst else { return Ok(()) };
    match state.people.meet(who).pair.admit(burst, rate.pair_refill_ms, now_ms) {
        true => Ok(()),
        false => Err(throttled(state, 131_056, "Too many messages to this recipient")),
    }
}

/// The template of a send, held against the registry; `None` when the send is none.
fn asked_template(state: &State, body: &Value) -> Verdict<Option<Asked>> {
    if body["type"] != "template" {
        return Ok(None);
    }
    let (name, language, components) = template::asked(&body["template"])?;
    let found = state.account.templates.iter().find(|template| template.is(name, language));
    match found {
        None if state.account.any_template => {
            let any = Template::new(name, language, "");
            Ok(Some(Asked {
                category: any.pricing_category(),
                message_status: any.message_status,
                shown: None,
            }))
        }
        None => Err(template::not_there(name, &format!("it does not exist in {language}"))),
        Some(template) => Ok(Some(Asked {
            category: template.pricing_category(),
            message_status: template.message_status.clone(),
            shown: Some(template.fill(components)?),
        })),
    }
}

/// The customer, whom a number makes known; a business-scoped id must be known already.
fn reachable(state: &mut State, recipient: &Recipient) -> Verdict<String> {
    if let Recipient::Number(digits) = recipient {
        if *digits == state.account.display_phone_number {
            return Err(GraphError::whatsapp(131_021, "A number cannot write to itself"));
        }
        let same = |listed: &String| person::canonical(listed) == person::canonical(digits);
        if state.account.allow_list.as_ref().is_some_and(|list| !list.iter().any(same)) {
            return Err(GraphError::whatsapp(131_030, "The number is not on the allow list"));
        }
    }
    if let Some(who) = state.people.named(recipient) {
        return Ok(who.clone());
    }
    let who = person::canonical(recipient.words());
    state.people.meet(&who);
    if let Recipient::UserId(_) = recipient {
        state.people.meet(&who).profile.unreachable = !state.account.accept_strangers;
    }
    Ok(who)
}

/// Quotes and reactions are about messages of the same conversation.
fn known_messages(state: &State, body: &Value, who: &str) -> Verdict {
    let about = [&body["context"]["message_id"], &body["reaction"]["message_id"]];
    let strange = about
        .into_iter()
        .filter_map(Value::as_str)
        .find(|mid| !state.account.accept_strangers && state.mids.get(*mid).is_none_or(|of| of != who));
    match strange {
        Some(mid) => Err(GraphError::value(format!("There is no message {mid} in this conversation"))),
        None => Ok(()),
    }
}

/// Why the customer's side will not have it.
fn undelivered(
    state: &State,
    who: &str,
    recipient: &Recipient,
    body: &Value,
    asked: &Option<Asked>,
    now_ms: i64,
) -> Option<Undelivered> {
    let known = state.people.get(who)?;
    let category = asked.as_ref().map(|asked| asked.category.as_str());
    if known.profile.unreachable {
        return Some(Undelivered::new(131_026, "The number is not on WhatsApp, or does not take messages"));
    }
    match (category, recipient) {
        (Some("authentication"), Recipient::UserId(_)) => {
            Some(Undelivered::new(131_062, "Authentication templates need a phone number"))
        }
        (Some("marketing"), _) if known.stopped => {
            Some(Undelivered::new(131_050, "The customer has stopped marketing messages from this business"))
        }
        (None, _) if !known.window_open(now_ms) && !state.account.accept_strangers => {
            let kind = check::kind(body);
            Some(Undelivered::new(
                131_047,
                format!("More than 24 hours have passed: {kind} needs a template"),
            ))
        }
        _ => None,
    }
}
