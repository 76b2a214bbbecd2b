//! An event of the inbox in our words.

use tradepost_domain::{
    Content, Delivery, Party, What,
    message::{About, Referral},
};
use tradepost_meta::{
    events::Reading,
    lenient::{Id, Words, short, text_of, words_of},
    mark,
};

use super::{
    attachment,
    inbound::{self, Edit, Item, Message, Pointer, Postback, Reaction, Side},
};

/// Why an event has no customer of ours.
enum Nobody {
    Other(&'static str),
    Spoilt(&'static str),
}

impl From<Nobody> for Reading {
    fn from(nobody: Nobody) -> Self {
        match nobody {
            Nobody::Other(kind) => Self::other(kind),
            Nobody::Spoilt(reason) => Self::spoilt(reason),
        }
    }
}

/// Reads one event; `kind` names one that we do not know.
pub(crate) fn read(item: &Item, account: &str, kind: impl FnOnce() -> String) -> Reading {
    if item.is_test(account) {
        return Reading::unmarked(What::Test);
    }
    if let Some(message) = &item.message
        && message.is_echo.0
    {
        return echo(item, account, message);
    }
    match item.customer(account) {
        Ok(from) => of_customer(item, from, kind),
        Err(nobody) => nobody.into(),
    }
}

fn of_customer(item: &Item, from: Party, kind: impl FnOnce() -> String) -> Reading {
    match item {
        Item { message: Some(body), .. } => message(from, body),
        Item { postback: Some(body), .. } => postback(item, from, body),
        Item { reaction: Some(body), .. } => reaction(item, from, body),
        Item { read: Some(body), .. } => seen(from, body),
        Item { message_edit: Some(body), .. } => edit(body),
        Item { referral: Some(body), .. } => {
            Reading::unmarked(What::Referred { from, referral: body.into() })
        }
        _ => Reading::other(&kind()),
    }
}

fn message(from: Party, message: &Message) -> Reading {
    if message.is_deleted.0 {
        return unsent(message);
    }
    let Some(content) = message.content() else { return Reading::other("empty_message") };
    let what = What::Message {
        from,
        reference: text_of(&message.mid),
        content,
        about: message.about(),
        referral: message.referral.as_ref().map(Referral::from),
    };
    Reading { what, mark: text_of(&message.mid) }
}

fn unsent(message: &Message) -> Reading {
    match text_of(&message.mid) {
        Some(mid) => Reading::new(What::Unsent { reference: mid.clone() }, mid),
        None => Reading::spoilt("a deleted message is not named"),
    }
}

/// Whatever our account wrote, through us or in the app. Told by its flag, never by who the sender is.
fn echo(item: &Item, account: &str, message: &Message) -> Reading {
    if message.is_deleted.0 {
        return unsent(message);
    }
    let Some(reference) = text_of(&message.mid) else { return Reading::other("echo") };
    let to = match item.other_side(account) {
        Ok(to) => to,
        Err(nobody) => return nobody.into(),
    };
    let content = message.content().unwrap_or_else(|| Content::Unsupported { what: "echo".into() });
    Reading::new(What::Echo { to, reference: reference.clone(), content }, reference)
}

fn postback(item: &Item, from: Party, postback: &Postback) -> Reading {
    let (payload, title) = (words_of(&postback.payload), words_of(&postback.title));
    let Some(either) = payload.or(title) else { return Reading::other("postback") };
    let mark = text_of(&postback.mid).unwrap_or_else(|| item.mark(&[&from.id, payload.unwrap_or_default()]));
    let what = What::Message {
        from,
        reference: text_of(&postback.mid),
        content: tap(payload.unwrap_or(either), title.unwrap_or(either)),
        about: None,
        referral: postback.referral.as_ref().map(Referral::from),
    };
    Reading::new(what, mark)
}

fn reaction(item: &Item, from: Party, reaction: &Reaction) -> Reading {
    let Some(reference) = text_of(&reaction.mid) else {
        return Reading::spoilt("a reaction names no message");
    };
    let emoji = reaction.sign();
    let mark = item.mark(&[&reference, &from.id, emoji.as_deref().unwrap_or_default()]);
    Reading::new(What::Reaction { from, reference, emoji }, mark)
}

fn seen(from: Party, read: &Pointer) -> Reading {
    let Some(reference) = text_of(&read.mid) else { return Reading::other("read") };
    let mark = reference.clone();
    let what = What::Receipt {
        peer: Some(from.id),
        reference,
        line: None,
        delivery: Delivery::Read,
        earlier_too: true,
        reason: None,
    };
    Reading::new(what, mark)
}

fn edit(edit: &Edit) -> Reading {
    match (text_of(&edit.mid), words_of(&edit.text)) {
        (Some(reference), Some(text)) => {
            let text = text.to_owned();
            let mark = mark::of_parts(&[&reference, &text]);
            Reading::new(What::Edited { reference, text }, mark)
        }
        _ => Reading::other("message_edit"),
    }
}

impl Item {
    /// The account's side where the entry does not name it.
    pub fn own_side(&self) -> Option<String> {
        let echo = self.message.as_ref().is_some_and(|message| message.is_echo.0);
        id_of(if echo { &self.sender } else { &self.recipient }).map(str::to_owned)
    }

    /// The dashboard's "Test" button sends these.
    fn is_test(&self, account: &str) -> bool {
        let mid = self.message.as_ref().and_then(|message| Id::of(&message.mid));
        let sides = (id_of(&self.sender), id_of(&self.recipient));
        account == "0" || mid == Some("random_mid") || sides == (Some("12334"), Some("23245"))
    }

    /// Who wrote to the account.
    fn customer(&self, account: &str) -> Result<Party, Nobody> {
        match (&self.sender, id_of(&self.recipient)) {
            (_, Some(recipient)) if recipient != account => Err(Nobody::Other("not_ours")),
            (Some(sender), _) => match party(sender) {
                Some(party) if party.id == account => Err(Nobody::Other("self")),
                Some(party) => Ok(party),
                None => Err(Nobody::Spoilt("the sender has no id")),
            },
            (None, _) => Err(Nobody::Spoilt("there is no sender")),
        }
    }

    /// The side that is not the account.
    fn other_side(&self, account: &str) -> Result<Party, Nobody> {
        let sides: Vec<Party> =
            [&self.recipient, &self.sender].into_iter().flatten().filter_map(party).collect();
        if sides.iter().all(|side| side.id != account) {
            return Err(Nobody::Other("not_ours"));
        }
        sides.into_iter().find(|side| side.id != account).ok_or(Nobody::Other("self"))
    }

    fn mark(&self, parts: &[&str]) -> String {
        let at = self.timestamp.0.map(|at| at.to_string()).unwrap_or_default();
        mark::of_parts(&[parts, &[&at]].concat())
    }
}

impl Message {
    fn content(&self) -> Option<Content> {
        let attachments = self.attachments.as_deref().unwrap_or_default();
        let text = words_of(&self.text);
        if self.is_unsupported.0 {
            let what = attachments.first().map_or("unsupported", |attachment| attachment.kind());
            return Some(Content::Unsupported { what: short(what) });
        }
        if let Some(payload) = self.quick_reply.as_ref().and_then(|reply| words_of(&reply.payload)) {
            return Some(tap(payload, text.unwrap_or(payload)));
        }
        attachment::content(text, attachments)
    }

    fn about(&self) -> Option<About> {
        if self.attachments.iter().flatten().any(|attachment| attachment.kind() == "story_mention") {
            return Some(About::Mention);
        }
        let reply = self.reply_to.as_ref()?;
        match (&reply.story, text_of(&reply.mid)) {
            (Some(story), _) => {
                Some(About::Story { id: text_of(&story.id), url: words_of(&story.url).map(str::to_owned) })
            }
            (None, Some(reference)) => Some(About::Message { reference }),
            (None, None) => None,
        }
    }
}

impl Reaction {
    /// The sign; `None` when it was taken back.
    fn sign(&self) -> Option<String> {
        if words_of(&self.action) == Some("unreact") {
            return None;
        }
        let named = words_of(&self.reaction).map(|name| match name {
            "love" => "❤",
            "like" => "👍",
            "laugh" | "haha" => "😆",
            "wow" => "😮",
            "sad" => "😢",
            "angry" => "😠",
            other => other,
        });
        Some(words_of(&self.emoji).or(named).unwrap_or("?").chars().take(60).collect())
    }
}

impl From<&inbound::Referral> for Referral {
    fn from(referral: &inbound::Referral) -> Self {
        let word = |words: &Option<Words>| words_of(words).map(str::to_owned);
        Self {
            mark: word(&referral.mark),
            source: word(&referral.source),
            ad: text_of(&referral.ad_id),
            product: referral.product.as_ref().and_then(|product| text_of(&product.id)),
        }
    }
}

fn tap(payload: &str, title: &str) -> Content {
    Content::Tap { payload: payload.into(), title: title.into() }
}

fn party(side: &Side) -> Option<Party> {
    let name = words_of(&side.username).map(str::to_owned);
    Some(Party { name, ..Party::new(text_of(&side.id)?) })
}

fn id_of(side: &Option<Side>) -> Option<&str> {
    Id::of(&side.as_ref()?.id)
}
