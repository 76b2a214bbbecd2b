//! The control API, as another process uses it.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::stage::{ANNA, SHOP, Stage, text, until};

/// proves: AD-04
#[tokio::test]
async fn a_story_over_the_control_api() {
    let stage = Stage::new().await;
    let customer = format!("/customer/{SHOP}/{ANNA}");
    let said = stage
        .control(Method::POST, &customer, json!({ "kind": "text", "text": "Hi", "deliver": { "times": 2 } }))
        .await;
    assert_eq!((said.status, said.json()["posts"].as_array().unwrap().len()), (200, 2));
    assert_eq!(said.json()["posts"][1]["status"], 200);
    let burst = json!({ "events": [{ "kind": "text", "text": "a" }, { "kind": "like" }], "deliver": { "batch": "messaging" } });
    assert_eq!(
        stage.control(Method::POST, &customer, burst).await.json()["mids"].as_array().unwrap().len(),
        2
    );
    let fault = json!([{ "fault": "drop_after" }, { "fault": "fail", "status": 500, "code": 1, "times": 2 }]);
    assert_eq!(
        stage.control(Method::POST, &format!("/faults/{SHOP}"), fault).await.json().as_array().unwrap().len(),
        2
    );
    stage.try_send(&text("Yes")).await.unwrap_err();
    assert_eq!(stage.control(Method::DELETE, &format!("/faults/{SHOP}"), json!(null)).await.status, 204);
    stage.send(&text("Yes")).await;
    until("both settled", || {
        stage.sandbox.log().entries().iter().all(|entry| entry.answer != tradepost_sandbox::Answer::Pending)
    })
    .await;
    let log = stage
        .control(Method::GET, &format!("/log?account={SHOP}&customer={ANNA}&outcome=accepted"), json!(null))
        .await
        .json();
    let answers: Vec<_> = log.as_array().unwrap().iter().map(|entry| entry["answer"].clone()).collect();
    assert_eq!(answers, ["dropped", "given"]);
    let doubles = stage.control(Method::GET, "/doubles", json!(null)).await.json();
    assert_eq!(doubles, json!([{ "account": SHOP, "customer": ANNA, "body": text("Yes"), "seqs": [1, 2] }]));
    let lines = stage.control(Method::GET, "/log?format=lines&after=1", json!(null)).await;
    assert_eq!(String::from_utf8_lossy(&lines.raw).lines().count(), 1);
    let posts = stage.control(Method::GET, &format!("/webhooks?account={SHOP}"), json!(null)).await.json();
    assert_eq!(posts.as_array().unwrap().len(), 3);
    assert_eq!(stage.control(Method::DELETE, "/log", json!(null)).await.status, 204);
    assert!(stage.sandbox.log().entries().is_empty());
}

/// proves: AD-04
#[tokio::test]
async fn accounts_and_customers_are_made_and_changed() {
    let stage = Stage::new().await;
    let added = stage.control(Method::POST, "/accounts", json!({ "id": "2", "app_secret": "s2" })).await;
    assert_eq!((added.status, &added.json()["route"]), (201, &json!("L")));
    assert_eq!(stage.control(Method::POST, "/accounts", json!({ "id": "2" })).await.status, 409);
    let nowhere = stage.control(Method::POST, "/customer/2/5", json!({ "kind": "text", "text": "Hi" })).await;
    assert_eq!(nowhere.status, 409);
    assert!(nowhere.json()["error"].as_str().unwrap().contains("webhook_url"));
    let change = json!({ "webhook_url": stage.gateway_url, "echo": "before", "human_agent": true });
    let changed = stage.control(Method::PATCH, "/accounts/2", change).await.json();
    assert_eq!((&changed["echo"], &changed["webhook_url"]), (&json!("before"), &json!(stage.gateway_url)));
    let known = json!({ "profile": { "name": "Bo" }, "wrote_ms_ago": 90_000_000 });
    let standing = stage.control(Method::PUT, "/customer/2/5", known).await.json();
    assert_eq!(standing["window"], "human_agent");
    assert_eq!(stage.control(Method::GET, "/customer/2/5", json!(null)).await.json(), standing);
    assert_eq!(stage.control(Method::DELETE, "/customer/2/5", json!(null)).await.status, 204);
    assert_eq!(stage.control(Method::GET, "/customer/2/5", json!(null)).await.json(), json!(null));
    assert_eq!(stage.control(Method::POST, "/staff/2/5", json!({ "text": "Hello" })).await.status, 200);
    assert_eq!(stage.control(Method::POST, "/handshake/2", json!({})).await.json()["verified"], false);
    let told = stage.control(Method::GET, "/accounts", json!(null)).await;
    assert_eq!(told.json().as_array().unwrap().len(), 2);
    for secret in ["s2", "token-", "secret-", "verify-"] {
        assert!(!String::from_utf8_lossy(&told.raw).contains(secret), "{secret} is told");
    }
}

/// proves: AD-04
#[tokio::test]
async fn the_clock_is_moved_and_moved_back() {
    let stage = Stage::new().await;
    let moved = stage.control(Method::POST, "/clock", json!({ "advance_ms": 1000 })).await.json();
    assert_eq!(moved, json!({ "now_ms": 1_767_225_601_500i64, "offset_ms": 1000 }));
    stage.control(Method::POST, "/clock", json!({ "offset_ms": 0 })).await;
    assert_eq!(
        stage.control(Method::GET, "/clock", json!(null)).await.json()["now_ms"],
        1_767_225_600_500i64
    );
}

/// proves: AD-04
#[rstest]
#[case::unknown_account("/customer/404/1", json!({ "kind": "like" }), 404)]
#[case::unknown_kind("/customer/17841400000000001/1", json!({ "kind": "sing" }), 400)]
#[case::unknown_field("/customer/17841400000000001/1", json!({ "kind": "text", "text": "Hi", "colour": 1 }), 400)]
#[case::unknown_delivery("/customer/17841400000000001/1", json!({ "kind": "like", "deliver": { "by": "pigeon" } }), 400)]
#[case::unknown_fault("/faults/17841400000000001", json!({ "fault": "earthquake" }), 400)]
#[case::faults_of_nobody("/faults/404", json!({ "fault": "drop_before" }), 404)]
#[case::no_such_path("/nothing", json!({}), 404)]
#[tokio::test]
async fn mistakes_are_told(#[case] path: &str, #[case] body: Value, #[case] status: u16) {
    let stage = Stage::new().await;
    let reply = stage.control(Method::POST, path, body).await;
    assert_eq!((reply.status, reply.json()["error"].is_string()), (status, true), "{:?}", reply.raw);
}

/// proves: AD-04
#[tokio::test]
async fn what_was_held_back_is_released_on_request() {
    let stage = Stage::new().await;
    stage.control(Method::POST, &format!("/faults/{SHOP}"), json!({ "fault": "webhook_out_of_order" })).await;
    stage.anna().says("Hi").await.unwrap();
    assert!(stage.gateway.all().is_empty());
    let released = stage.control(Method::POST, &format!("/release/{SHOP}"), json!(null)).await.json();
    assert_eq!((&released[0]["status"], stage.gateway.all().len()), (&json!(200), 1));
}
