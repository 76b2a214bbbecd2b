//! What the reseller posts: its own envelope around Meta's body.
//!
//! Meta's body says what happened; the envelope adds an address of the medium that needs no token. Where Meta's body is not
//! there, the envelope alone is read: number, words, medium.

use serde::Deserialize;
use serde_json::value::RawValue;
use tradepost_domain::{Arrival, Content, Media, MediaKind, Party, Phone, Source, What};
use tradepost_meta::{
    events::{Reading, fault, unreadable},
    lenient::{Flag, Id, Moment, Words, perhaps, text_of, words_of},
    mark,
};
use tradepost_ports::Unreadable;

use super::batch;

/// The account of an event that names none, unless the endpoint's settings say another.
pub(crate) const NOBODYS: &str = "wapi";

/// What the reseller posts of a message again, or of one of ours.
const NOT_NEW: &str = "not_new";

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default, deserialize_with = "perhaps")]
    contact: Option<Contact>,
    #[serde(default, deserialize_with = "perhaps")]
    message: Option<Message>,
    #[serde(default, deserialize_with = "perhaps")]
    phone_number_id: Option<Id>,
    #[serde(default, deserialize_with = "perhaps")]
    from_phone_number_id: Option<Id>,
    #[serde(borrow)]
    whatsapp_webhook_payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Contact {
    phone_number: Option<Id>,
    first_name: Option<Words>,
    last_name: Option<Words>,
}

#[derive(Deserialize)]
struct Message {
    is_new_message: Option<Flag>,
    body: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    media: Option<Medium>,
    wamid: Option<Id>,
    whatsapp_message_id: Option<Id>,
    #[serde(default)]
    timestamp: Moment,
}

#[derive(Deserialize)]
struct Medium {
    link: Option<Words>,
    #[serde(rename = "type")]
    kind: Option<Words>,
}

/// Every event of a body of the reseller's; of a body that is Meta's own, too.
pub(crate) fn arrivals(body: &str, account: Option<&str>) -> Result<Vec<Arrival>, Unreadable> {
    let whole: &RawValue =
        serde_json::from_str(body).map_err(|error| unreadable(200, format!("it is {}", fault(&error))))?;
    if is_metas(body) {
        return batch::arrivals(body, account);
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(body).map_err(|error| unreadable(200, format!("it is {}", fault(&error))))?;
    if envelope.contact.is_none() && envelope.message.is_none() && envelope.whatsapp_webhook_payload.is_none()
    {
        return Err(unreadable(200, "it has neither contact nor message nor payload"));
    }
    let account = envelope.account(account.unwrap_or(NOBODYS));
    let inner = envelope.whatsapp_webhook_payload.map(text_within);
    let inner = inner.and_then(|inner| batch::arrivals(&inner, Some(&account)).ok());
    let inner = inner.filter(|inner| !inner.is_empty());
    Ok(match inner {
        Some(inner) => envelope.with(inner, whole),
        None => vec![envelope.alone().arrival(account, whole, envelope.at())],
    })
}

/// Is a body Meta's own, and not the reseller's? Told by its `object`.
pub(crate) fn is_metas(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Shape<'a> {
        #[serde(borrow)]
        object: Option<&'a RawValue>,
    }
    serde_json::from_str::<Shape<'_>>(body).is_ok_and(|shape| shape.object.is_some())
}

/// Meta's body as JSON, or as a text that holds JSON.
fn text_within(raw: &RawValue) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

impl Envelope<'_> {
    /// Meta's events with what the envelope adds. One that stands alone is kept with its envelope.
    fn with(&self, inner: Vec<Arrival>, whole: &RawValue) -> Vec<Arrival> {
        let alone = inner.len() == 1;
        let link = self.medium().and_then(|medium| words_of(&medium.link)).filter(|_| alone);
        let arrival = |mut arrival: Arrival| {
            let asked = is_interactive(&arrival.raw);
            if alone {
                arrival.raw = whole.get().to_owned();
            }
            self.added(arrival, link, asked)
        };
        inner.into_iter().map(arrival).collect()
    }

    fn added(&self, arrival: Arrival, link: Option<&str>, asked: bool) -> Arrival {
        match arrival.what {
            What::Message { reference, .. } if self.is_new() == Some(false) => {
                // A key of its own: the message itself may still be on its way.
                let mark = reference.as_deref().unwrap_or(&arrival.key);
                let key = mark::key(&arrival.account, NOT_NEW, mark);
                Arrival { key, what: What::Other { kind: NOT_NEW.into(), reference }, ..arrival }
            }
            What::Message { from, reference, content, about, referral } => {
                let content = resold(content, link, asked);
                let what = What::Message { from, reference, content, about, referral };
                Arrival { what, ..arrival }
            }
            _ => arrival,
        }
    }

    /// Without Meta's body, all that is known.
    fn alone(&self) -> Reading {
        let from = self.contact.as_ref().and_then(Contact::party);
        let (Some(from), Some(message), Some(true)) = (from, &self.message, self.is_new()) else {
            return Reading::other("wapi");
        };
        let Some(content) = message.content() else { return Reading::other("empty_message") };
        let reference = message.reference();
        let mark = reference.clone();
        Reading { what: What::Message { from, reference, content, about: None, referral: None }, mark }
    }

    fn account(&self, usual: &str) -> String {
        let named = Id::of(&self.phone_number_id).or(Id::of(&self.from_phone_number_id));
        named.unwrap_or(usual).to_owned()
    }

    fn at(&self) -> Option<jiff::Timestamp> {
        self.message.as_ref().and_then(|message| message.timestamp.0)
    }

    fn is_new(&self) -> Option<bool> {
        Some(self.message.as_ref()?.is_new_message?.0)
    }

    fn medium(&self) -> Option<&Medium> {
        self.message.as_ref()?.media.as_ref()
    }
}

/// Is it the answer to buttons or rows, and not a tap on a template's?
fn is_interactive(raw: &str) -> bool {
    #[derive(Deserialize)]
    struct Item {
        #[serde(rename = "type")]
        kind: Option<Words>,
    }
    serde_json::from_str::<Item>(raw).is_ok_and(|item| words_of(&item.kind) == Some("interactive"))
}

/// A medium by its address instead of Meta's id. An answer to buttons by its title: the reseller makes their ids itself, so
/// the title is what tells which choice was meant, and the engine finds it as if it had been typed. Payloads of templates
/// are ours.
fn resold(content: Content, link: Option<&str>, asked: bool) -> Content {
    match (content, link) {
        (Content::Media { mut media, text }, Some(link)) => {
            let source = || Source::Remote { url: link.to_owned() };
            media.iter_mut().for_each(|medium| medium.source = source());
            Content::Media { media, text }
        }
        (Content::Tap { title, .. }, _) if asked => Content::Text { text: title },
        (other, _) => other,
    }
}

impl Contact {
    fn party(&self) -> Option<Party> {
        let number = number(Id::of(&self.phone_number)?);
        let names: Vec<&str> =
            [words_of(&self.first_name), words_of(&self.last_name)].into_iter().flatten().collect();
        let name = (!names.is_empty()).then(|| names.join(" "));
        let phone = Phone::of_digits(&number).ok();
        Some(Party { name, phone, ..Party::new(number) }).filter(|party| !party.id.is_empty())
    }
}

/// A number as Meta writes it: its digits. What is no number is left as it is.
fn number(written: &str) -> String {
    match written.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-().".contains(c)) {
        true => written.chars().filter(char::is_ascii_digit).collect(),
        false => written.to_owned(),
    }
}

impl Message {
    fn reference(&self) -> Option<String> {
        text_of(&self.wamid).or_else(|| text_of(&self.whatsapp_message_id))
    }

    fn content(&self) -> Option<Content> {
        let text = words_of(&self.body).map(str::to_owned);
        match self.media.as_ref().and_then(Medium::media) {
            Some(medium) => Some(Content::Media { media: vec![medium], text }),
            None => text.map(Content::text),
        }
    }
}

impl Medium {
    fn media(&self) -> Option<Media> {
        let kind = match words_of(&self.kind) {
            Some("image" | "sticker") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            Some("audio" | "voice") => MediaKind::Audio,
            _ => MediaKind::File,
        };
        Some(Media::remote(kind, words_of(&self.link)?))
    }
}
