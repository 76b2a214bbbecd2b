//! Taps on what the bot offered, and what answers them.

use rstest::rstest;
use serde_json::json;
use tradepost_sandbox::TelegramAction;

use super::line::{Line, buttons, refused, result, to_nina};

async fn asked() -> Line {
    let line = Line::with_nina().await;
    line.sent("sendMessage", &buttons("Which size?", &[("Small", "size:s"), ("Large", "size:l")])).await;
    line.sent("sendMessage", &buttons("Which colour?", &[("Red", "colour:r"), ("Blue", "colour:b")])).await;
    line
}

/// proves: AD-04
#[rstest]
#[case::of_the_latest(TelegramAction::tap("blue"), 2, "colour:b")]
#[case::of_an_older_one(TelegramAction::tap("Small"), 1, "size:s")]
#[case::by_its_place(TelegramAction::Tap { title: None, index: Some(2), old: false }, 2, "colour:b")]
#[case::the_first(TelegramAction::Tap { title: None, index: None, old: false }, 2, "colour:r")]
#[tokio::test]
async fn a_tap_gives_back_what_was_sent(
    #[case] tap: TelegramAction,
    #[case] message: i64,
    #[case] data: &str,
) {
    let line = asked().await;
    line.nina().does(tap).await.unwrap();
    let query = line.update()["callback_query"].clone();
    assert_eq!((&query["data"], &query["message"]["message_id"]), (&json!(data), &json!(message)));
    assert_eq!(query["message"]["reply_markup"]["inline_keyboard"].as_array().unwrap().len(), 2);
    assert_eq!(query["from"]["id"], 4711);
}

/// proves: AD-04
#[tokio::test]
async fn a_tap_on_an_old_message_has_no_buttons() {
    let line = asked().await;
    line.nina()
        .does(TelegramAction::Tap { title: Some("Red".into()), index: None, old: true })
        .await
        .unwrap();
    let query = line.update()["callback_query"].clone();
    assert_eq!((&query["message"]["date"], query["message"].get("reply_markup")), (&json!(0), None));
    assert_eq!(query["data"], "colour:r");
}

/// proves: AD-04
#[tokio::test]
async fn nobody_taps_what_was_not_offered() {
    let line = asked().await;
    line.nina().taps("Green").await.unwrap_err();
    let shop = json!({ "inline_keyboard": [[{ "text": "Shop", "url": "https://shop.example" }]] });
    line.sent("sendMessage", &to_nina(json!({ "text": "Look", "reply_markup": shop }))).await;
    line.nina().taps("Shop").await.unwrap_err();
    line.who("4712").taps("Red").await.unwrap_err();
    assert!(line.updates().is_empty());
}

/// proves: AD-04
#[tokio::test]
async fn a_key_below_the_field_writes_its_title() {
    let line = Line::with_nina().await;
    let keys = json!({ "keyboard": [["Yes", "No"]] });
    line.sent("sendMessage", &to_nina(json!({ "text": "Well?", "reply_markup": keys }))).await;
    line.nina().taps("no").await.unwrap();
    assert_eq!(line.update()["message"]["text"], "No");
    let gone = json!({ "remove_keyboard": true });
    line.sent("sendMessage", &to_nina(json!({ "text": "Thanks", "reply_markup": gone }))).await;
    line.nina().taps("No").await.unwrap_err();
}

/// proves: AD-04
#[tokio::test]
async fn a_tap_is_answered_for_a_while() {
    let line = asked().await;
    line.nina().taps("Red").await.unwrap();
    let id = line.update()["callback_query"]["id"].clone();
    let answer = json!({ "callback_query_id": id });
    assert_eq!(result(line.call("answerCallbackQuery", &answer).await), json!(true));
    let long = json!({ "callback_query_id": id, "text": "x".repeat(201) });
    assert_eq!(line.call("answerCallbackQuery", &long).await.status, 400);
    line.0.sandbox.clock().advance_ms(15 * 60_000 + 1);
    let late = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(refused(&line.call("answerCallbackQuery", &answer).await).2, late);
}
