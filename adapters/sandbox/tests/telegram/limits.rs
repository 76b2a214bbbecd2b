//! Limits, on both sides of each.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{TelegramAccount, TelegramRate};

use super::line::{Line, NINA, buttons, refused, text, to_nina};

/// proves: AD-04, AD-05
#[rstest]
#[case::text("sendMessage", |count| text(&"x".repeat(count)), 4096, "message is too long")]
#[case::text_in_pairs("sendMessage", |count| text(&"\u{1f642}".repeat(count)), 2048, "message is too long")]
#[case::caption("sendPhoto", |count| to_nina(json!({ "photo": "https://shop.example/a.png", "caption": "x".repeat(count) })), 1024, "message caption is too long")]
#[case::value("sendMessage", |count| buttons("Which?", &[("A", &"x".repeat(count))]), 64, "BUTTON_DATA_INVALID")]
#[case::value_in_bytes("sendMessage", |count| buttons("Which?", &[("A", &"é".repeat(count))]), 32, "BUTTON_DATA_INVALID")]
#[tokio::test]
async fn a_length(
    #[case] method: &str,
    #[case] fields: fn(usize) -> Value,
    #[case] most: usize,
    #[case] why: &str,
) {
    let line = Line::with_nina().await;
    assert_eq!(line.call(method, &fields(most)).await.status, 200);
    let reply = line.call(method, &fields(most + 1)).await;
    assert_eq!(refused(&reply), (400, 400, format!("Bad Request: {why}")));
}

/// proves: AD-04, AD-05
#[tokio::test]
async fn a_value_is_never_empty() {
    let line = Line::with_nina().await;
    let reply = line.call("sendMessage", &buttons("Which?", &[("A", "")])).await;
    assert_eq!(refused(&reply).2, "Bad Request: BUTTON_DATA_INVALID");
}

/// proves: AD-04
#[rstest]
#[case::north("latitude", 90.0, 90.1)]
#[case::south("latitude", -90.0, -90.1)]
#[case::east("longitude", 180.0, 180.1)]
#[tokio::test]
async fn a_place(#[case] field: &str, #[case] good: f64, #[case] bad: f64) {
    let line = Line::with_nina().await;
    for (degrees, status) in [(good, 200), (bad, 400)] {
        let mut fields = to_nina(json!({ "latitude": 0, "longitude": 0 }));
        fields[field] = degrees.into();
        assert_eq!(line.call("sendLocation", &fields).await.status, status);
    }
}

/// A burst passes, then one a second to the same chat; another chat is not concerned.
///
/// proves: AD-04
#[tokio::test]
async fn one_chat() {
    let line = Line::new().await;
    line.nina().wrote_ms_ago(0);
    line.who("4712").wrote_ms_ago(0);
    for number in 0..5 {
        line.sent("sendMessage", &text(&format!("{number}"))).await;
    }
    let reply = line.call("sendMessage", &text("too fast")).await;
    assert_eq!(refused(&reply), (429, 429, "Too Many Requests: retry after 1".into()));
    assert_eq!(reply.json()["parameters"]["retry_after"], 1);
    line.sent("sendMessage", &json!({ "chat_id": 4712, "text": "Hi" })).await;
    line.0.sandbox.clock().advance_ms(999);
    assert_eq!(line.call("sendMessage", &text("still too fast")).await.status, 429);
    line.0.sandbox.clock().advance_ms(1);
    line.sent("sendMessage", &text("now")).await;
    assert_eq!(line.call("sendMessage", &text("again")).await.status, 429);
}

/// proves: AD-04
#[tokio::test]
async fn all_chats() {
    let rate = TelegramRate { messages_per_s: Some(2), ..TelegramRate::unlimited() };
    let line = Line::with(|bot| TelegramAccount { rate, accept_strangers: true, ..bot }).await;
    let to = |chat: u32| json!({ "chat_id": chat, "text": "Hi" });
    for (chat, status) in [(1, 200), (2, 200), (3, 429)] {
        assert_eq!(line.call("sendMessage", &to(chat)).await.status, status);
    }
    line.0.sandbox.clock().advance_ms(1000);
    line.sent("sendMessage", &to(3)).await;
}

/// What answers a tap is short; typing costs nothing of the rate.
///
/// proves: AD-04
#[tokio::test]
async fn typing_is_not_counted() {
    let line = Line::new().await;
    line.nina().wrote_ms_ago(0);
    for _ in 0..40 {
        let typing = json!({ "chat_id": NINA, "action": "typing" });
        assert_eq!(line.call("sendChatAction", &typing).await.status, 200);
    }
}
