//! The control API, where it is about bots.

use hyper::Method;
use serde_json::{Value, json};
use tradepost_sandbox::{SandboxError, TelegramAccount, TelegramCustomer};

use super::line::{BOT, Line, NINA, text};

async fn control(line: &Line, method: Method, path: &str, body: Value) -> (u16, Value) {
    let reply = line.0.control(method, path, body).await;
    let told = serde_json::from_slice(&reply.raw).unwrap_or_default();
    (reply.status, told)
}

/// proves: AD-04
#[tokio::test]
async fn a_bot_is_added_changed_and_told_without_its_secrets() {
    let line = Line::new().await;
    let (status, told) =
        control(&line, Method::POST, "/accounts", json!({ "provider": "telegram", "id": "7000000002" }))
            .await;
    assert_eq!((status, &told["username"]), (201, &json!("shop_7000000002_bot")));
    let change =
        json!({ "webhook_url": line.0.gateway_url, "rate": { "chat_burst": 1 }, "token_revoked": true });
    let (status, told) = control(&line, Method::PATCH, "/accounts/7000000002", change).await;
    assert_eq!((status, &told["rate"]["chat_burst"], &told["token_revoked"]), (200, &json!(1), &json!(true)));
    let (_, all) = control(&line, Method::GET, "/accounts", json!({})).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(!all.to_string().contains("token-7000000002") && !all.to_string().contains("secret-token"));
}

/// proves: AD-04
#[tokio::test]
async fn ids_are_told_apart_across_channels() {
    let line = Line::new().await;
    for account in [
        json!({ "id": BOT }),
        json!({ "provider": "whatsapp", "id": BOT }),
        json!({ "provider": "telegram", "id": BOT }),
    ] {
        assert_eq!(control(&line, Method::POST, "/accounts", account).await.0, 409);
    }
    let named = TelegramAccount { id: "shop".into(), ..TelegramAccount::new("1") };
    assert!(matches!(line.0.sandbox.add_telegram(named), Err(SandboxError::Unclear(_))));
}

/// proves: AD-04
#[tokio::test]
async fn a_customer_is_made_known_looked_at_and_forgotten() {
    let line = Line::new().await;
    let path = format!("/customer/{BOT}/{NINA}");
    assert_eq!(control(&line, Method::GET, &path, json!({})).await, (200, Value::Null));
    let known = json!({ "profile": { "first_name": "Nina" }, "wrote_ms_ago": 1000 });
    let (status, standing) = control(&line, Method::PUT, &path, known).await;
    assert_eq!((status, &standing["profile"]["first_name"]), (200, &json!("Nina")));
    assert_eq!(
        (&standing["started"], &standing["wrote_at_ms"]),
        (&json!(true), &json!(1_767_225_599_500_i64))
    );
    line.sent("sendMessage", &text("Hi")).await;
    let blocks = json!({ "events": [{ "kind": "text", "text": "Hi" }, { "kind": "block" }], "deliver": { "times": 2 } });
    let (_, delivered) = control(&line, Method::POST, &path, blocks).await;
    assert_eq!((&delivered["mids"], line.updates().len()), (&json!(["2", null]), 4));
    let (_, standing) = control(&line, Method::GET, &path, json!({})).await;
    let last = (&standing["last_sent"], &standing["last_heard"], &standing["blocked"]);
    assert_eq!(last, (&json!(1), &json!(2), &json!(true)));
    assert_eq!(control(&line, Method::DELETE, &path, json!({})).await.0, 204);
    assert_eq!(line.nina().standing(), None);
}

/// proves: AD-04
#[tokio::test]
async fn what_makes_no_sense_is_told() {
    let line = Line::new().await;
    let path = format!("/customer/{BOT}/{NINA}");
    let wrong = [
        (Method::POST, format!("/customer/{BOT}/nina"), json!({ "kind": "text", "text": "Hi" })),
        (Method::POST, format!("/customer/{BOT}/-5"), json!({ "kind": "text", "text": "Hi" })),
        (Method::POST, path.clone(), json!({ "kind": "dance" })),
        (Method::POST, path.clone(), json!({ "kind": "tap" })),
        (Method::POST, path, json!({ "kind": "edit", "text": "x" })),
        (Method::POST, format!("/staff/{BOT}/{NINA}"), json!({ "text": "Hi" })),
        (Method::POST, format!("/handshake/{BOT}"), json!({})),
    ];
    for (method, path, body) in wrong {
        let (status, told) = control(&line, method, &path, body).await;
        assert_eq!((status, told["error"].is_string()), (400, true), "{path} {told}");
    }
    assert!(line.updates().is_empty());
}

/// One customer type serves bots of any id; a bot that is not there has none.
///
/// proves: AD-04
#[tokio::test]
async fn a_bot_that_is_not_there_has_no_customers() {
    let line = Line::new().await;
    let nobody = line.0.sandbox.telegram_customer("7000000009", NINA).err();
    assert!(matches!(nobody, Some(SandboxError::NoAccount(_))));
    let _: TelegramCustomer = line.nina();
}
