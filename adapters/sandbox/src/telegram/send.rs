//! The methods that customers notice: sends, `sendChatAction`, `answerCallbackQuery`.

use std::sync::Arc;

use poem::Response;
use serde_json::{Map, Value, json};

use super::PROVIDER;
use super::call::Call;
use super::content::Send;
use super::markup::Markup;
use super::refusal::{BotError, Verdict};
use super::shop::{Known, Shop, State};
use crate::desk::{Clerk, Letter, Taken};
use crate::faults::{On, What};
use crate::log::Fate;
use crate::world::World;

/// core.telegram.org/bots/api#sendchataction
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];
/// Characters of what answers a tap.
const NOTICE: usize = 200;

/// A method that is taken at the desk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Send(Send),
    Action,
    Answer,
}

impl Deed {
    /// The deed of a method, by its name in small letters.
    pub(super) fn of(method: &str) -> Option<Self> {
        match method {
            "sendchataction" => Some(Self::Action),
            "answercallbackquery" => Some(Self::Answer),
            method => Send::of(method).map(Self::Send),
        }
    }

    fn word(self, call: &Call) -> String {
        match self {
            Self::Send(send) => send.word().to_owned(),
            Self::Action => call.word("action").unwrap_or_else(|| "action".to_owned()),
            Self::Answer => "answer".to_owned(),
        }
    }

    fn on(self) -> On {
        if matches!(self, Self::Send(_)) { On::Message } else { On::Action }
    }
}

/// Takes a bot's sends; without a bot it only refuses.
struct Messages<'a> {
    world: &'a Arc<World>,
    shop: Option<Arc<Shop>>,
    deed: Deed,
    call: &'a Call,
}

/// Takes what a bot does, or refuses it; `shop` is whose token it is.
pub(super) async fn take(world: &Arc<World>, shop: Verdict<Arc<Shop>>, deed: Deed, call: &Call) -> Response {
    let mut letter = Letter {
        world,
        provider: PROVIDER,
        account: String::new(),
        customer: call.word("chat_id"),
        kind: deed.word(call),
        body: call.told(),
    };
    match shop {
        Err(error) => letter.refused(&error, &Messages { world, shop: None, deed, call }),
        Ok(shop) => {
            letter.account = shop.lock().account.id.clone();
            let clerk = Messages { world, shop: Some(shop), deed, call };
            letter.under_faults(deed.on(), &clerk).await
        }
    }
}

impl Clerk for Messages<'_> {
    type Refusal = BotError;

    /// Keyboard, person, content, rate: in this order.
    fn admit(&self) -> Verdict<Taken> {
        let shop = self.shop.as_ref().ok_or_else(BotError::unauthorized)?;
        let now_ms = self.world.clock.now_ms();
        let mut state = shop.lock();
        if let Some(limited) = self.world.faults.over_limit(&state.account.id, now_ms) {
            let error = BotError::too_fast(limited.retry_after_s.unwrap_or(1));
            return Err(error.with_status(limited.status));
        }
        match self.deed {
            Deed::Send(send) => self.send(&mut state, send, now_ms),
            Deed::Action => self.show(&mut state),
            Deed::Answer => self.answer(&state, now_ms),
        }
    }

    /// Telegram tells of nothing that becomes of a message.
    async fn receipts(&self, _: &Taken, _: &Fate, _: &What) {}

    fn tell(&self, error: &BotError) -> Response {
        error.answer()
    }
}

impl Messages<'_> {
    fn send(&self, state: &mut State, send: Send, now_ms: i64) -> Verdict<Taken> {
        let chat = self.call.required("chat_id")?;
        let markup = Markup::of(self.call)?;
        let who = reachable(state, &chat)?;
        let content = send.content(self.call, state, &self.world.mint)?;
        let replied = replied(state.meet(who), self.call)?;
        within_rate(state, who, now_ms)?;
        let (from, keeps) = (state.bot(), !state.account.accept_strangers);
        let known = state.meet(who);
        let id = known.next_id();
        let mut message = Map::from_iter([
            ("message_id".to_owned(), id.into()),
            ("from".to_owned(), from),
            ("chat".to_owned(), known.profile.chat(who)),
            ("date".to_owned(), (now_ms / 1000).into()),
        ]);
        message.extend(replied.map(|replied| ("reply_to_message".to_owned(), replied)));
        message.extend(content);
        message.extend(keyboard(known, markup).map(|markup| ("reply_markup".to_owned(), markup)));
        known.last_sent = Some(id);
        if keeps {
            known.remember(message.clone().into());
        }
        Ok(sent(who, id, message))
    }

    fn show(&self, state: &mut State) -> Verdict<Taken> {
        let action = self.call.required("action")?;
        if !ACTIONS.contains(&action.as_str()) {
            return Err(BotError::bad("wrong parameter action in request"));
        }
        let who = reachable(state, &self.call.required("chat_id")?)?;
        Ok(done(who))
    }

    fn answer(&self, state: &State, now_ms: i64) -> Verdict<Taken> {
        let id = self.call.required("callback_query_id")?;
        if self.call.word("text").is_some_and(|text| text.chars().count() > NOTICE) {
            return Err(BotError::bad("MESSAGE_TOO_LONG"));
        }
        let who = state.tap(&id, now_ms);
        let late = "query is too old and response timeout expired or query ID is invalid";
        who.map(done).ok_or_else(|| BotError::bad(late))
    }
}

/// What a markup makes of the chat; what stays below the message is given back.
fn keyboard(known: &mut Known, markup: Option<Markup>) -> Option<Value> {
    match markup? {
        Markup::Inline(markup) => return Some(markup),
        Markup::Keyboard(titles) => known.keyboard = titles,
        Markup::Remove => known.keyboard.clear(),
        Markup::ForceReply => {}
    }
    None
}

/// A message that was taken.
fn sent(who: i64, id: i64, mut message: Map<String, Value>) -> Taken {
    let told = json!({ "ok": true, "result": message });
    message.remove("message_id");
    let without_id = json!({ "ok": true, "result": message });
    Taken { customer: who.to_string(), message_id: Some(id.to_string()), shown: None, told, without_id }
}

/// What was done, and is no message.
fn done(who: i64) -> Taken {
    let told = json!({ "ok": true, "result": true });
    Taken { customer: who.to_string(), message_id: None, shown: None, told: told.clone(), without_id: told }
}

/// The chat that a call names, if the bot may write to it.
fn reachable(state: &mut State, chat: &str) -> Verdict<i64> {
    let not_found = || BotError::bad("chat not found");
    let who: i64 = chat.parse().map_err(|_| not_found())?;
    if state.account.accept_strangers {
        state.meet(who).started = true;
    }
    let known = state.people.get(&who).ok_or_else(not_found)?;
    match &known.profile {
        profile if profile.deactivated => Err(BotError::forbidden("user is deactivated")),
        profile if profile.migrated_to.is_some() => {
            Err(BotError::migrated(profile.migrated_to.unwrap_or_default()))
        }
        _ if known.blocked => Err(BotError::forbidden("bot was blocked by the user")),
        _ if !known.started => Err(BotError::forbidden("bot can't initiate conversation with a user")),
        _ => Ok(who),
    }
}

/// The message that is answered, without what it answers itself.
fn replied(known: &Known, call: &Call) -> Verdict<Option<Value>> {
    let Some(wanted) = call.json_of("reply_parameters")? else { return Ok(None) };
    let id = wanted["message_id"].as_i64();
    let id = id.ok_or_else(|| BotError::bad("can't parse reply parameters: message_id is missing"))?;
    match known.message(id).cloned() {
        Some(mut message) => {
            if let Some(fields) = message.as_object_mut() {
                fields.remove("reply_to_message");
            }
            Ok(Some(message))
        }
        None if wanted["allow_sending_without_reply"] == true => Ok(None),
        None => Err(BotError::bad("message to be replied not found")),
    }
}

fn within_rate(state: &mut State, who: i64, now_ms: i64) -> Verdict {
    let rate = state.account.rate;
    if rate.messages_per_s.is_some_and(|limit| !state.messages.admit(limit, now_ms)) {
        return Err(BotError::too_fast(1));
    }
    let Some(burst) = rate.chat_burst else { return Ok(()) };
    match state.meet(who).pair.admit(burst, rate.chat_refill_ms, now_ms) {
        true => Ok(()),
        false => {
            Err(BotError::too_fast(u64::try_from(rate.chat_refill_ms).unwrap_or(1).div_ceil(1000).max(1)))
        }
    }
}
