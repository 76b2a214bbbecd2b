//! Scripted faults: what the customer has, what the caller gets.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Answer, Fault, On, Outcome, What};

use super::line::{BOT, Line, NINA, refused, text, to_nina};

async fn faulty(fault: Value) -> Line {
    let line = Line::with_nina().await;
    line.0.sandbox.faults().push(BOT, serde_json::from_value(fault).unwrap());
    line
}

/// proves: AD-04
#[rstest]
#[case::busy(json!({ "fault": "fail", "status": 429, "code": 429, "retry_after_s": 7 }), (429, 429, "Too Many Requests: retry after 7"), json!({ "retry_after": 7 }))]
#[case::busy_without_a_wait(json!({ "fault": "fail", "status": 429, "code": 429 }), (429, 429, "Too Many Requests"), json!(null))]
#[case::token(json!({ "fault": "fail", "status": 401, "code": 401 }), (401, 401, "Unauthorized"), json!(null))]
#[case::broken(json!({ "fault": "fail", "status": 502, "code": 502 }), (502, 502, "Bad Gateway"), json!(null))]
#[case::own_words(json!({ "fault": "fail", "status": 400, "code": 400, "message": "Bad Request: PEER_ID_INVALID" }), (400, 400, "Bad Request: PEER_ID_INVALID"), json!(null))]
#[case::in_200(json!({ "fault": "error_in_200" }), (200, 400, "Bad Request: a scripted failure"), json!(null))]
#[tokio::test]
async fn a_refusal(#[case] fault: Value, #[case] expected: (u16, i64, &str), #[case] parameters: Value) {
    let line = faulty(fault).await;
    let reply = line.call("sendMessage", &text("Hi")).await;
    assert_eq!(refused(&reply), (expected.0, expected.1, expected.2.to_owned()));
    assert_eq!(reply.json()["parameters"], parameters);
    assert!(line.0.sandbox.log().received(BOT, NINA).is_empty());
    line.sent("sendMessage", &text("Hi")).await;
}

/// proves: AD-04
#[rstest]
#[case::before(json!({ "fault": "drop_before" }), 0)]
#[case::after(json!({ "fault": "drop_after" }), 1)]
#[case::in_the_middle(json!({ "fault": "cut_body" }), 1)]
#[tokio::test]
async fn a_cut(#[case] fault: Value, #[case] received: usize) {
    let line = faulty(fault).await;
    line.try_call("sendMessage", &text("Hi")).await.unwrap_err();
    let log = line.0.sandbox.log();
    assert_eq!(log.received(BOT, NINA).len(), received);
    let expected = if received == 0 { Outcome::Unheard } else { Outcome::Accepted };
    assert_eq!((log.entries()[0].outcome, log.entries()[0].answer), (expected, Answer::Dropped));
}

/// proves: AD-04
#[rstest]
#[case::no_json(json!({ "fault": "not_json" }), None)]
#[case::another_shape(json!({ "fault": "wrong_shape" }), Some(json!(null)))]
#[case::no_id(json!({ "fault": "no_message_id" }), Some(json!(true)))]
#[tokio::test]
async fn a_garbled_answer(#[case] fault: Value, #[case] ok: Option<Value>) {
    let line = faulty(fault).await;
    let reply = line.call("sendMessage", &text("Hi")).await;
    assert_eq!(line.0.sandbox.log().received(BOT, NINA).len(), 1);
    let told: Option<Value> = serde_json::from_slice(&reply.raw).ok();
    assert_eq!(told.as_ref().map(|told| told["ok"].clone()), ok);
    assert_eq!(told.and_then(|told| told["result"].get("message_id").cloned()), None);
}

/// proves: AD-04
#[rstest]
#[case::action(On::Action, "sendChatAction", to_nina(json!({ "action": "typing" })))]
#[case::profile(On::Profile, "getMe", json!({}))]
#[case::media(On::Media, "getFile", json!({ "file_id": "x" }))]
#[tokio::test]
async fn a_fault_concerns_some_calls(#[case] on: On, #[case] method: &str, #[case] fields: Value) {
    let line = Line::with_nina().await;
    line.0.sandbox.faults().push(BOT, Fault::fail(500, 500).on(on));
    line.sent("sendMessage", &text("Hi")).await;
    assert_eq!(line.call(method, &fields).await.status, 500);
}

/// proves: AD-04
#[tokio::test]
async fn a_limit_stands_until_it_is_cleared() {
    let limit = What::RateLimit { per_second: 1, status: None, retry_after_s: Some(3) };
    let line = Line::with_nina().await;
    line.0.sandbox.faults().push(BOT, Fault::new(limit));
    line.sent("sendMessage", &text("one")).await;
    let reply = line.call("sendMessage", &text("two")).await;
    assert_eq!((reply.status, &reply.json()["parameters"]["retry_after"]), (429, &json!(3)));
    line.0.sandbox.faults().clear(BOT);
    line.sent("sendMessage", &text("two")).await;
}
