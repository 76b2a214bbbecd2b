//! What follows a message: statuses in any order, late, doubled, left out; failures at once and an hour later.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Fault, Step, What, WhatsappAction};

use super::line::{Line, MARIA, NUMBER, text, value};
use crate::stage::START_MS;

const HOUR_MS: i64 = 3_600_000;

fn steps(json: Value) -> Vec<Step> {
    serde_json::from_value(json).unwrap()
}

/// proves: AD-04, IN-08
#[tokio::test]
async fn sent_delivered_and_read_follow_in_this_order() {
    let line = Line::following(Step::usual()).await;
    let mut body = text("Hi");
    body["biz_opaque_callback_data"] = "order-77".into();
    let id = line.sent(&body).await;
    assert_eq!(line.names_of(3).await, ["sent", "delivered", "read"]);
    for status in line.statuses() {
        assert_eq!((&status["id"], &status["recipient_id"]), (&json!(id), &json!(MARIA)));
        assert_eq!(
            (&status["timestamp"], &status["biz_opaque_callback_data"]),
            (&json!("1767225600"), &json!("order-77"))
        );
        assert_eq!(status["pricing"]["category"], "service");
    }
    assert_eq!(line.statuses()[0]["conversation"]["expiration_timestamp"], "1767312000");
    assert!(line.statuses()[1]["conversation"].get("expiration_timestamp").is_none());
    let post = line.0.gateway.all().remove(0);
    assert!(post.is_signed_by(NUMBER));
    assert_eq!(
        value(&post)["metadata"],
        json!({ "display_phone_number": "1555000111", "phone_number_id": NUMBER })
    );
    assert_eq!(
        (&post.json()["object"], &post.json()["entry"][0]["id"]),
        (&json!("whatsapp_business_account"), &json!("8555000111"))
    );
}

/// proves: AD-04, IN-08
#[rstest]
#[case::backwards(json!(["read", "delivered", "sent"]), &["read", "delivered", "sent"])]
#[case::read_alone(json!(["read"]), &["read"])]
#[case::doubled(json!([{ "status": "sent", "times": 2 }, "delivered"]), &["sent", "sent", "delivered"])]
#[case::with_a_word_nobody_knows(json!(["sent", "levitated"]), &["sent", "levitated"])]
#[case::played(json!(["sent", "delivered", "read", "played"]), &["sent", "delivered", "read", "played"])]
#[tokio::test]
async fn in_any_order(#[case] script: Value, #[case] names: &[&str]) {
    let line = Line::following(steps(script)).await;
    line.sent(&text("Hi")).await;
    assert_eq!(line.names_of(names.len()).await, names);
}

/// proves: AD-04, IN-08
#[rstest]
#[case::by_its_step(json!([{ "status": "sent", "before_answer": true }, { "status": "read", "before_answer": true }]), None)]
#[case::by_a_fault(json!(["sent", "read"]), Some(What::ReceiptBeforeAnswer))]
#[tokio::test]
async fn before_the_answer(#[case] script: Value, #[case] fault: Option<What>) {
    let line = Line::following(steps(script)).await;
    if let Some(what) = fault {
        line.0.sandbox.faults().push(NUMBER, Fault::new(what));
    }
    line.sent(&text("Hi")).await;
    assert_eq!(line.statuses().len(), 2, "both came before the answer");
}

/// proves: AD-04, IN-08
#[tokio::test]
async fn late_ones_wait_for_the_sandboxs_clock() {
    let script =
        json!(["sent", { "status": "failed", "code": 131_026, "after_ms": HOUR_MS, "details": "Gone away" }]);
    let line = Line::following(steps(script)).await;
    line.sent(&text("Hi")).await;
    assert_eq!(line.names_of(1).await, ["sent"]);
    line.0.sandbox.clock().advance_ms(HOUR_MS - 1);
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    assert_eq!(line.statuses().len(), 1, "not yet");
    line.0.sandbox.clock().advance_ms(1);
    assert_eq!(line.names_of(2).await, ["sent", "failed"]);
    let failed = line.statuses().remove(1);
    assert_eq!(failed["timestamp"], ((START_MS + HOUR_MS) / 1000).to_string());
    assert_eq!(failed["errors"][0]["code"], 131_026);
    assert_eq!(failed["errors"][0]["error_data"]["details"], "Gone away");
    assert!(failed.get("pricing").is_none() && failed.get("conversation").is_none());
}

/// proves: AD-04
#[tokio::test]
async fn a_clock_that_runs_brings_them_by_itself() {
    let line = Line::following(steps(json!(["sent", { "status": "delivered", "after_ms": 50 }]))).await;
    let account = tradepost_sandbox::WhatsappAccount {
        statuses: steps(json!([{ "status": "delivered", "after_ms": 50 }])),
        accept_strangers: true,
        ..tradepost_sandbox::WhatsappAccount::new("7").with_webhook(&line.0.gateway_url)
    };
    let running =
        tradepost_sandbox::Sandbox::start(tradepost_sandbox::SandboxConfig::default().with_whatsapp(account));
    let running = running.await.unwrap();
    let url = format!("{}/7/messages", running.base_url());
    let headers = [("authorization", "Bearer token-7")];
    crate::stage::call(hyper::Method::POST, &url, &headers, text("Hi").to_string()).await.unwrap();
    assert_eq!(line.names_of(1).await, ["delivered"]);
    running.stop().await;
}

/// proves: AD-04, IN-08
#[tokio::test]
async fn one_message_has_a_script_of_its_own() {
    let line = Line::following(Step::usual()).await;
    let steps = vec![Step::failed(131_049).after_ms(0)];
    line.0.sandbox.faults().push(NUMBER, Fault::new(What::Statuses { steps }));
    line.sent(&text("one")).await;
    assert_eq!(line.names_of(1).await, ["failed"]);
    line.sent(&text("two")).await;
    assert_eq!(line.names_of(4).await, ["failed", "sent", "delivered", "read"]);
}

/// proves: AD-04
#[tokio::test]
async fn one_customer_has_a_script_of_her_own() {
    let line = Line::following(Step::usual()).await;
    let profile =
        tradepost_sandbox::WhatsappProfile { statuses: Some(vec![Step::new("sent")]), ..Default::default() };
    line.maria().has_profile(profile);
    line.sent(&text("one")).await;
    assert_eq!(line.names_of(1).await, ["sent"]);
}

/// proves: AD-04, IN-08
#[tokio::test]
async fn they_can_be_doubled_and_lost_on_their_way() {
    let line = Line::following(Step::usual()).await;
    for what in [What::WebhookTwice, What::WebhookLost] {
        line.0.sandbox.faults().push(NUMBER, Fault::new(what));
    }
    line.sent(&text("Hi")).await;
    assert_eq!(line.names_of(3).await, ["sent", "sent", "read"]);
}

/// proves: AD-04
#[tokio::test]
async fn the_customer_reads_when_told_to() {
    let line = Line::with_maria().await;
    let id = line.sent(&text("Hi")).await;
    let read = line.maria().does(WhatsappAction::Read { message_id: None }).await.unwrap();
    assert_eq!(read.mid(), id);
    let deleted =
        WhatsappAction::Status { status: "deleted".into(), code: None, message_id: Some("wamid.X".into()) };
    line.maria().does(deleted).await.unwrap();
    assert_eq!(line.names_of(2).await, ["read", "deleted"]);
    assert_eq!(line.statuses()[1]["id"], "wamid.X");
}

/// A lost answer does not take back what the customer has.
///
/// proves: AD-04
#[tokio::test]
async fn they_follow_an_answer_that_was_lost() {
    let line = Line::following(Step::usual()).await;
    line.0.sandbox.faults().push(NUMBER, Fault::new(What::DropAfter));
    line.try_send(&text("Hi")).await.unwrap_err();
    assert_eq!(line.names_of(3).await, ["sent", "delivered", "read"]);
}
