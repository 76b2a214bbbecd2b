//! What customers do, as updates tell it. core.telegram.org/bots/api#update

use serde_json::{Map, Value, json};

use super::action::{TelegramAction, TelegramSent};
use super::event::{TelegramBeside, TelegramEvent};
use super::files::{File, Kind};
use super::person::group;
use super::shop::{Shop, State};
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::json::{add_unknown, escaped, given, merge, or_null};
use crate::media::Bend;
use crate::world::World;

/// An event as a post; `None` if the bot does not want that kind.
pub(super) struct Composed {
    /// The message that it is or is about.
    pub(super) mid: Option<String>,
    pub(super) body: Option<String>,
}

/// What composing needs to know.
struct Scene<'a> {
    world: &'a World,
    state: &'a mut State,
    who: i64,
    beside: &'a TelegramBeside,
}

/// A kind of update, what stands in it, and the message it is about.
type Told = (String, Value, Option<i64>);

/// Composes an event, and remembers what the bot now knows of the customer.
pub(super) fn compose(
    world: &World,
    shop: &Shop,
    who: i64,
    event: &TelegramEvent,
    delivery: &Delivery,
) -> Result<Composed, SandboxError> {
    let TelegramEvent { action, beside } = event;
    if let TelegramAction::RawBody { body } = action {
        return Ok(Composed { mid: None, body: Some(body.clone()) });
    }
    let mut state = shop.lock();
    let (kind, value, id) = Scene { world, state: &mut state, who, beside }.tell(action)?;
    let mid = id.map(|id| id.to_string());
    if !state.account.wants(&kind) {
        return Ok(Composed { mid, body: None });
    }
    let update_id = beside.with_update_id.unwrap_or_else(|| state.next_update_id());
    let mut update = json!({ "update_id": update_id, kind: value });
    if delivery.unknown_fields {
        add_unknown(&mut update);
    }
    let body = if delivery.utf8 { update.to_string() } else { escaped(&update) };
    Ok(Composed { mid, body: Some(body) })
}

impl Scene<'_> {
    fn tell(&mut self, action: &TelegramAction) -> Result<Told, SandboxError> {
        match action {
            TelegramAction::Tap { title, index, old } => self.tap(title.as_deref(), *index, *old),
            TelegramAction::Edit { text, message_id } => self.edit(text, *message_id),
            TelegramAction::Reaction { emoji, message_id } => Ok(self.reaction(emoji, *message_id)),
            TelegramAction::Block {} => Ok(self.member(true)),
            TelegramAction::Unblock {} => Ok(self.member(false)),
            TelegramAction::Update { update, value } => Ok((update.clone(), value.clone(), None)),
            message => {
                let content = self.content(message);
                self.message(content)
            }
        }
    }

    fn user(&self) -> Value {
        self.state.people.get(&self.who).map(|known| known.profile.user(self.who)).unwrap_or_default()
    }

    fn chat(&self) -> Value {
        let own = || self.state.people.get(&self.who).map(|known| known.profile.chat(self.who));
        self.beside.group.map(group).or_else(own).unwrap_or_default()
    }

    fn now_s(&self) -> i64 {
        self.world.clock.now_ms() / 1000
    }

    /// A message around its own fields.
    fn message(&mut self, content: Value) -> Result<Told, SandboxError> {
        let now_ms = self.world.clock.now_ms();
        let replied = self.replied();
        let known = self.state.meet(self.who);
        let private = self.beside.group.is_none();
        if known.blocked && private {
            let why = format!("{} has blocked the bot, and unblocks it first", self.who);
            return Err(SandboxError::Unclear(why));
        }
        let id = known.next_id();
        // Whoever writes in a group has not begun a chat.
        known.started |= private;
        known.wrote_at_ms = if private { Some(now_ms) } else { known.wrote_at_ms };
        known.last_heard = Some(id);
        let origin =
            json!({ "type": "hidden_user", "sender_user_name": "A neighbour", "date": now_ms / 1000 - 60 });
        let mut message = given([
            ("message_id", id.into()),
            ("from", self.user()),
            ("chat", self.chat()),
            ("date", (now_ms / 1000).into()),
            ("forward_origin", if self.beside.forwarded { origin } else { Value::Null }),
            ("reply_to_message", replied),
        ]);
        merge(&mut message, content);
        merge(&mut message, self.beside.extra.clone().into());
        self.state.meet(self.who).remember(message.clone());
        Ok(("message".into(), message, Some(id)))
    }

    /// The message that is answered, without what it answers itself; one that is no longer there has no words.
    fn replied(&self) -> Value {
        let Some(wanted) = &self.beside.reply_to else { return Value::Null };
        let known = self.state.people.get(&self.who);
        let id = match wanted.as_str() {
            "last" => known.and_then(|known| known.last_sent),
            id => id.parse().ok(),
        };
        let id = id.unwrap_or_default();
        let mut message = known
            .and_then(|known| known.message(id).cloned())
            .unwrap_or_else(|| json!({ "message_id": id, "chat": self.chat(), "date": 0 }));
        if let Some(fields) = message.as_object_mut() {
            fields.remove("reply_to_message");
        }
        message
    }

    fn content(&mut self, action: &TelegramAction) -> Value {
        match action {
            TelegramAction::Text { text } => with_command(text),
            TelegramAction::Start { payload } => {
                let words =
                    payload.as_ref().map_or("/start".to_owned(), |payload| format!("/start {payload}"));
                with_command(&words)
            }
            TelegramAction::Media(sent) => self.file(sent),
            TelegramAction::Location { latitude, longitude, title, address } => {
                let location = json!({ "latitude": latitude, "longitude": longitude });
                let venue = title.as_ref().map(|title| {
                    let address = address.clone().unwrap_or_default();
                    json!({ "location": location, "title": title, "address": address })
                });
                given([("location", location.clone()), ("venue", venue.unwrap_or_default())])
            }
            TelegramAction::Contact { phone_number, first_name, last_name, own } => {
                let user = if *own { self.who.into() } else { Value::Null };
                json!({ "contact": given([("phone_number", phone_number.as_str().into()),
                    ("first_name", first_name.as_str().into()), ("last_name", or_null(last_name)), ("user_id", user)]) })
            }
            TelegramAction::WebAppData { data, button_text } => {
                json!({ "web_app_data": { "data": data, "button_text": button_text } })
            }
            TelegramAction::Holds { field, value } => json!({ field: value }),
            _ => Value::Null,
        }
    }

    fn file(&mut self, sent: &TelegramSent) -> Value {
        let (name, field) = (self.world.mint.word(), sent.media.field());
        let made = |field: &str| Kind::of(field).map(|kind| File::made_up(kind, &name));
        let (Some(file), Some(other)) = (made(field), made(sent.bytes_of.unwrap_or(sent.media).field()))
        else {
            return Value::Null;
        };
        let file = File {
            mime: sent.mime_type.clone().unwrap_or(file.mime),
            name: sent.file_name.clone(),
            bytes: other.bytes,
            bend: Bend { bytes: sent.bytes, status: sent.status, ..Bend::default() },
            gone: sent.gone,
            kind: file.kind,
        };
        let id = self.state.files.keep(&self.world.mint, file);
        let shown = self.state.files.shown(&self.world.mint, &id);
        let mut content = given([(field, shown.clone()), ("caption", or_null(&sent.caption))]);
        if field == "animation" {
            // As it was before there were animations.
            content["document"] = shown;
        }
        content
    }

    /// A tap on the button of that title, or of that place, in the latest message that has it.
    fn tap(&mut self, title: Option<&str>, index: Option<usize>, old: bool) -> Result<Told, SandboxError> {
        let known = self.state.meet(self.who);
        let named = |word: &str| title.is_none_or(|title| word.to_lowercase() == title.to_lowercase());
        if let Some(word) = known.keyboard.iter().find(|word| title.is_some() && named(word)).cloned() {
            return self.message(json!({ "text": word }));
        }
        let place = index.unwrap_or(1).saturating_sub(1);
        let found = known.latest().find_map(|message| {
            let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
            let buttons: Vec<&Value> = rows.iter().filter_map(Value::as_array).flatten().collect();
            let wanted = match title {
                Some(_) => {
                    buttons.into_iter().find(|button| named(button["text"].as_str().unwrap_or_default()))
                }
                None => buttons.get(place).copied(),
            };
            Some((message.clone(), wanted?["callback_data"].as_str()?.to_owned()))
        });
        let (message, data) = found.ok_or_else(|| {
            let wanted = title.map_or_else(|| format!("number {}", place + 1), str::to_owned);
            SandboxError::Unclear(format!("{} was offered nothing to tap like {wanted}", self.who))
        })?;
        let id = message["message_id"].as_i64();
        let message = match old {
            true => json!({ "message_id": id, "chat": self.chat(), "date": 0 }),
            false => message,
        };
        let query = self.world.mint.number();
        self.state.tapped(&query, self.who, self.world.clock.now_ms());
        let instance = format!("-{}", self.who.unsigned_abs());
        let tap = json!({ "id": query, "from": self.user(), "message": message, "chat_instance": instance, "data": data });
        Ok(("callback_query".into(), tap, id))
    }

    fn edit(&mut self, text: &str, message_id: Option<i64>) -> Result<Told, SandboxError> {
        let now_s = self.now_s();
        let known = self.state.meet(self.who);
        let id = message_id.or(known.last_heard).unwrap_or_default();
        let message = known.message_mut(id);
        let message =
            message.ok_or_else(|| SandboxError::Unclear(format!("there is no message {id} to edit")))?;
        let field = if message.get("text").is_some() { "text" } else { "caption" };
        message[field] = text.into();
        message["edit_date"] = now_s.into();
        Ok(("edited_message".into(), message.clone(), Some(id)))
    }

    fn reaction(&mut self, emoji: &Option<String>, message_id: Option<i64>) -> Told {
        let id = message_id.or(self.state.meet(self.who).last_sent).unwrap_or_default();
        let sign = |emoji: &str| json!([{ "type": "emoji", "emoji": emoji }]);
        let (old, new) = match emoji {
            Some(emoji) => (json!([]), sign(emoji)),
            None => (sign("\u{1f44d}"), json!([])),
        };
        let reaction = json!({ "chat": self.chat(), "message_id": id, "user": self.user(), "date": self.now_s(),
            "old_reaction": old, "new_reaction": new });
        ("message_reaction".into(), reaction, Some(id))
    }

    /// Blocks the bot, or no longer.
    fn member(&mut self, blocks: bool) -> Told {
        let known = self.state.meet(self.who);
        known.blocked = blocks;
        let bot = self.state.bot();
        let member = json!({ "user": bot, "status": "member" });
        let kicked = json!({ "user": bot, "status": "kicked", "until_date": 0 });
        let (old, new) = if blocks { (member, kicked) } else { (kicked, member) };
        let changed = json!({ "chat": self.chat(), "from": self.user(), "date": self.now_s(),
            "old_chat_member": old, "new_chat_member": new });
        ("my_chat_member".into(), changed, None)
    }
}

/// A text; a command at its beginning is marked as such.
fn with_command(text: &str) -> Value {
    let mut content = Map::from_iter([("text".to_owned(), Value::from(text))]);
    let command = text.split_whitespace().next().filter(|word| word.len() > 1 && word.starts_with('/'));
    if let Some(command) = command {
        let length = command.encode_utf16().count();
        content.insert("entities".into(), json!([{ "type": "bot_command", "offset": 0, "length": length }]));
    }
    content.into()
}
