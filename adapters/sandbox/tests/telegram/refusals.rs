//! What is refused, and in which words.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Outcome, TelegramAction, TelegramBeside, TelegramChange, TelegramProfile};

use super::line::{BOT, Line, NINA, refused, text, to_nina};

fn asked(markup: Value) -> Value {
    to_nina(json!({ "text": "Which?", "reply_markup": markup }))
}

fn button(button: Value) -> Value {
    asked(json!({ "inline_keyboard": [[button]] }))
}

/// proves: AD-04
#[rstest]
#[case::no_chat("sendMessage", json!({ "text": "Hi" }), "chat_id is empty")]
#[case::stranger("sendMessage", json!({ "chat_id": 999, "text": "Hi" }), "chat not found")]
#[case::a_name("sendMessage", json!({ "chat_id": "@somebody", "text": "Hi" }), "chat not found")]
#[case::no_text("sendMessage", to_nina(json!({})), "message text is empty")]
#[case::blank_text("sendMessage", text(" \n "), "message text is empty")]
#[case::unread_entities("sendMessage", to_nina(json!({ "text": "Hi", "entities": "bold" })), "can't parse entities JSON object")]
#[case::parse_mode("sendMessage", to_nina(json!({ "text": "<b>Hi</b>", "parse_mode": "HTML" })), "unsupported parse_mode: the sandbox reads none")]
#[case::no_markup("sendMessage", asked(json!("[1]")), "object expected as reply markup")]
#[case::another_markup("sendMessage", asked(json!({ "carousel": [] })), "can't parse reply markup: it is none of the four kinds")]
#[case::no_rows("sendMessage", asked(json!({ "inline_keyboard": [{ "text": "A" }] })), "can't parse keyboard: a row is a list of buttons")]
#[case::no_title("sendMessage", button(json!({ "text": " ", "callback_data": "a" })), "can't parse inline keyboard button: text is empty")]
#[case::no_deed("sendMessage", button(json!({ "text": "A" })), "inline keyboard button A needs exactly one thing to do")]
#[case::two_deeds("sendMessage", button(json!({ "text": "A", "callback_data": "a", "url": "https://shop.example" })), "inline keyboard button A needs exactly one thing to do")]
#[case::bad_address("sendMessage", button(json!({ "text": "A", "url": "shop" })), "inline keyboard button URL 'shop' is invalid: Wrong HTTP URL")]
#[case::empty_key("sendMessage", asked(json!({ "keyboard": [[""]] })), "can't parse keyboard button: text is empty")]
#[case::no_such_reply("sendMessage", to_nina(json!({ "text": "M", "reply_parameters": { "message_id": 99 } })), "message to be replied not found")]
#[case::no_latitude("sendLocation", to_nina(json!({ "longitude": 1 })), "latitude is empty")]
#[case::no_title_of_venue("sendVenue", to_nina(json!({ "latitude": 1, "longitude": 1, "address": "x" })), "title is empty")]
#[case::no_name("sendContact", to_nina(json!({ "phone_number": "1" })), "first_name is empty")]
#[case::no_number("sendContact", to_nina(json!({ "phone_number": "none", "first_name": "A" })), "PHONE_NUMBER_INVALID")]
#[case::no_photo("sendPhoto", to_nina(json!({})), "there is no photo in the request")]
#[case::no_such_file("sendPhoto", to_nina(json!({ "photo": "AgACnothing" })), "wrong file identifier/HTTP URL specified")]
#[case::no_action("sendChatAction", to_nina(json!({ "action": "dance" })), "wrong parameter action in request")]
#[case::no_tap("answerCallbackQuery", json!({ "callback_query_id": "1" }), "query is too old and response timeout expired or query ID is invalid")]
#[tokio::test]
async fn a_call_that_is_wrong(#[case] method: &str, #[case] fields: Value, #[case] why: &str) {
    let line = Line::with_nina().await;
    let reply = line.call(method, &fields).await;
    assert_eq!(refused(&reply), (400, 400, format!("Bad Request: {why}")));
    let entry = line.0.sandbox.log().entries().remove(0);
    assert_eq!((entry.outcome, entry.code), (Outcome::Refused, Some(400)));
}

/// proves: AD-04
#[rstest]
#[case::nobodys("7000000009:token", "sendMessage", (401, "Unauthorized"))]
#[case::wrong_secret("7000000001:token-of-another", "sendMessage", (401, "Unauthorized"))]
#[case::wrong_for_a_question("7000000001:other", "getMe", (401, "Unauthorized"))]
#[case::no_form("token", "getMe", (404, "Not Found"))]
#[case::no_digits("bot:token", "getMe", (404, "Not Found"))]
#[case::no_method("7000000001:token-7000000001", "dance", (404, "Not Found"))]
#[case::nothing("7000000001:token-7000000001", "", (404, "Not Found"))]
#[tokio::test]
async fn a_path_that_is_wrong(#[case] token: &str, #[case] method: &str, #[case] expected: (u16, &str)) {
    let line = Line::with_nina().await;
    let reply = line.as_bot(token, method, "application/json", text("Hi").to_string()).await.unwrap();
    assert_eq!(refused(&reply), (expected.0, i64::from(expected.0), expected.1.to_owned()));
    assert!(line.0.sandbox.log().received(BOT, NINA).is_empty());
}

/// proves: AD-04
#[tokio::test]
async fn a_body_that_is_no_json() {
    let line = Line::with_nina().await;
    let token = format!("{BOT}:token-{BOT}");
    let reply = line.as_bot(&token, "sendMessage", "application/json", "[1").await.unwrap();
    assert_eq!(refused(&reply).0, 400);
}

/// proves: AD-04
#[tokio::test]
async fn a_revoked_token_is_good_again_once_it_is_given_back() {
    let line = Line::with_nina().await;
    for (revoked, status) in [(true, 401), (false, 200)] {
        let change = TelegramChange { token_revoked: Some(revoked), ..TelegramChange::default() };
        line.0.sandbox.change_telegram(BOT, change).unwrap();
        assert_eq!(line.call("sendMessage", &text("Hi")).await.status, status);
    }
}

/// proves: AD-04
#[tokio::test]
async fn who_has_blocked_the_bot_hears_nothing_until_they_unblock_it() {
    let line = Line::with_nina().await;
    line.nina().does(TelegramAction::Block {}).await.unwrap();
    let reply = line.call("sendMessage", &text("Hi")).await;
    assert_eq!(refused(&reply), (403, 403, "Forbidden: bot was blocked by the user".into()));
    let reply = line.call("sendChatAction", &to_nina(json!({ "action": "typing" }))).await;
    assert_eq!(reply.status, 403);
    line.nina().says("Hi").await.unwrap_err();
    line.nina().does(TelegramAction::Unblock {}).await.unwrap();
    line.sent("sendMessage", &text("Hi")).await;
}

/// proves: AD-04
#[tokio::test]
async fn who_writes_in_a_group_has_not_begun_a_chat() {
    let line = Line::new().await;
    let beside = TelegramBeside { group: Some(-100_900), ..TelegramBeside::default() };
    line.nina().does(TelegramAction::text("Hi").beside(beside)).await.unwrap();
    assert_eq!(line.call("sendMessage", &text("Hi")).await.status, 403);
    line.nina().does(TelegramAction::Start { payload: None }).await.unwrap();
    line.sent("sendMessage", &text("Hi")).await;
}

/// proves: AD-04
#[rstest]
#[case::never_wrote(
    TelegramProfile::named("Ole"),
    403,
    "Forbidden: bot can't initiate conversation with a user"
)]
#[case::gone(TelegramProfile { deactivated: true, ..TelegramProfile::default() }, 403, "Forbidden: user is deactivated")]
#[case::moved(TelegramProfile { migrated_to: Some(-100_900), ..TelegramProfile::default() }, 400, "Bad Request: group chat was upgraded to a supergroup chat")]
#[tokio::test]
async fn a_chat_that_cannot_be_written_to(
    #[case] profile: TelegramProfile,
    #[case] status: u16,
    #[case] why: &str,
) {
    let line = Line::new().await;
    line.who("4712").has_profile(profile.clone());
    let reply = line.call("sendMessage", &json!({ "chat_id": "4712", "text": "Hi" })).await;
    assert_eq!(refused(&reply), (status, i64::from(status), why.to_owned()));
    let moved = profile.migrated_to.map(|to| json!({ "migrate_to_chat_id": to }));
    assert_eq!(reply.json().get("parameters"), moved.as_ref());
}
