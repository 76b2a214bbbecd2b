//! Bodies of Meta's, signed, and of the reseller's, behind a token.

use serde_json::{Value, json};
use tradepost_ports::Webhook;
use tradepost_testkit::webhook::{Double, Event, Fixtures, Handshake, Kind, Signed, fixtures_in};
use tradepost_whatsapp::WhatsAppWebhook;

use crate::{CUSTOMER, cloud as cloud_endpoint, wapi as wapi_endpoint};

struct Meta;

struct Reseller;

fn signed(by: &WhatsAppWebhook, body: &[u8]) -> Signed {
    let signature = by.sign(body);
    Signed { headers: signature.headers, query: signature.query }
}

/// Meta's body with these events; of an unknown kind are those of a field that it has not yet.
fn payload(events: &[Event]) -> Value {
    let changes: Vec<Value> = events
        .chunk_by(|a, b| a.account == b.account && !is_unknown(a) && !is_unknown(b))
        .map(change)
        .collect();
    json!({"object": "whatsapp_business_account", "entry": [{"id": "100200300", "changes": changes}]})
}

fn is_unknown(event: &Event) -> bool {
    event.kind == Kind::Unknown
}

fn change(events: &[Event]) -> Value {
    let account = format!("55500011{}", events.first().map_or(0, |event| event.account));
    let metadata = json!({"display_phone_number": "15550001111", "phone_number_id": account});
    if events.iter().any(is_unknown) {
        return json!({"field": "telepathy", "value": {"metadata": metadata, "thought": wamid(&events[0])}});
    }
    let messages: Vec<Value> = events.iter().map(message).collect();
    json!({"field": "messages", "value": {"metadata": metadata, "messages": messages}})
}

fn message(event: &Event) -> Value {
    let words = match &event.kind {
        Kind::Text(words) => words,
        _ => "Hi",
    };
    let text = json!({"body": words});
    let mut message = json!({"id": wamid(event), "timestamp": "1767225600", "type": "text", "text": text});
    if event.kind != Kind::Bad {
        message["from"] = json!(CUSTOMER);
    }
    message
}

fn wamid(event: &Event) -> String {
    format!("wamid.HBgNNTUxMTk4NzY1NDMyMRUCABIYFjNFQjBE{:0>12}", event.number)
}

impl Double for Meta {
    fn webhook(&self) -> Box<dyn Webhook> {
        Box::new(cloud_endpoint())
    }

    fn sign(&self, body: &[u8]) -> Signed {
        signed(&cloud_endpoint(), body)
    }

    fn body(&self, events: &[Event]) -> Option<Vec<u8>> {
        Some(payload(events).to_string().into())
    }

    fn fixtures(&self) -> Fixtures {
        fixtures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cloud"))
    }

    fn handshake(&self) -> Option<Handshake> {
        let token = ("hub.verify_token", "greeting-0001");
        Some(Handshake::new(&[("hub.mode", "subscribe"), token, ("hub.challenge", "4711")], "4711"))
    }
}

impl Double for Reseller {
    fn webhook(&self) -> Box<dyn Webhook> {
        Box::new(wapi_endpoint())
    }

    fn sign(&self, body: &[u8]) -> Signed {
        signed(&wapi_endpoint(), body)
    }

    fn body(&self, events: &[Event]) -> Option<Vec<u8>> {
        let contact = json!({"phone_number": CUSTOMER});
        let whole = json!({"contact": contact, "message": {"is_new_message": true}, "whatsapp_webhook_payload": payload(events)});
        Some(whole.to_string().into())
    }

    fn fixtures(&self) -> Fixtures {
        fixtures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/wapi"))
    }

    fn signs_body(&self) -> bool {
        false
    }
}

mod cloud {
    fn meta() -> super::Meta {
        super::Meta
    }

    tradepost_testkit::webhook_suite!(meta);
}

mod wapi {
    fn reseller() -> super::Reseller {
        super::Reseller
    }

    tradepost_testkit::webhook_suite!(reseller);
}
