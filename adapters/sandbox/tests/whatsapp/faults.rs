//! Every scripted fault, as WhatsApp's caller meets it; and the limits that the number has of its own.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Answer, Fault, On, Outcome, What, WhatsappAccount, WhatsappRate};

use super::line::{Line, MARIA, NUMBER, text};
use crate::stage::until;

fn fault(json: Value) -> Fault {
    serde_json::from_value(json).unwrap()
}

/// proves: AD-04
#[tokio::test]
async fn fails_as_often_as_told_with_its_code() {
    let line = Line::with_maria().await;
    let script = json!({ "fault": "fail", "times": 2, "status": 500, "code": 131_000, "transient": true, "retry_after_s": 7 });
    line.0.sandbox.faults().push(NUMBER, fault(script));
    for attempt in ["one", "two"] {
        let reply = line.send(&text(attempt)).await;
        let error = &reply.json()["error"];
        assert_eq!(
            (reply.status, &error["code"], &error["is_transient"]),
            (500, &json!(131_000), &json!(true))
        );
        assert_eq!(
            (&reply.headers["retry-after"], &error["error_data"]["messaging_product"]),
            (&"7".parse().unwrap(), &json!("whatsapp"))
        );
    }
    line.sent(&text("three")).await;
    assert_eq!(line.0.sandbox.log().texts(NUMBER, MARIA), ["three"]);
}

/// proves: AD-04
#[tokio::test]
async fn only_whom_and_what_it_concerns() {
    let line = Line::with_maria().await;
    line.who("77777").wrote_ms_ago(0);
    let mid = line.maria().says("Hi").await.unwrap().mid().to_owned();
    let faults = line.0.sandbox.faults();
    faults.push(NUMBER, Fault::fail(400, 131_026).of("77777"));
    faults.push(NUMBER, Fault::fail(500, 1).on(On::Action).of(MARIA));
    assert_eq!(line.send(&text("Hi")).await.status, 200);
    let mut other = text("Hi");
    other["to"] = "77777".into();
    assert_eq!(line.send(&other).await.json()["error"]["code"], 131_026);
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": mid });
    assert_eq!(line.send(&read).await.status, 500);
    assert!(faults.waiting(NUMBER).is_empty());
}

/// proves: AD-04
#[rstest]
#[case::before(What::DropBefore, 0, Outcome::Unheard)]
#[case::after(What::DropAfter, 1, Outcome::Accepted)]
#[case::middle(What::CutBody, 1, Outcome::Accepted)]
#[tokio::test]
async fn connections_are_cut(#[case] what: What, #[case] received: usize, #[case] outcome: Outcome) {
    let line = Line::with_maria().await;
    line.0.sandbox.faults().push(NUMBER, Fault::new(what));
    line.try_send(&text("Hi")).await.unwrap_err();
    let log = line.0.sandbox.log();
    assert_eq!(log.received(NUMBER, MARIA).len(), received);
    until("settled", || log.entries()[0].answer == Answer::Dropped).await;
    assert_eq!(log.entries()[0].outcome, outcome);
    line.sent(&text("Hi")).await;
    assert_eq!(log.doubles().len(), received, "repeating after a lost answer doubles it");
}

/// proves: AD-04
#[rstest]
#[case::not_json("not_json", 1)]
#[case::wrong_shape("wrong_shape", 1)]
#[case::no_message_id("no_message_id", 1)]
#[case::error_in_200("error_in_200", 0)]
#[tokio::test]
async fn answers_are_garbled(#[case] name: &str, #[case] received: usize) {
    let line = Line::with_maria().await;
    line.0.sandbox.faults().push(NUMBER, fault(json!({ "fault": name })));
    let reply = line.send(&text("Hi")).await;
    assert_eq!(reply.status, 200);
    let told = serde_json::from_slice::<Value>(&reply.raw);
    match name {
        "not_json" => assert!(told.is_err()),
        "wrong_shape" => assert!(told.unwrap().get("messages").is_none()),
        "no_message_id" => assert_eq!(told.unwrap()["messages"], json!([])),
        _ => assert_eq!(told.unwrap()["error"]["code"], 1),
    }
    assert_eq!(line.0.sandbox.log().received(NUMBER, MARIA).len(), received);
}

/// proves: AD-04
#[tokio::test]
async fn answers_can_be_huge_and_slow() {
    let line = Line::with_maria().await;
    line.0.sandbox.faults().push(NUMBER, Fault::new(What::HugeBody { bytes: 3_000_000 }));
    assert_eq!(line.send(&text("Hi")).await.raw.len(), 3_000_000);
    line.0.sandbox.faults().push(NUMBER, fault(json!({ "fault": "slow_answer", "ms": 120 })));
    let began = Instant::now();
    line.sent(&text("Hi")).await;
    assert!(began.elapsed() >= Duration::from_millis(120));
}

/// proves: AD-04
#[rstest]
#[case::as_a_code(json!({ "fault": "rate_limit", "per_second": 2 }), 400)]
#[case::as_a_status(json!({ "fault": "rate_limit", "per_second": 2, "status": 429, "retry_after_s": 1 }), 429)]
#[tokio::test]
async fn too_many_in_a_second(#[case] script: Value, #[case] status: u16) {
    let line = Line::with_maria().await;
    line.0.sandbox.faults().push(NUMBER, fault(script));
    for _ in 0..2 {
        line.sent(&text("Hi")).await;
    }
    let reply = line.send(&text("Hi")).await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (status, &json!(130_429)));
    assert_eq!(reply.headers.contains_key("retry-after"), status == 429);
    line.0.sandbox.clock().advance_ms(1000);
    line.sent(&text("Hi")).await;
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn the_number_has_a_limit_of_its_own() {
    let rate = WhatsappRate { messages_per_s: Some(2), status: 429, ..WhatsappRate::default() };
    let line = Line::with(|account| WhatsappAccount { rate, accept_strangers: true, ..account }).await;
    let mut statuses = vec![];
    for _ in 0..3 {
        statuses.push(line.send(&text("Hi")).await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(line.0.sandbox.log().entries()[2].code, Some(130_429));
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn a_customer_is_written_to_in_bursts_and_then_once_in_six_seconds() {
    let line = Line::with_maria().await;
    for _ in 0..45 {
        line.sent(&text("Hi")).await;
    }
    let refused = |reply: crate::stage::Reply| (reply.status, reply.json()["error"]["code"].as_i64());
    assert_eq!(refused(line.send(&text("Hi")).await), (400, Some(131_056)));
    line.0.sandbox.clock().advance_ms(5999);
    assert_eq!(refused(line.send(&text("Hi")).await), (400, Some(131_056)));
    line.who("77777").wrote_ms_ago(0);
    let mut other = text("Hi");
    other["to"] = "77777".into();
    line.sent(&other).await;
    line.0.sandbox.clock().advance_ms(1);
    line.sent(&text("Hi")).await;
    assert_eq!(refused(line.send(&text("Hi")).await), (400, Some(131_056)));
}
