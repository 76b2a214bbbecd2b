//! What is taken: every method, every way of handing parameters over, and what the log says of it.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Answer, Outcome};

use super::line::{BOT, Line, NINA, buttons, result, text, to_nina};

/// proves: AD-04
#[tokio::test]
async fn a_message_comes_back_whole_and_the_log_knows_it() {
    let line = Line::with_nina().await;
    let message = line.sent("sendMessage", &text("  Größe \u{1f642}  ")).await;
    assert_eq!(message["text"], "Größe \u{1f642}");
    assert_eq!((&message["message_id"], &message["date"]), (&json!(1), &json!(1_767_225_600)));
    assert_eq!((&message["chat"]["id"], &message["chat"]["type"]), (&json!(4711), &json!("private")));
    assert_eq!(
        (&message["from"]["id"], &message["from"]["is_bot"]),
        (&json!(7_000_000_001_i64), &json!(true))
    );
    let log = line.0.sandbox.log();
    let entry = log.received(BOT, NINA).remove(0);
    assert_eq!(
        (entry.provider.as_str(), entry.kind.as_str(), entry.outcome),
        ("telegram", "text", Outcome::Accepted)
    );
    assert_eq!((entry.message_id.as_deref(), entry.answer), (Some("1"), Answer::Given));
    assert_eq!(log.texts(BOT, NINA), ["  Größe \u{1f642}  "]);
}

/// Numbers of messages are a chat's own.
///
/// proves: AD-04
#[tokio::test]
async fn messages_are_numbered_in_their_chat() {
    let line = Line::with_nina().await;
    line.who("4712").says("Hi").await.unwrap();
    line.who("4712").says("Hi").await.unwrap();
    assert_eq!(line.sent("sendMessage", &text("one")).await["message_id"], 1);
    let other = json!({ "chat_id": 4712, "text": "two" });
    assert_eq!(line.sent("sendMessage", &other).await["message_id"], 3);
}

/// proves: AD-04
#[rstest]
#[case::json("application/json", r#"{"chat_id":4711,"text":"a b"}"#, "sendMessage")]
#[case::json_as_text("application/json", r#"{"chat_id":"4711","text":"a b"}"#, "sendMessage")]
#[case::form("application/x-www-form-urlencoded", "chat_id=4711&text=a+b", "sendMessage")]
#[case::query("", "", "sendMessage?chat_id=4711&text=a%20b")]
#[case::any_case("", "", "SENDmessage?chat_id=4711&text=a%20b")]
#[case::parts(
    "multipart/form-data; boundary=x",
    "--x\r\ncontent-disposition: form-data; name=\"chat_id\"\r\n\r\n4711\r\n--x\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\na b\r\n--x--\r\n",
    "sendMessage"
)]
#[tokio::test]
async fn parameters_come_in_four_ways(#[case] mime: &str, #[case] body: &str, #[case] method: &str) {
    let line = Line::with_nina().await;
    let reply = line.as_bot(&format!("{BOT}:token-{BOT}"), method, mime, body.to_owned()).await.unwrap();
    assert_eq!(result(reply)["text"], "a b");
}

/// proves: AD-04
#[tokio::test]
async fn a_colon_may_be_escaped() {
    let line = Line::new().await;
    let reply = line.as_bot(&format!("{BOT}%3Atoken-{BOT}"), "getMe", "", "").await.unwrap();
    assert_eq!(result(reply)["username"], format!("shop_{BOT}_bot"));
}

/// proves: AD-04
#[rstest]
#[case::location("sendLocation", json!({ "latitude": 48.1, "longitude": "11.5" }), "location", json!({ "latitude": 48.1, "longitude": 11.5 }))]
#[case::venue("sendVenue", json!({ "latitude": 1, "longitude": 2, "title": "Shop", "address": "Lane 1" }), "venue",
    json!({ "location": { "latitude": 1.0, "longitude": 2.0 }, "title": "Shop", "address": "Lane 1" }))]
#[case::contact("sendContact", json!({ "phone_number": "+49 151", "first_name": "Shop" }), "contact", json!({ "phone_number": "+49 151", "first_name": "Shop" }))]
#[tokio::test]
async fn other_contents(
    #[case] method: &str,
    #[case] fields: Value,
    #[case] field: &str,
    #[case] expected: Value,
) {
    let line = Line::with_nina().await;
    assert_eq!(line.sent(method, &to_nina(fields)).await[field], expected);
}

/// proves: AD-04
#[tokio::test]
async fn buttons_stay_in_the_message_and_keyboards_do_not() {
    let line = Line::with_nina().await;
    let asked = line.sent("sendMessage", &buttons("Which?", &[("Small", "s")])).await;
    assert_eq!(asked["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "s");
    for markup in [
        json!({ "keyboard": [["Yes", { "text": "No" }]] }),
        json!({ "remove_keyboard": true }),
        json!({ "force_reply": true }),
    ] {
        // As JSON, and as JSON in a text.
        for markup in [markup.clone(), markup.to_string().into()] {
            let message =
                line.sent("sendMessage", &to_nina(json!({ "text": "Well?", "reply_markup": markup }))).await;
            assert_eq!(message.get("reply_markup"), None);
        }
    }
}

/// proves: AD-04
#[tokio::test]
async fn a_message_may_answer_another() {
    let line = Line::with_nina().await;
    line.nina().says("Which size?").await.unwrap();
    let answer = to_nina(json!({ "text": "M", "reply_parameters": { "message_id": 1 } }));
    let message = line.sent("sendMessage", &answer).await;
    assert_eq!(message["reply_to_message"]["text"], "Which size?");
    let lost = json!({ "message_id": 99, "allow_sending_without_reply": true });
    let message = line.sent("sendMessage", &to_nina(json!({ "text": "M", "reply_parameters": lost }))).await;
    assert_eq!(message.get("reply_to_message"), None);
}

/// proves: AD-04
#[tokio::test]
async fn typing_is_shown_and_is_no_message() {
    let line = Line::with_nina().await;
    let reply = line.call("sendChatAction", &to_nina(json!({ "action": "typing" }))).await;
    assert_eq!(result(reply), json!(true));
    let log = line.0.sandbox.log();
    assert_eq!((log.entries()[0].kind.as_str(), log.received(BOT, NINA).len()), ("typing", 0));
}
