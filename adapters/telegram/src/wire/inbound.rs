//! What an update holds, in our words: one update a body, of one kind.
//! core.telegram.org/bots/api#update

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use tradepost_domain::{Arrival, Content, Party, Purpose, Timestamp, What, message::About};
use tradepost_ports::Unreadable;

use super::{
    message::content,
    shapes::{CallbackQuery, Chat, Id, MemberUpdated, Message, ReactionUpdated, Sign, User, reference},
};

/// What stands before the id of a tap, which is no message and has a numbering of its own.
pub(crate) const TAP: &str = "tap:";

/// The update of a body.
pub(crate) fn arrivals(body: &[u8], account: &str) -> Result<Vec<Arrival>, Unreadable> {
    // Telegram takes any 2xx for an answer and sends the update again after any other.
    let unreadable = |reason: String| Unreadable { reason, status: 200 };
    let text = std::str::from_utf8(body).map_err(|_| unreadable("it is not UTF-8".into()))?;
    let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| {
        unreadable(format!("line {} column {}: {:?}", error.line(), error.column(), error.classify()))
    })?;
    Ok(vec![arrival(&fields, text.trim(), account)])
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// The kinds that are used, and how each is read.
const KINDS: [(&str, Read); 5] = [
    ("message", message),
    ("edited_message", edited),
    ("callback_query", tap),
    ("message_reaction", reaction),
    ("my_chat_member", member),
];

/// Kinds that are not used, and hold a message.
const HOLDERS: [&str; 4] =
    ["channel_post", "edited_channel_post", "business_message", "edited_business_message"];

/// What it is, and when it happened. `None` if it is of another shape than documented.
type Read = fn(&RawValue) -> Option<(What, Option<i64>)>;

fn arrival(fields: &Fields<'_>, raw: &str, account: &str) -> Arrival {
    let id = fields.get("update_id").and_then(|id| read::<Id>(id));
    let (what, at) = match (&id, kind(fields)) {
        (None, _) => (unreadable("it has no update_id"), None),
        (_, None) => (unreadable("it has no kind"), None),
        (_, Some((kind, value))) => event(kind, value),
    };
    Arrival {
        account: account.to_owned(),
        key: key(account, id.as_ref(), raw),
        at: at.and_then(|at| Timestamp::from_second(at).ok()),
        raw: raw.to_owned(),
        what,
    }
}

/// The field beside `update_id`; a kind that is used goes before fields that nobody knows.
fn kind<'a>(fields: &'a Fields<'a>) -> Option<(&'a str, &'a RawValue)> {
    let known = KINDS.iter().map(|(kind, _)| *kind).chain(HOLDERS);
    let known = known.filter_map(|kind| Some((kind, *fields.get(kind)?))).next();
    let other =
        || fields.iter().find(|(name, _)| *name != "update_id").map(|(name, value)| (name.as_str(), *value));
    known.or_else(other)
}

fn event(kind: &str, value: &RawValue) -> (What, Option<i64>) {
    match KINDS.iter().find(|(known, _)| *known == kind) {
        Some((_, as_known)) => {
            as_known(value).unwrap_or_else(|| (unreadable(&format!("the {kind} is of another shape")), None))
        }
        None if HOLDERS.contains(&kind) => held(kind, value),
        None => (other(kind, None), None),
    }
}

/// The same for every delivery of an update: its id, which each bot numbers by itself, else its own bytes.
fn key(account: &str, id: Option<&Id>, raw: &str) -> String {
    match id {
        Some(id) => format!("{account}:{}", id.as_str()),
        None => format!("{account}:#{}", hex::encode(Sha256::digest(raw))),
    }
}

fn read<T: DeserializeOwned>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

fn message(value: &RawValue) -> Option<(What, Option<i64>)> {
    let message: Message = read(value)?;
    let (at, reference) = (message.date, reference(message.chat.id.as_str(), &message.message_id));
    if !message.chat.is_private() {
        return Some((elsewhere("message", &message.chat, reference), at));
    }
    let content = match content(&message, &read::<Names>(value).unwrap_or_default().0) {
        Ok(content) => content,
        Err(service) => return Some((other(&service, Some(reference)), at)),
    };
    let what = What::Message {
        from: party(&message.chat, message.from.as_ref()),
        about: message.reply_to_message.as_ref().map(|replied| About::Message {
            reference: super::shapes::reference(message.chat.id.as_str(), &replied.message_id),
        }),
        referral: super::message::referral(&message),
        reference: Some(reference),
        content,
    };
    Some((what, at))
}

/// The names of a message's fields, which tell what those hold that are not used.
#[derive(Default, Deserialize)]
#[serde(from = "BTreeMap<String, serde::de::IgnoredAny>")]
struct Names(Vec<String>);

impl From<BTreeMap<String, serde::de::IgnoredAny>> for Names {
    fn from(fields: BTreeMap<String, serde::de::IgnoredAny>) -> Self {
        Self(fields.into_keys().collect())
    }
}

fn edited(value: &RawValue) -> Option<(What, Option<i64>)> {
    let message: Message = read(value)?;
    let reference = reference(message.chat.id.as_str(), &message.message_id);
    let at = message.edit_date.or(message.date);
    let what = match message.text.or(message.caption) {
        _ if !message.chat.is_private() => elsewhere("edited_message", &message.chat, reference),
        Some(text) => What::Edited { reference, text },
        // Such as a place that moves on.
        None => other("edited_message", Some(reference)),
    };
    Some((what, at))
}

/// A tap on a button. Its own id is where its spinner is stopped; it answers the message that the button hangs on.
fn tap(value: &RawValue) -> Option<(What, Option<i64>)> {
    let query: CallbackQuery = read(value)?;
    // Without a message it comes from a line that somebody shared by way of the bot; without data from a game.
    let (Some(asked), Some(payload)) = (query.message, query.data) else {
        return Some((other("callback_query", None), None));
    };
    let question = reference(asked.chat.id.as_str(), &asked.message_id);
    if !asked.chat.is_private() {
        return Some((elsewhere("callback_query", &asked.chat, question), None));
    }
    let title = asked.title(&payload).filter(|title| !title.is_empty()).unwrap_or(&payload).to_owned();
    let what = What::Message {
        from: party(&asked.chat, query.from.as_ref()),
        reference: Some(format!("{TAP}{}", query.id.as_str())),
        content: Content::Tap { payload, title },
        about: Some(About::Message { reference: question }),
        referral: None,
    };
    Some((what, None))
}

fn reaction(value: &RawValue) -> Option<(What, Option<i64>)> {
    let changed: ReactionUpdated = read(value)?;
    let reference = reference(changed.chat.id.as_str(), &changed.message_id);
    let added = |sign: &&Sign| !changed.old_reaction.contains(sign);
    let newest = changed.new_reaction.iter().find(added).or(changed.new_reaction.first());
    let what = match newest {
        _ if !changed.chat.is_private() => elsewhere("message_reaction", &changed.chat, reference),
        // A picture of somebody's own is no sign that we could write down.
        Some(sign) if sign.emoji.is_none() => other("message_reaction", Some(reference)),
        _ => What::Reaction {
            from: party(&changed.chat, changed.user.as_ref()),
            reference,
            emoji: newest.and_then(|sign| sign.emoji.clone()),
        },
    };
    Some((what, changed.date))
}

/// Who blocks the bot wants nothing from it. Who lets it write again has not said that they want campaigns.
fn member(value: &RawValue) -> Option<(What, Option<i64>)> {
    let changed: MemberUpdated = read(value)?;
    let blocked = changed.chat.is_private() && changed.new_chat_member.status == "kicked";
    let what = match blocked {
        true => What::Preference {
            from: party(&changed.chat, changed.from.as_ref()),
            purpose: Purpose::Marketing,
            given: false,
        },
        false => other("my_chat_member", None),
    };
    Some((what, changed.date))
}

/// A kind that is not used and holds a message.
fn held(kind: &str, value: &RawValue) -> (What, Option<i64>) {
    let message: Option<Message> = read(value);
    let at = message.as_ref().and_then(|message| message.date);
    let id = message.map(|message| reference(message.chat.id.as_str(), &message.message_id));
    (other(kind, id), at)
}

/// Only a private chat is a conversation with a customer.
fn elsewhere(kind: &str, chat: &Chat, reference: String) -> What {
    other(&format!("{kind} in a {}", chat.kind), Some(reference))
}

fn other(kind: &str, reference: Option<String>) -> What {
    What::Other { kind: kind.chars().take(60).collect(), reference }
}

fn unreadable(reason: &str) -> What {
    What::Unreadable { reason: reason.to_owned() }
}

/// The customer of a private chat, which has the same id as they.
fn party(chat: &Chat, user: Option<&User>) -> Party {
    Party { name: user.and_then(User::name), ..Party::new(chat.id.as_str()) }
}
