//! What is taken, and how it is told.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Answer, Outcome};

use super::line::{Line, MARIA, NUMBER, button, buttons, interactive, list, row, text, to_maria, with};
use crate::stage::{call, until};

fn link() -> Value {
    json!({ "link": "https://a.example/m" })
}

fn captioned() -> Value {
    json!({ "link": "https://a.example/m", "caption": "c".repeat(1024) })
}

/// proves: AD-04, CH-02
#[rstest]
#[case::text("text", text("Yes, 3 left."))]
#[case::text_of_4096("text", to_maria("text", json!({ "body": "é".repeat(4096), "preview_url": true })))]
#[case::text_without_type("text", json!({ "messaging_product": "whatsapp", "to": MARIA, "text": { "body": "Hi" } }))]
#[case::image("image", to_maria("image", captioned()))]
#[case::image_on_this_machine("image", to_maria("image", json!({ "link": "http://127.0.0.1:9/m.jpg" })))]
#[case::video("video", to_maria("video", captioned()))]
#[case::audio("audio", to_maria("audio", link()))]
#[case::sticker("sticker", to_maria("sticker", link()))]
#[case::document("document", to_maria("document", json!({ "link": "https://a.example/m", "caption": "c", "filename": "m.pdf" })))]
#[case::location("location", to_maria("location", json!({ "latitude": 52.5, "longitude": "-13.4", "name": "Shop", "address": "Street 1" })))]
#[case::contacts("contacts", to_maria("contacts", json!([{ "name": { "formatted_name": "A shop", "first_name": "A" }, "phones": [{ "phone": "+1" }] }])))]
#[case::three_buttons("button", with(with(buttons(vec![button(&"i".repeat(256), &"t".repeat(20)), button("b", "B"), button("c", "C")]),
    "header", json!({ "type": "text", "text": "h".repeat(60) })), "footer", json!({ "text": "f".repeat(60) })))]
#[case::buttons_under_a_picture("button", with(buttons(vec![button("a", "A")]), "header", json!({ "type": "image", "image": { "link": "https://a.example/m" } })))]
#[case::ten_rows("list", list(json!((0..10).map(|n| json!({ "title": format!("{n}{}", "s".repeat(23)), "rows": [
    { "id": format!("{n}{}", "i".repeat(199)), "title": "t".repeat(24), "description": "d".repeat(72) }] })).collect::<Vec<_>>())))]
#[case::one_section_without_title("list", with(list(json!([{ "rows": [row("r", "R")] }])), "body", json!({ "text": "b".repeat(1024) })))]
#[case::link_button("cta_url", interactive("cta_url", json!({ "name": "cta_url", "parameters": { "display_text": "Open", "url": "https://a.example" } })))]
#[case::ask_for_a_place("location_request_message", interactive("location_request_message", json!({ "name": "send_location" })))]
#[case::flow("flow", interactive("flow", json!({ "name": "flow", "parameters": { "flow_message_version": "3", "flow_id": "1", "flow_cta": "c".repeat(30),
    "flow_action": "navigate", "flow_action_payload": { "screen": "A" }, "flow_token": "t" } })))]
#[case::product("product", interactive("product", json!({ "catalog_id": "1", "product_retailer_id": "2" })))]
#[case::products("product_list", interactive("product_list", json!({ "catalog_id": "1", "sections": [{ "title": "A", "product_items": [{ "product_retailer_id": "2" }] }] })))]
#[tokio::test]
async fn messages_are_taken(#[case] kind: &str, #[case] body: Value) {
    let line = Line::with_maria().await;
    let reply = line.send(&body).await;
    let told = reply.json();
    let id = told["messages"][0]["id"].as_str().unwrap_or_default().to_owned();
    assert!(id.starts_with("wamid."), "{told}");
    let expected = json!({ "messaging_product": "whatsapp", "contacts": [{ "input": MARIA, "wa_id": MARIA }], "messages": [{ "id": id }] });
    assert_eq!((reply.status, told), (200, expected));
    let log = line.0.sandbox.log();
    let entries = log.received(NUMBER, MARIA);
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((entry.provider.as_str(), entry.kind.as_str()), ("whatsapp", kind));
    assert_eq!((entry.message_id.as_deref(), &entry.body), (Some(id.as_str()), &body));
    until("answer given", || log.entries()[0].answer == Answer::Given).await;
}

/// proves: AD-04
#[rstest]
#[case::with_a_version(format!("/v25.0/{NUMBER}/messages"))]
#[case::without(format!("/{NUMBER}/messages"))]
#[case::an_older_one(format!("/v19.0/{NUMBER}/messages"))]
#[tokio::test]
async fn the_version_is_optional(#[case] path: String) {
    let line = Line::with_maria().await;
    assert_eq!(line.post(&path, text("Hi").to_string()).await.unwrap().status, 200);
}

/// proves: AD-04
#[rstest]
#[case::plus("+49 151 1234-5678")]
#[case::brackets("(49) 151.12345678")]
#[tokio::test]
async fn numbers_are_taken_in_any_spelling(#[case] to: &str) {
    let line = Line::with_maria().await;
    let mut body = text("Hi");
    body["to"] = to.into();
    assert_eq!(line.send(&body).await.json()["contacts"][0], json!({ "input": to, "wa_id": MARIA }));
    assert_eq!(line.0.sandbox.log().texts(NUMBER, MARIA), ["Hi"]);
}

/// proves: AD-04, CH-02
#[rstest]
#[case::read(json!({}), "read")]
#[case::typing(json!({ "typing_indicator": { "type": "text" } }), "typing")]
#[tokio::test]
async fn marks_as_read_and_typing(#[case] more: Value, #[case] kind: &str) {
    let line = Line::new().await;
    let mid = line.maria().says("Hi").await.unwrap().mid().to_owned();
    let mut body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": mid });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = line.send(&body).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "success": true })));
    let entry = line.0.sandbox.log().entries().remove(0);
    assert_eq!((entry.kind.as_str(), entry.customer.as_deref()), (kind, Some(MARIA)));
    assert!(line.0.sandbox.log().received(NUMBER, MARIA).is_empty(), "an action is no message");
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn quotes_and_reactions_are_about_messages_of_the_conversation() {
    let line = Line::new().await;
    let mid = line.maria().says("Hi").await.unwrap().mid().to_owned();
    let mut quote = text("Yes");
    quote["context"] = json!({ "message_id": mid });
    line.sent(&quote).await;
    line.sent(&to_maria("reaction", json!({ "message_id": mid, "emoji": "👍" }))).await;
    line.sent(&to_maria("reaction", json!({ "message_id": mid, "emoji": "" }))).await;
    let kinds: Vec<String> = line.0.sandbox.log().entries().into_iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, ["text", "reaction", "reaction"]);
    assert_eq!(line.0.sandbox.log().received(NUMBER, MARIA).len(), 1, "a reaction is no message");
    assert!(line.0.sandbox.log().doubles().is_empty());
}

/// proves: AD-04
#[tokio::test]
async fn equal_messages_are_told_as_doubles() {
    let line = Line::with_maria().await;
    for _ in 0..2 {
        line.sent(&text("Hi")).await;
    }
    let doubles = line.0.sandbox.log().doubles();
    assert_eq!((doubles.len(), doubles[0].seqs.as_slice()), (1, [1, 2].as_slice()));
}

/// proves: AD-04
#[tokio::test]
async fn the_number_tells_about_itself() {
    let line = Line::new().await;
    let told = line.call(Method::GET, &format!("/v25.0/{NUMBER}"), String::new()).await.unwrap();
    assert_eq!((told.status, &told.json()["display_phone_number"]), (200, &json!("1555000111")));
    let subscribe = format!("/v25.0/8{NUMBER}/subscribed_apps");
    assert_eq!(line.post(&subscribe, String::new()).await.unwrap().json(), json!({ "success": true }));
}

/// proves: AD-04
#[tokio::test]
async fn a_caller_that_hangs_up_does_not_undo_the_send() {
    let line = Line::with_maria().await;
    line.0.sandbox.faults().push(NUMBER, tradepost_sandbox::Fault::delay(200));
    let hasty = tokio::time::timeout(std::time::Duration::from_millis(50), line.try_send(&text("Hi"))).await;
    assert!(hasty.is_err());
    until("answer dropped", || {
        line.0.sandbox.log().entries().first().is_some_and(|entry| entry.answer == Answer::Dropped)
    })
    .await;
    assert_eq!(line.0.sandbox.log().entries()[0].outcome, Outcome::Accepted);
}

/// Instagram's Page route lives on the same host.
///
/// proves: AD-04
#[tokio::test]
async fn instagram_on_the_same_host_is_not_disturbed() {
    let line = Line::with_maria().await;
    let shop = crate::stage::SHOP;
    line.0.sandbox.add_instagram(tradepost_sandbox::InstagramAccount::new(shop)).unwrap();
    line.0.sandbox.customer(shop, "77").unwrap().wrote_ms_ago(0);
    let url = format!("{}/v25.0/me/messages?access_token=token-{shop}", line.0.sandbox.base_url());
    let body = json!({ "recipient": { "id": "77" }, "message": { "text": "Hi" } }).to_string();
    assert_eq!(call(Method::POST, &url, &[], body).await.unwrap().status, 200);
    assert_eq!(line.send(&text("Hi")).await.status, 200);
    let providers: Vec<String> = line.0.sandbox.log().entries().into_iter().map(|e| e.provider).collect();
    assert_eq!(providers, ["instagram", "whatsapp"]);
    let taken = tradepost_sandbox::InstagramAccount::new(NUMBER);
    assert!(line.0.sandbox.add_instagram(taken).is_err(), "ids are told apart across channels");
}
