//! What Telegram's refusals become, from the wire on.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{Author, Content, EffectId, ErrorKind, PortError, capabilities::Passage};
use tradepost_ports::{Messenger, Outbound};
use tradepost_telegram::{connect, connect_media};
use tradepost_testkit::{
    make,
    messenger::{Provider, Reply, SECRET},
};

async fn refusal(reply: Reply) -> PortError {
    let provider = Provider::answering(move |_, _| reply.clone()).await;
    let config = crate::config(provider.base(), Duration::from_secs(10));
    let (effect, line) = (EffectId { turn: make::turn_id(1), position: 0 }, make::message_id(1));
    let content = Content::text("Hello.");
    let (peer, author, passage) = ("5550101".to_owned(), Author::Bot, Passage::Open);
    let outbound = Outbound { effect, line, peer, content, attached: Vec::new(), author, passage };
    let bot = connect(config, crate::http()).expect("good settings");
    bot.send(&outbound).await.expect_err("refused")
}

fn told(code: u16, description: &str) -> Value {
    json!({"ok": false, "error_code": code, "description": description})
}

#[rstest]
#[case::wrong_token(401, told(401, "Unauthorized"), ErrorKind::Denied)]
#[case::no_token(404, told(404, "Not Found"), ErrorKind::Denied)]
#[case::blocked(403, told(403, "Forbidden: bot was blocked by the user"), ErrorKind::OptedOut)]
#[case::deactivated(403, told(403, "Forbidden: user is deactivated"), ErrorKind::NotFound)]
#[case::never_began(
    403,
    told(403, "Forbidden: bot can't initiate conversation with a user"),
    ErrorKind::OutsideWindow
)]
#[case::another_403(403, told(403, "Forbidden: something new"), ErrorKind::Invalid)]
#[case::stranger(400, told(400, "Bad Request: chat not found"), ErrorKind::NotFound)]
#[case::bad(400, told(400, "Bad Request: message is too long"), ErrorKind::Invalid)]
#[case::too_large(413, told(413, "Request Entity Too Large"), ErrorKind::Invalid)]
#[case::away(503, told(503, "Service Unavailable"), ErrorKind::Unavailable)]
#[case::away_by_a_proxy(503, json!("Sorry"), ErrorKind::Uncertain)]
#[case::broken(500, told(500, "Internal Server Error: restart"), ErrorKind::Uncertain)]
#[case::gateway(502, told(502, "Bad Gateway"), ErrorKind::Uncertain)]
#[case::in_a_good_status(200, told(403, "Forbidden: bot was blocked by the user"), ErrorKind::OptedOut)]
#[case::without_a_code(200, json!({"ok": false}), ErrorKind::Uncertain)]
#[case::done_but_what(200, json!({"ok": true, "result": true}), ErrorKind::Uncertain)]
#[tokio::test]
async fn a_refusal_means(#[case] status: u16, #[case] body: Value, #[case] expected: ErrorKind) {
    let error = refusal(Reply::json(status, body)).await;
    assert_eq!(error.kind, expected, "{error}");
}

#[tokio::test]
async fn a_wait_holds_for_the_whole_bot() {
    let told = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 5",
        "parameters": {"retry_after": 5}});
    let error = refusal(Reply::json(429, told)).await;
    assert_eq!((error.kind, error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(5))));
    assert!(!error.this_customer_only, "Telegram does not say whose limit it is");
}

#[tokio::test]
async fn a_wait_may_stand_in_the_header() {
    let error = refusal(Reply::json(429, told(429, "Too Many Requests")).retry_after(Some(3))).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
}

#[tokio::test]
async fn the_code_and_the_words_are_told_without_the_token() {
    let words = format!("Bad Request: {}:{SECRET} and {SECRET} are odd", crate::BOT);
    let error = refusal(Reply::json(400, told(400, &words))).await;
    assert_eq!(error.code.as_deref(), Some("400"));
    assert_eq!(error.detail, "Bad Request: [hidden] and [hidden] are odd");
}

#[test]
fn a_bot_is_shown_without_its_token() {
    let config = crate::config("https://bots.example", Duration::from_secs(10));
    let media = connect_media(config.clone(), crate::http()).expect("good settings");
    let bot = connect(config.clone(), crate::http()).expect("good settings");
    assert!(!format!("{config:?} {bot:?} {media:?}").contains(SECRET));
}
