//! Every inbound kind: its shape, and Meta's signature over its bytes.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Delivery, Timestamps, WhatsappAction, WhatsappProfile};

use super::line::{Line, MARIA, NUMBER, item, text, value};

/// Does what the JSON says, as the control API would.
async fn does(line: &Line, event: Value) -> tradepost_sandbox::Delivered {
    let reply = line.0.control(hyper::Method::POST, &format!("/customer/{NUMBER}/{MARIA}"), event).await;
    assert_eq!(reply.status, 200, "{:?}", reply.raw);
    serde_json::from_slice(&reply.raw).unwrap()
}

/// Replaces what differs on each run by a word.
fn settled(value: &mut Value, base_url: &str) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| match (key.as_str(), &value) {
            ("sha256", Value::String(sha)) if sha.len() == 64 => *value = "SHA".into(),
            ("id", Value::String(id)) if id.len() == 14 => *value = "MEDIUM".into(),
            _ => settled(value, base_url),
        }),
        Value::Array(values) => values.iter_mut().for_each(|value| settled(value, base_url)),
        Value::String(text) if text.starts_with("wamid.HB") => *text = "WAMID".into(),
        Value::String(text) if text.starts_with(base_url) => *text = "OWN".into(),
        _ => {}
    }
}

fn error(code: i64) -> Value {
    json!({ "code": code })
}

/// proves: AD-04, CH-02
#[rstest]
#[case::text(json!({ "kind": "text", "text": "Hi" }), json!({ "type": "text", "text": { "body": "Hi" } }))]
#[case::quote(json!({ "kind": "text", "text": "Hi", "reply_to": "wamid.X" }),
    json!({ "type": "text", "text": { "body": "Hi" }, "context": { "from": "1555000111", "id": "wamid.X" } }))]
#[case::forwarded(json!({ "kind": "text", "text": "Hi", "forwarded": true }), json!({ "type": "text", "text": { "body": "Hi" }, "context": { "forwarded": true } }))]
#[case::often_forwarded(json!({ "kind": "text", "text": "Hi", "frequently_forwarded": true }),
    json!({ "type": "text", "text": { "body": "Hi" }, "context": { "frequently_forwarded": true } }))]
#[case::from_an_ad(json!({ "kind": "text", "text": "Hi", "referral": true }), json!({ "type": "text", "text": { "body": "Hi" }, "referral": {
    "source_url": "https://fb.me/sandbox", "source_id": "120200000000001", "source_type": "ad", "headline": "Mugs", "body": "Made by hand",
    "media_type": "image", "image_url": "OWN", "ctwa_clid": "clid-sandbox" } }))]
#[case::from_a_post(json!({ "kind": "text", "text": "Hi", "referral": { "source_type": "post" } }),
    json!({ "type": "text", "text": { "body": "Hi" }, "referral": { "source_type": "post" } }))]
#[case::in_a_group(json!({ "kind": "text", "text": "Hi", "group_id": "g1" }), json!({ "type": "text", "text": { "body": "Hi" }, "group_id": "g1" }))]
#[case::image(json!({ "kind": "media", "caption": "Look" }),
    json!({ "type": "image", "image": { "id": "MEDIUM", "mime_type": "image/png", "sha256": "SHA", "caption": "Look" } }))]
#[case::image_with_address(json!({ "kind": "media", "with_url": true }),
    json!({ "type": "image", "image": { "id": "MEDIUM", "mime_type": "image/png", "sha256": "SHA", "url": "OWN" } }))]
#[case::video(json!({ "kind": "media", "media": "video" }), json!({ "type": "video", "video": { "id": "MEDIUM", "mime_type": "video/mp4", "sha256": "SHA" } }))]
#[case::audio_file(json!({ "kind": "media", "media": "audio" }),
    json!({ "type": "audio", "audio": { "id": "MEDIUM", "mime_type": "audio/mp4", "sha256": "SHA", "voice": false } }))]
#[case::voice_note(json!({ "kind": "media", "media": "voice_note" }),
    json!({ "type": "audio", "audio": { "id": "MEDIUM", "mime_type": "audio/ogg; codecs=opus", "sha256": "SHA", "voice": true } }))]
#[case::voice_of_old(json!({ "kind": "media", "media": "voice" }),
    json!({ "type": "voice", "voice": { "id": "MEDIUM", "mime_type": "audio/ogg; codecs=opus", "sha256": "SHA" } }))]
#[case::document(json!({ "kind": "media", "media": "document", "filename": "m.pdf", "caption": "c" }),
    json!({ "type": "document", "document": { "id": "MEDIUM", "mime_type": "application/pdf", "sha256": "SHA", "caption": "c", "filename": "m.pdf" } }))]
#[case::sticker(json!({ "kind": "media", "media": "sticker", "animated": true }),
    json!({ "type": "sticker", "sticker": { "id": "MEDIUM", "mime_type": "image/webp", "sha256": "SHA", "animated": true } }))]
#[case::location(json!({ "kind": "location", "latitude": 1.5, "longitude": 2.5, "name": "Home" }),
    json!({ "type": "location", "location": { "latitude": 1.5, "longitude": 2.5, "name": "Home" } }))]
#[case::contacts(json!({ "kind": "contacts", "name": "A Friend", "phones": ["+49 151 1"] }), json!({ "type": "contacts", "contacts": [{
    "name": { "formatted_name": "A Friend", "first_name": "A", "last_name": "Friend" }, "phones": [{ "phone": "+49 151 1", "wa_id": "491511", "type": "CELL" }] }] }))]
#[case::button_reply(json!({ "kind": "button_reply", "id": "b1", "title": "Yes" }),
    json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": { "id": "b1", "title": "Yes" } } }))]
#[case::list_reply(json!({ "kind": "list_reply", "id": "r1", "title": "A", "description": "B" }),
    json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": { "id": "r1", "title": "A", "description": "B" } } }))]
#[case::flow_reply(json!({ "kind": "flow_reply", "response": { "day": 2 } }), json!({ "type": "interactive", "interactive": { "type": "nfm_reply",
    "nfm_reply": { "name": "flow", "body": "Sent", "response_json": "{\"day\":2}" } } }))]
#[case::flow_reply_that_is_no_json(json!({ "kind": "flow_reply", "response": "{" }), json!({ "type": "interactive", "interactive": { "type": "nfm_reply",
    "nfm_reply": { "name": "flow", "body": "Sent", "response_json": "{" } } }))]
#[case::template_button(json!({ "kind": "template_button", "text": "No", "payload": "NO_1" }), json!({ "type": "button", "button": { "text": "No", "payload": "NO_1" } }))]
#[case::order(json!({ "kind": "order", "catalog_id": "1", "items": [{ "product_retailer_id": "p", "quantity": 3, "item_price": 30.5, "currency": "EUR" }] }),
    json!({ "type": "order", "order": { "catalog_id": "1", "text": "", "product_items": [{ "product_retailer_id": "p", "quantity": 3, "item_price": 30.5, "currency": "EUR" }] } }))]
#[case::reaction(json!({ "kind": "reaction", "message_id": "wamid.X", "emoji": "😮" }), json!({ "type": "reaction", "reaction": { "message_id": "wamid.X", "emoji": "😮" } }))]
#[case::reaction_removed(json!({ "kind": "reaction", "message_id": "wamid.X", "removed": true }), json!({ "type": "reaction", "reaction": { "message_id": "wamid.X", "emoji": "" } }))]
#[case::reaction_removed_without_a_word(json!({ "kind": "reaction", "message_id": "wamid.X", "absent": true }), json!({ "type": "reaction", "reaction": { "message_id": "wamid.X" } }))]
#[case::unsupported(json!({ "kind": "unsupported", "what": "poll" }), json!({ "type": "unsupported", "errors": [error(131_051)], "unsupported": { "type": "poll" } }))]
#[case::revoke(json!({ "kind": "revoke", "message_id": "wamid.X" }), json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.X" } }))]
#[case::edit(json!({ "kind": "edit", "message_id": "wamid.X", "text": "No" }),
    json!({ "type": "edit", "edit": { "original_message_id": "wamid.X", "message": { "type": "text", "text": { "body": "No" } } } }))]
#[case::identity(json!({ "kind": "identity_changed" }), json!({ "type": "system", "system": { "body": "The identity has changed", "type": "customer_identity_changed",
    "identity": { "acknowledged": false, "created_timestamp": "1767225600", "hash": "c0ffee" } } }))]
#[case::number(json!({ "kind": "number_changed", "wa_id": "4915100000000" }),
    json!({ "type": "system", "system": { "body": "The number has changed", "type": "user_changed_number", "wa_id": "4915100000000" } }))]
#[case::number_and_user_id(json!({ "kind": "number_changed", "wa_id": "4915100000000", "user_id": "DE.2" }),
    json!({ "type": "system", "system": { "body": "The number has changed", "type": "user_changed_number", "wa_id": "4915100000000", "user_id": "DE.2" } }))]
#[case::user_id(json!({ "kind": "user_id_changed", "user_id": "DE.2" }),
    json!({ "type": "system", "system": { "body": "The user id has changed", "type": "user_changed_user_id", "user_id": "DE.2" } }))]
#[case::interactive_without_object(json!({ "kind": "interactive_empty" }), json!({ "type": "interactive" }))]
#[case::unknown_kind(json!({ "kind": "unknown", "type": "hologram", "body": { "depth": 3 } }), json!({ "type": "hologram", "hologram": { "depth": 3 } }))]
#[case::media_with_an_error(json!({ "kind": "media", "gone": true, "error": 131_052 }),
    json!({ "type": "image", "image": { "id": "MEDIUM", "mime_type": "image/png", "sha256": "SHA" }, "errors": [error(131_052)] }))]
#[case::further_fields(json!({ "kind": "text", "text": "Hi", "extra": { "mood": "good" } }), json!({ "type": "text", "text": { "body": "Hi" }, "mood": "good" }))]
#[case::raw(json!({ "kind": "raw", "item": { "type": "text", "text": { "body": 7 } } }), json!({ "type": "text", "text": { "body": 7 } }))]
#[tokio::test]
async fn an_item(#[case] event: Value, #[case] expected: Value) {
    let line = Line::new().await;
    assert!(does(&line, event).await.accepted());
    let post = line.0.gateway.only();
    assert!(post.is_signed_by(NUMBER), "{:?}", post.signature());
    assert_eq!(
        (&post.json()["object"], &post.json()["entry"][0]["id"]),
        (&json!("whatsapp_business_account"), &json!("8555000111"))
    );
    assert_eq!(post.json()["entry"][0]["changes"][0]["field"], "messages");
    assert_eq!(value(&post)["metadata"]["phone_number_id"], NUMBER);
    let mut whole = json!({ "from": MARIA, "id": "WAMID", "timestamp": "1767225600" });
    whole.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
    let mut item = item(&post);
    settled(&mut item, line.0.sandbox.base_url());
    if let Some(errors) = item.get_mut("errors") {
        *errors = json!([error(errors[0]["code"].as_i64().unwrap())]);
    }
    assert_eq!(item, whole);
    let is_system = item["type"] == "system";
    assert_eq!(value(&post).get("contacts").is_none(), is_system, "system messages come without contacts");
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn preferences_echoes_and_errors_have_lists_of_their_own() {
    let line = Line::new().await;
    does(&line, json!({ "kind": "preference", "value": "stop" })).await;
    does(&line, json!({ "kind": "value_errors", "code": 130_429, "details": "Slow down" })).await;
    does(&line, json!({ "kind": "echo", "text": "I'll look" })).await;
    does(&line, json!({ "kind": "raw_change", "field": "account_update", "value": { "event": "VERIFIED" } }))
        .await;
    does(&line, json!({ "kind": "interactive_empty" })).await;
    let changes: Vec<Value> =
        line.0.gateway.all().iter().map(|post| post.json()["entry"][0]["changes"][0].clone()).collect();
    let fields: Vec<&str> = changes.iter().map(|change| change["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["user_preferences", "messages", "smb_message_echoes", "account_update", "messages"]);
    let preference = &changes[0]["value"]["user_preferences"][0];
    assert_eq!((&preference["wa_id"], &preference["value"]), (&json!(MARIA), &json!("stop")));
    assert_eq!(
        (&preference["category"], &preference["timestamp"]),
        (&json!("marketing_messages"), &json!(1_767_225_600))
    );
    assert_eq!(changes[1]["value"]["errors"][0]["code"], 130_429);
    assert!(changes[1]["value"].get("messages").is_none());
    let echo = &changes[2]["value"]["message_echoes"][0];
    assert_eq!((&echo["from"], &echo["to"]), (&json!("1555000111"), &json!(MARIA)));
    assert_eq!((&echo["text"]["body"], changes[2]["value"].get("messages")), (&json!("I'll look"), None));
    assert_eq!(changes[3]["value"], json!({ "event": "VERIFIED" }));
    assert_eq!(changes[4]["value"]["errors"][0]["code"], 131_000, "beside the message without its object");
}

/// proves: AD-04
#[tokio::test]
async fn beyond_ascii_travels_escaped_with_slashes_and_signed_as_sent() {
    let line = Line::new().await;
    line.maria().says("¿Ñandú? 🦤 a/b").await.unwrap();
    let post = line.0.gateway.only();
    assert!(post.is_signed_by(NUMBER) && post.raw.is_ascii());
    assert!(String::from_utf8_lossy(&post.raw).contains(r"\u00bf\u00d1and\u00fa? \ud83e\udda4 a\/b"));
    assert_eq!(item(&post)["text"]["body"], "¿Ñandú? 🦤 a/b");
}

/// proves: AD-04
#[tokio::test]
async fn or_as_it_is() {
    let line = Line::new().await;
    let delivery = Delivery { utf8: true, ..Delivery::default() };
    line.maria().does_all(vec![WhatsappAction::text("Ñandú 🦤 a/b").into()], &delivery).await.unwrap();
    let post = line.0.gateway.only();
    assert!(post.is_signed_by(NUMBER));
    assert!(String::from_utf8_lossy(&post.raw).contains("Ñandú 🦤 a/b"));
}

/// proves: AD-04
#[tokio::test]
async fn reactions_edits_and_revocations_find_their_message() {
    let line = Line::new().await;
    let heard = line.maria().says("Hi").await.unwrap().mid().to_owned();
    let sent = line.sent(&text("Yes")).await;
    line.0.gateway.received.lock().clear();
    for event in [
        json!({ "kind": "reaction" }),
        json!({ "kind": "edit", "text": "Ho", "with_id": "wamid.E" }),
        json!({ "kind": "text", "text": "Thanks", "reply_to": "last" }),
    ] {
        does(&line, event).await;
    }
    let items: Vec<Value> = line.0.gateway.all().iter().map(item).collect();
    assert_eq!(items[0]["reaction"]["message_id"], sent);
    assert_ne!(items[1]["edit"]["original_message_id"], "wamid.E");
    assert_eq!(
        (&items[1]["edit"]["original_message_id"], &items[1]["id"]),
        (&json!(heard), &json!("wamid.E"))
    );
    assert_eq!(items[2]["context"]["id"], sent);
}

/// proves: AD-04
#[tokio::test]
async fn who_writes_has_a_name() {
    let line = Line::new().await;
    let profile = WhatsappProfile { username: Some("maria.s".into()), ..WhatsappProfile::default() };
    line.maria().has_profile(profile.named("Maria"));
    line.maria().says("Hi").await.unwrap();
    let contact = value(&line.0.gateway.only())["contacts"][0].clone();
    assert_eq!(contact, json!({ "profile": { "name": "Maria", "username": "maria.s" }, "wa_id": MARIA }));
}

/// proves: AD-04
#[rstest]
#[case::own(Timestamps::Own, json!("1767225600"))]
#[case::ms(Timestamps::Ms, json!(1_767_225_600_500i64))]
#[case::seconds(Timestamps::Seconds, json!(1_767_225_600i64))]
#[case::ms_as_a_string(Timestamps::String, json!("1767225600500"))]
#[tokio::test]
async fn times_are_written_in_several_ways(#[case] timestamps: Timestamps, #[case] time: Value) {
    let line = Line::new().await;
    let delivery = Delivery { timestamps, ..Delivery::default() };
    line.maria().does_all(vec![WhatsappAction::text("Hi").into()], &delivery).await.unwrap();
    assert_eq!(item(&line.0.gateway.only())["timestamp"], time);
}
