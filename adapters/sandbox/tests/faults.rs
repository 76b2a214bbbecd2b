//! Every scripted fault, as the caller meets it and as the log tells it.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::json;
use tradepost_sandbox::{Answer, Fault, InstagramAccount, On, Outcome, Rate, What};

use crate::stage::{ANNA, SHOP, Stage, text, until};

fn fault(json: serde_json::Value) -> Fault {
    serde_json::from_value(json).unwrap()
}

/// proves: AD-04
#[tokio::test]
async fn fails_as_often_as_told_with_its_code() {
    let stage = Stage::with_anna().await;
    let script = json!({ "fault": "fail", "times": 2, "status": 500, "code": 2, "subcode": 1545133, "transient": true, "retry_after_s": 7 });
    stage.sandbox.faults().push(SHOP, fault(script));
    for attempt in ["one", "two"] {
        let reply = stage.send(&text(attempt)).await;
        let error = &reply.json()["error"];
        assert_eq!(
            (reply.status, &error["code"], &error["error_subcode"]),
            (500, &json!(2), &json!(1545133))
        );
        assert_eq!(
            (&error["is_transient"], &reply.headers["retry-after"]),
            (&json!(true), &"7".parse().unwrap())
        );
    }
    assert_eq!(stage.send(&text("three")).await.status, 200);
    assert_eq!(stage.sandbox.log().texts(SHOP, ANNA), ["three"]);
    assert_eq!(stage.sandbox.log().entries()[0].code, Some(2));
}

/// proves: AD-04
#[tokio::test]
async fn a_script_is_played_in_order_and_only_for_whom_it_concerns() {
    let stage = Stage::with_anna().await;
    stage.sandbox.customer(SHOP, "77").unwrap().wrote_ms_ago(0);
    let faults = stage.sandbox.faults();
    faults.push(SHOP, Fault::new(What::Pass));
    faults.push(SHOP, Fault::fail(400, 551).of("77"));
    faults.push(SHOP, Fault::fail(500, 1).on(On::Action));
    faults.push(SHOP, Fault::fail(503, 2));
    let mut statuses = vec![];
    for _ in 0..3 {
        statuses.push(stage.send(&text("Hi")).await.status);
    }
    statuses
        .push(stage.send(&json!({ "recipient": { "id": "77" }, "message": { "text": "Hi" } })).await.status);
    statuses
        .push(stage.send(&json!({ "recipient": { "id": ANNA }, "sender_action": "typing_on" })).await.status);
    assert_eq!(statuses, [200, 503, 200, 400, 500]);
    assert!(faults.waiting(SHOP).is_empty());
}

/// proves: AD-04
#[tokio::test]
async fn faults_until_cleared() {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, Fault::fail(401, 190).times(0));
    for _ in 0..3 {
        assert_eq!(stage.send(&text("Hi")).await.status, 401);
    }
    stage.sandbox.faults().clear(SHOP);
    assert_eq!(stage.send(&text("Hi")).await.status, 200);
}

/// proves: AD-04
#[rstest]
#[case::before(What::DropBefore, 0, Outcome::Unheard)]
#[case::after(What::DropAfter, 1, Outcome::Accepted)]
#[case::middle(What::CutBody, 1, Outcome::Accepted)]
#[tokio::test]
async fn connections_are_cut(#[case] what: What, #[case] received: usize, #[case] outcome: Outcome) {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, Fault::new(what));
    stage.try_send(&text("Hi")).await.unwrap_err();
    assert_eq!(stage.sandbox.log().received(SHOP, ANNA).len(), received);
    until("settled", || stage.sandbox.log().entries()[0].answer == Answer::Dropped).await;
    assert_eq!(stage.sandbox.log().entries()[0].outcome, outcome);
    assert_eq!(stage.send(&text("Hi")).await.status, 200);
    assert_eq!(stage.sandbox.log().doubles().len(), received, "repeating after a lost answer doubles it");
}

/// proves: AD-04
#[rstest]
#[case::not_json("not_json", 1)]
#[case::wrong_shape("wrong_shape", 1)]
#[case::no_message_id("no_message_id", 1)]
#[case::error_in_200("error_in_200", 0)]
#[tokio::test]
async fn answers_are_garbled(#[case] name: &str, #[case] received: usize) {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, fault(json!({ "fault": name })));
    let reply = stage.send(&text("Hi")).await;
    assert_eq!(reply.status, 200);
    let told = serde_json::from_slice::<serde_json::Value>(&reply.raw);
    match name {
        "not_json" => assert!(told.is_err()),
        "wrong_shape" => assert!(told.unwrap().get("recipient_id").is_none()),
        "no_message_id" => assert_eq!(told.unwrap(), json!({ "recipient_id": ANNA })),
        _ => assert_eq!(told.unwrap()["error"]["code"], 1),
    }
    assert_eq!(stage.sandbox.log().received(SHOP, ANNA).len(), received);
}

/// proves: AD-04
#[tokio::test]
async fn answers_can_be_huge() {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, Fault::new(What::HugeBody { bytes: 3_000_000 }));
    let reply = stage.send(&text("Hi")).await;
    assert_eq!(reply.raw.len(), 3_000_000);
    assert_eq!(reply.json()["recipient_id"], ANNA);
}

/// proves: AD-04
#[rstest]
#[case::before(json!({ "fault": "pass", "delay_ms": 120 }))]
#[case::after(json!({ "fault": "slow_answer", "ms": 120 }))]
#[tokio::test]
async fn answers_can_be_slow(#[case] script: serde_json::Value) {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, fault(script));
    let began = Instant::now();
    assert_eq!(stage.send(&text("Hi")).await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(120));
}

/// proves: AD-04
#[rstest]
#[case::as_a_code(json!({ "fault": "rate_limit", "per_second": 2 }), 400)]
#[case::as_a_status(json!({ "fault": "rate_limit", "per_second": 2, "status": 429, "retry_after_s": 1 }), 429)]
#[tokio::test]
async fn too_many_in_a_second(#[case] script: serde_json::Value, #[case] status: u16) {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, fault(script));
    for _ in 0..2 {
        assert_eq!(stage.send(&text("Hi")).await.status, 200);
    }
    let reply = stage.send(&text("Hi")).await;
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (status, &json!(613)));
    assert_eq!(reply.headers.contains_key("retry-after"), status == 429);
    stage.sandbox.clock().advance_ms(1000);
    assert_eq!(stage.send(&text("Hi")).await.status, 200);
}

/// proves: AD-04
#[tokio::test]
async fn the_account_has_limits_of_its_own() {
    let rate = Rate { messages_per_s: Some(2), audio_video_per_s: Some(1) };
    let stage = Stage::with(|account| InstagramAccount { rate, ..account }).await;
    stage.anna().wrote_ms_ago(0);
    let video = crate::stage::message(
        json!({ "attachment": { "type": "video", "payload": { "url": "https://a.example/m.mp4" } } }),
    );
    let typing = json!({ "recipient": { "id": ANNA }, "sender_action": "typing_on" });
    let mut statuses = vec![];
    for body in [&text("1"), &text("2"), &text("3"), &video, &video, &typing] {
        statuses.push(stage.send(body).await.status);
    }
    assert_eq!(statuses, [200, 200, 400, 200, 400, 200]);
}

/// proves: AD-04, IN-08
#[tokio::test]
async fn the_receipt_can_come_before_the_answer() {
    let stage = Stage::with_anna().await;
    stage.sandbox.faults().push(SHOP, Fault::new(What::ReceiptBeforeAnswer));
    let mid = stage.send(&text("Hi")).await.json()["message_id"].clone();
    let all = stage.gateway.all();
    assert_eq!(all.len(), 2, "both came before the answer");
    assert_eq!(all[0].item()["message"], json!({ "mid": mid, "text": "Hi", "is_echo": true }));
    assert_eq!(
        (&all[1].item()["read"], &all[1].item()["sender"]["id"]),
        (&json!({ "mid": mid }), &json!(ANNA))
    );
    assert!(all.iter().all(crate::stage::Received::is_signed));
}

/// proves: AD-04, IN-04
#[tokio::test]
async fn webhooks_are_doubled_swapped_and_lost() {
    let stage = Stage::new().await;
    let faults = stage.sandbox.faults();
    for what in [What::WebhookTwice, What::WebhookOutOfOrder, What::Pass, What::WebhookLost] {
        faults.push(SHOP, Fault::new(what));
    }
    stage.anna().says("twice").await.unwrap();
    let held = stage.anna().says("first").await.unwrap();
    assert!(held.posts[0].held && !held.accepted());
    faults.push(SHOP, Fault::new(What::WebhookOutOfOrder));
    stage.anna().says("lost").await.unwrap();
    stage.anna().says("second").await.unwrap();
    stage.anna().says("third").await.unwrap();
    let texts: Vec<_> =
        stage.gateway.all().iter().map(|post| post.item()["message"]["text"].clone()).collect();
    assert_eq!(texts, ["twice", "twice", "third", "first", "second"]);
    assert!(stage.sandbox.release(SHOP).await.is_empty());
}
