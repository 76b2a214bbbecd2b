//! The control API, as another process uses it for WhatsApp.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::line::{Line, MARIA, NUMBER, item, text};

/// proves: AD-04
#[tokio::test]
async fn a_story_over_the_control_api() {
    let line = Line::new().await;
    let stage = &line.0;
    let customer = format!("/customer/{NUMBER}/{MARIA}");
    let said = stage
        .control(Method::POST, &customer, json!({ "kind": "text", "text": "Hi", "deliver": { "times": 2 } }))
        .await;
    assert_eq!((said.status, said.json()["posts"].as_array().unwrap().len()), (200, 2));
    let burst = json!({ "events": [{ "kind": "text", "text": "a" }, { "kind": "media", "media": "voice_note" }], "deliver": { "batch": "messaging" } });
    let told = stage.control(Method::POST, &customer, burst).await.json();
    assert_eq!((told["mids"].as_array().unwrap().len(), told["posts"].as_array().unwrap().len()), (2, 1));
    let fault = json!({ "fault": "statuses", "steps": ["sent", { "status": "failed", "code": 131_026, "after_ms": 1000 }] });
    let waiting = stage.control(Method::POST, &format!("/faults/{NUMBER}"), fault).await.json();
    assert_eq!(waiting[0]["steps"][1]["after_ms"], 1000);
    line.sent(&text("Yes")).await;
    assert_eq!(line.names_of(1).await, ["sent"]);
    stage.control(Method::POST, "/clock", json!({ "advance_ms": 1000 })).await;
    assert_eq!(line.names_of(2).await, ["sent", "failed"]);
    let log = stage
        .control(Method::GET, &format!("/log?account={NUMBER}&customer={MARIA}"), json!(null))
        .await
        .json();
    assert_eq!(
        (&log[0]["provider"], &log[0]["kind"], &log[0]["outcome"]),
        (&json!("whatsapp"), &json!("text"), &json!("accepted"))
    );
    let posts = stage.control(Method::GET, &format!("/webhooks?account={NUMBER}"), json!(null)).await.json();
    assert_eq!(posts.as_array().unwrap().len(), 5);
}

/// proves: AD-04
#[tokio::test]
async fn numbers_and_customers_are_made_and_changed() {
    let line = Line::new().await;
    let stage = &line.0;
    let account =
        json!({ "provider": "whatsapp", "id": "7", "app_secret": "s7", "webhook_url": stage.gateway_url });
    let added = stage.control(Method::POST, "/accounts", account.clone()).await;
    assert_eq!((added.status, &added.json()["waba_id"]), (201, &json!("87")));
    assert_eq!(stage.control(Method::POST, "/accounts", account).await.status, 409);
    let instagram = stage.control(Method::POST, "/accounts", json!({ "id": "8" })).await;
    assert_eq!((instagram.status, &instagram.json()["provider"]), (201, &json!("instagram")));
    let change = json!({ "failures": "at_once", "statuses": ["sent"], "rate": { "messages_per_s": null } });
    let changed = stage.control(Method::PATCH, "/accounts/7", change).await.json();
    assert_eq!((&changed["failures"], &changed["rate"]["messages_per_s"]), (&json!("at_once"), &json!(null)));
    let known = json!({ "profile": { "name": "Bo", "user_id": "DE.5" }, "wrote_ms_ago": 90_000_000 });
    let standing = stage.control(Method::PUT, "/customer/7/4915", known).await.json();
    assert_eq!((&standing["window"], &standing["profile"]["wa_id"]), (&json!("closed"), &json!("4915")));
    assert_eq!(stage.control(Method::GET, "/customer/7/4915", json!(null)).await.json(), standing);
    assert_eq!(stage.control(Method::DELETE, "/customer/7/4915", json!(null)).await.status, 204);
    assert_eq!(stage.control(Method::GET, "/customer/7/4915", json!(null)).await.json(), json!(null));
    assert_eq!(stage.control(Method::POST, "/staff/7/4915", json!({ "text": "Hello" })).await.status, 200);
    let echo = &stage.gateway.only().json()["entry"][0]["changes"][0];
    assert_eq!(echo["field"], "smb_message_echoes");
    stage.control(Method::POST, "/handshake/7", json!({})).await;
    let told = stage.control(Method::GET, "/accounts", json!(null)).await;
    assert_eq!(told.json().as_array().unwrap().len(), 3);
    for secret in ["s7", "token-", "secret-", "verify-"] {
        assert!(!String::from_utf8_lossy(&told.raw).contains(secret), "{secret} is told");
    }
}

/// proves: AD-04
#[tokio::test]
async fn templates_are_registered_and_changed() {
    let line = Line::new().await;
    let path = format!("/templates/{NUMBER}");
    let template =
        json!({ "name": "hello", "language": "en", "components": [{ "type": "BODY", "text": "Hi" }] });
    let listed = line.0.control(Method::PUT, &path, template).await.json();
    assert_eq!((&listed[0]["status"], listed[0]["id"].is_string()), (&json!("APPROVED"), true));
    let news = json!({ "name": "hello", "status": "PAUSED", "deliver": { "times": 2 } });
    assert_eq!(line.0.control(Method::POST, &path, news).await.json()["posts"].as_array().unwrap().len(), 2);
    assert_eq!(line.0.control(Method::GET, &path, json!(null)).await.json()[0]["status"], "PAUSED");
    let unknown = line.0.control(Method::POST, &path, json!({ "name": "bye", "status": "PAUSED" })).await;
    assert_eq!(unknown.status, 400);
}

/// proves: AD-04
#[rstest]
#[case::unknown_kind(format!("/customer/{NUMBER}/1"), json!({ "kind": "sing" }), 400)]
#[case::unknown_field(format!("/customer/{NUMBER}/1"), json!({ "kind": "text", "text": "Hi", "colour": 1 }), 400)]
#[case::unknown_medium(format!("/customer/{NUMBER}/1"), json!({ "kind": "media", "media": "smell" }), 400)]
#[case::unknown_delivery(format!("/customer/{NUMBER}/1"), json!({ "kind": "media", "deliver": { "by": "pigeon" } }), 400)]
#[case::nothing_to_tap(format!("/customer/{NUMBER}/1"), json!({ "kind": "tap", "title": "Yes" }), 400)]
#[case::unknown_profile(format!("/templates/{NUMBER}"), json!({ "colour": 1 }), 400)]
#[case::unknown_step(format!("/faults/{NUMBER}"), json!({ "fault": "statuses", "steps": [{ "colour": 1 }] }), 400)]
#[case::nobody_together("/together".to_owned(), json!({ "events": [{ "kind": "text", "text": "Hi" }] }), 400)]
#[case::unknown_number_together("/together".to_owned(), json!({ "events": [{ "account": "404", "who": "1", "kind": "text", "text": "Hi" }] }), 404)]
#[case::unknown_provider("/accounts".to_owned(), json!({ "provider": "pigeon", "id": "1" }), 400)]
#[tokio::test]
async fn mistakes_are_told(#[case] path: String, #[case] body: Value, #[case] status: u16) {
    let line = Line::new().await;
    let reply = line.0.control(Method::POST, &path, body).await;
    assert_eq!((reply.status, reply.json()["error"].is_string()), (status, true), "{:?}", reply.raw);
}

/// proves: AD-04
#[tokio::test]
async fn what_was_held_back_is_released_on_request() {
    let line = Line::new().await;
    line.0
        .control(Method::POST, &format!("/faults/{NUMBER}"), json!({ "fault": "webhook_out_of_order" }))
        .await;
    line.maria().says("Hi").await.unwrap();
    assert!(line.0.gateway.all().is_empty());
    let released = line.0.control(Method::POST, &format!("/release/{NUMBER}"), json!(null)).await.json();
    assert_eq!(
        (&released[0]["status"], &item(&line.0.gateway.only())["text"]["body"]),
        (&json!(200), &json!("Hi"))
    );
}
