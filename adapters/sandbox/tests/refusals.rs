//! What the reference says is refused.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::Outcome;

use crate::stage::{ANNA, SHOP, Stage, call, message, text};

fn quick(count: usize, title: &str, payload: &str) -> Value {
    let reply = json!({ "content_type": "text", "title": title, "payload": payload });
    message(json!({ "text": "Colour?", "quick_replies": vec![reply; count] }))
}

fn cards(count: usize, element: Value) -> Value {
    template(json!({ "template_type": "generic", "elements": vec![element; count] }))
}

fn template(payload: Value) -> Value {
    message(json!({ "attachment": { "type": "template", "payload": payload } }))
}

fn card(button: Value, count: usize) -> Value {
    cards(1, json!({ "title": "Mug", "buttons": vec![button; count] }))
}

fn media(kind: &str, url: &str) -> Value {
    message(json!({ "attachment": { "type": kind, "payload": { "url": url } } }))
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

fn mug() -> Value {
    json!({ "title": "Mug", "subtitle": "$9" })
}

fn buy() -> Value {
    json!({ "type": "postback", "title": "Buy", "payload": "BUY:1" })
}

/// proves: AD-04
#[rstest]
#[case::unknown_recipient(json!({ "recipient": { "id": "404" }, "message": { "text": "Hi" } }), 100, Some(2018001))]
#[case::no_recipient(json!({ "message": { "text": "Hi" } }), 100, None)]
#[case::recipient_as_a_number(json!({ "recipient": { "id": 9900112233u64 }, "message": { "text": "Hi" } }), 100, None)]
#[case::no_message(json!({ "recipient": { "id": ANNA } }), 100, None)]
#[case::empty_message(message(json!({})), 100, None)]
#[case::empty_text(text(""), 100, None)]
#[case::text_of_1001_bytes(text(&"a".repeat(1001)), 100, None)]
#[case::text_of_501_two_byte_characters(text(&"é".repeat(501)), 100, None)]
#[case::text_and_attachment(message(json!({ "text": "Hi", "attachment": { "type": "like_heart" } })), 100, None)]
#[case::fourteen_quick_replies(quick(14, "Red", "RED"), 100, None)]
#[case::no_quick_replies(quick(0, "Red", "RED"), 100, None)]
#[case::quick_reply_payload_of_1001(quick(1, "Red", &"p".repeat(1001)), 100, None)]
#[case::quick_reply_without_title(quick(1, "", "RED"), 100, None)]
#[case::quick_reply_of_unknown_kind(message(json!({ "text": "?", "quick_replies": [{ "content_type": "location" }] })), 100, None)]
#[case::quick_replies_with_media(message(json!({ "attachment": { "type": "like_heart" }, "quick_replies": [] })), 100, None)]
#[case::eleven_elements(cards(11, mug()), 100, None)]
#[case::no_elements(cards(0, mug()), 100, None)]
#[case::element_with_a_title_only(cards(1, json!({ "title": "Mug" })), 100, None)]
#[case::element_without_title(cards(1, json!({ "subtitle": "$9" })), 100, None)]
#[case::element_title_of_81(cards(1, json!({ "title": "t".repeat(81), "subtitle": "$9" })), 100, None)]
#[case::subtitle_of_81(cards(1, json!({ "title": "Mug", "subtitle": "s".repeat(81) })), 100, None)]
#[case::image_of_a_card_by_ftp(cards(1, json!({ "title": "Mug", "image_url": "ftp://a.example/m.jpg" })), 100, None)]
#[case::default_action_with_title(cards(1, json!({ "title": "Mug",
    "default_action": { "type": "web_url", "url": "https://a.example", "title": "Open" } })), 100, None)]
#[case::default_action_as_postback(cards(1, json!({ "title": "Mug", "default_action": { "type": "postback", "payload": "X" } })), 100, None)]
#[case::four_buttons(card(buy(), 4), 100, None)]
#[case::call_button(card(json!({ "type": "phone_number", "title": "Call", "payload": "+1" }), 1), 100, None)]
#[case::button_title_of_21(card(json!({ "type": "postback", "title": "t".repeat(21), "payload": "X" }), 1), 100, None)]
#[case::button_without_address(card(json!({ "type": "web_url", "title": "Open" }), 1), 100, None)]
#[case::postback_without_payload(card(json!({ "type": "postback", "title": "Buy" }), 1), 100, None)]
#[case::button_template_of_641(template(json!({ "template_type": "button", "text": "t".repeat(641), "buttons": [buy()] })), 100, None)]
#[case::button_template_without_buttons(template(json!({ "template_type": "button", "text": "?", "buttons": [] })), 100, None)]
#[case::product_without_id(template(json!({ "template_type": "product", "elements": [{}] })), 100, None)]
#[case::unknown_template(template(json!({ "template_type": "receipt" })), 100, None)]
#[case::unknown_attachment(media("sticker", "https://a.example/s.png"), 100, None)]
#[case::media_by_ftp(media("image", "ftp://a.example/m.jpg"), 100, None)]
#[case::media_by_plain_http(media("image", "http://a.example/m.jpg"), 100, None)]
#[case::media_without_address(message(json!({ "attachment": { "type": "video", "payload": {} } })), 100, None)]
#[case::eleven_pictures(message(json!({ "attachments": vec![json!({ "type": "image", "payload": { "url": "https://a.example/m.jpg" } }); 11] })), 100, None)]
#[case::picture_and_video(message(json!({ "attachments": [{ "type": "video", "payload": { "url": "https://a.example/m.mp4" } }] })), 100, None)]
#[case::action_with_message(with(text("Hi"), "sender_action", "typing_on".into()), 100, None)]
#[case::action_with_something_else(json!({ "recipient": { "id": ANNA }, "sender_action": "typing_on", "messaging_type": "RESPONSE" }), 100, None)]
#[case::unknown_action(json!({ "recipient": { "id": ANNA }, "sender_action": "wave" }), 100, None)]
#[case::reaction_to_nothing(json!({ "recipient": { "id": ANNA }, "sender_action": "react", "payload": { "reaction": "love" } }), 100, None)]
#[case::reaction_to_an_unknown_message(json!({ "recipient": { "id": ANNA }, "sender_action": "react",
    "payload": { "message_id": "m1", "reaction": "love" } }), 100, None)]
#[case::unknown_reaction(json!({ "recipient": { "id": ANNA }, "sender_action": "react",
    "payload": { "message_id": "m1", "reaction": "yawn" } }), 100, None)]
#[case::unknown_messaging_type(with(text("Hi"), "messaging_type", "SHOUT".into()), 100, None)]
#[case::message_tag_without_tag(with(text("Hi"), "messaging_type", "MESSAGE_TAG".into()), 100, None)]
#[case::tag_of_messenger(with(with(text("Hi"), "messaging_type", "MESSAGE_TAG".into()), "tag", "ACCOUNT_UPDATE".into()), 100, None)]
#[case::unknown_comment(json!({ "recipient": { "comment_id": "1" }, "message": { "text": "Hi" } }), 100, Some(33))]
#[tokio::test]
async fn refused(#[case] body: Value, #[case] code: i64, #[case] subcode: Option<i64>) {
    let stage = Stage::with_anna().await;
    let reply = stage.send(&body).await;
    assert_eq!(reply.status, 400);
    let error = &reply.json()["error"];
    assert_eq!((error["code"].as_i64(), error["error_subcode"].as_i64()), (Some(code), subcode), "{error}");
    assert!(error["message"].is_string() && error["type"].is_string() && error["fbtrace_id"].is_string());
    let entries = stage.sandbox.log().entries();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (entry.outcome, entry.status, entry.code, entry.subcode),
        (Outcome::Refused, 400, Some(code), subcode)
    );
    assert_eq!((entry.message_id.as_deref(), &entry.body), (None, &body));
}

/// proves: AD-04
#[rstest]
#[case::no_token("/v25.0/me/messages", None, 401, 190)]
#[case::wrong_token("/v25.0/me/messages", Some("nobody"), 401, 190)]
#[case::another_account("/v25.0/17841400000000002/messages", Some("token-17841400000000001"), 400, 100)]
#[case::no_version("/me/messages", Some("token-17841400000000001"), 400, 100)]
#[case::unknown_edge("/v25.0/me/letters", Some("token-17841400000000001"), 400, 100)]
#[tokio::test]
async fn refused_at_the_door(
    #[case] path: &str,
    #[case] token: Option<&str>,
    #[case] status: u16,
    #[case] code: i64,
) {
    let stage = Stage::with_anna().await;
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[_] = if token.is_some() { &[("authorization", bearer.as_str())] } else { &[] };
    let url = format!("{}{path}", stage.sandbox.base_url());
    let reply = call(Method::POST, &url, headers, text("Hi").to_string()).await.unwrap();
    assert_eq!((reply.status, reply.json()["error"]["code"].as_i64()), (status, Some(code)));
    assert!(stage.sandbox.log().received(SHOP, ANNA).is_empty());
}

/// proves: AD-04
#[rstest]
#[case::broken("{\"recipient\":")]
#[case::empty("")]
#[case::array("[]")]
#[case::word("\"hello\"")]
#[case::not_utf8("\u{fffd}")]
#[tokio::test]
async fn bad_bodies_are_refused(#[case] body: &'static str) {
    let stage = Stage::with_anna().await;
    let url = format!("{}/v25.0/{SHOP}/messages?access_token=token-{SHOP}", stage.sandbox.base_url());
    let reply = call(Method::POST, &url, &[], body).await.unwrap();
    assert_eq!((reply.status, reply.json()["error"]["code"].as_i64()), (400, Some(100)));
    assert_eq!(stage.sandbox.log().entries()[0].kind, "unreadable");
}

/// proves: AD-04
#[tokio::test]
async fn a_body_over_four_mebibytes_is_refused() {
    let stage = Stage::with_anna().await;
    let reply = stage.send(&text(&"a".repeat(5 * 1024 * 1024))).await;
    assert_eq!(reply.status, 413);
}
