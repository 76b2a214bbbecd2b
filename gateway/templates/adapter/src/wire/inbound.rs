//! What a webhook's body holds, in our words. Ids are opaque text; unknown fields are allowed everywhere.
// TODO: the provider's own shapes, and the page that documents them.

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use sha2::{Digest, Sha256};
use tradepost_domain::{Arrival, Content, Delivery, Party, Timestamp, What};
use tradepost_ports::Unreadable;

/// A body: any number of events, each read by itself, so that a bad one spoils no other.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

/// One event. What an event needs is asked for when its kind is known.
#[derive(Deserialize)]
struct Event {
    account: Option<String>,
    id: Option<String>,
    at: Option<i64>,
    kind: Option<String>,
    from: Option<Side>,
    message: Option<Message>,
    delivery: Option<String>,
}

#[derive(Deserialize)]
struct Side {
    id: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    text: Option<String>,
    /// The value of a button that was tapped.
    tapped: Option<String>,
}

/// Every event of a body.
pub(crate) fn arrivals(body: &[u8]) -> Result<Vec<Arrival>, Unreadable> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| Unreadable {
        reason: format!("line {} column {}: {:?}", error.line(), error.column(), error.classify()),
        // TODO: the status that stops the provider from sending it again.
        status: 200,
    })?;
    Ok(envelope.events.into_iter().map(arrival).collect())
}

fn arrival(raw: &RawValue) -> Arrival {
    let read = serde_json::from_str::<Event>(raw.get());
    let event = read.as_ref().ok();
    let account = event.and_then(|event| event.account.clone()).unwrap_or_default();
    Arrival {
        key: key(&account, event.and_then(|event| event.id.as_deref()), raw),
        account,
        at: event.and_then(|event| Timestamp::from_second(event.at?).ok()),
        raw: raw.get().to_owned(),
        what: match &read {
            Ok(event) => what(event),
            Err(_) => What::Unreadable { reason: "it is of another shape".into() },
        },
    }
}

/// The same for every delivery of an event and no other account's: the provider's id behind our account's, else the
/// event's own bytes. Short enough for an index.
fn key(account: &str, id: Option<&str>, raw: &RawValue) -> String {
    let short = |id: &&str| !id.is_empty() && account.len() + id.len() <= 200 && !account.contains(':');
    match id.filter(short) {
        Some(id) => format!("{account}:{id}"),
        None => format!("#{}", hex::encode(Sha256::digest(raw.get()))),
    }
}

fn what(event: &Event) -> What {
    match event.kind.as_deref() {
        Some("message") => message(event),
        Some("receipt") => receipt(event),
        Some(kind) => What::Other { kind: kind.chars().take(60).collect(), reference: None },
        None => What::Unreadable { reason: "it has no kind".into() },
    }
}

fn message(event: &Event) -> What {
    let (Some(from), Some(message)) = (&event.from, &event.message) else {
        return What::Unreadable { reason: "sender or message are missing".into() };
    };
    let text = message.text.clone().unwrap_or_default();
    let content = match &message.tapped {
        Some(payload) => Content::Tap { payload: payload.clone(), title: text },
        None if text.trim().is_empty() => Content::Unsupported { what: "empty".into() },
        None => Content::Text { text },
    };
    What::Message {
        from: Party { name: from.name.clone(), ..Party::new(from.id.clone()) },
        reference: Some(message.id.clone()),
        content,
        about: None,
        referral: None,
    }
}

fn receipt(event: &Event) -> What {
    let delivery = match event.delivery.as_deref() {
        Some("delivered") => Delivery::Delivered,
        Some("read") => Delivery::Read,
        Some("failed") => Delivery::Failed,
        _ => return What::Other { kind: "receipt".into(), reference: None },
    };
    let Some(message) = &event.message else {
        return What::Unreadable { reason: "the receipt names no message".into() };
    };
    What::Receipt {
        peer: event.from.as_ref().map(|side| side.id.clone()),
        reference: message.id.clone(),
        // TODO: the mark, if a field of a send comes back with its receipts (`Terms::marks`).
        line: None,
        delivery,
        earlier_too: false,
        reason: None,
    }
}

/// The body as a JSON schema that an OpenAPI 3.0 document can hold.
pub(crate) fn schema() -> Value {
    let text = || json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["events"],
        "properties": {"events": {"type": "array", "items": {
            "type": "object",
            "required": ["kind"],
            "properties": {
                "account": text(), "id": text(), "kind": text(), "delivery": text(),
                "at": {"type": "integer", "format": "int64", "description": "Seconds since 1970."},
                "from": {"type": "object", "required": ["id"], "properties": {"id": text(), "name": text()}},
                "message": {"type": "object", "required": ["id"], "properties": {
                    "id": text(), "text": text(), "tapped": text()
                }}
            }
        }}}
    })
}
