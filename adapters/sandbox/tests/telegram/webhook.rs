//! `setWebhook` and its kin.

use rstest::rstest;
use serde_json::{Value, json};

use super::line::{BOT, Line, refused};

/// proves: AD-04, IN-02
#[tokio::test]
async fn a_webhook_is_set_told_and_taken_away() {
    let line = Line::with(|bot| tradepost_sandbox::TelegramAccount { webhook_url: None, ..bot }).await;
    line.nina().says("Hi").await.unwrap_err();
    let url = line.0.gateway_url.clone();
    let set = json!({ "url": url, "secret_token": "a-Secret_1", "allowed_updates": ["message"], "max_connections": 1 });
    let reply = line.call("setWebhook", &set).await;
    assert_eq!(reply.json(), json!({ "ok": true, "result": true, "description": "Webhook was set" }));
    line.nina().says("Hi").await.unwrap();
    let post = line.0.gateway.only();
    assert_eq!(post.headers["x-telegram-bot-api-secret-token"], "a-Secret_1");
    let info = line.sent("getWebhookInfo", &json!({})).await;
    assert_eq!((&info["url"], &info["allowed_updates"]), (&json!(url), &json!(["message"])));
    assert_eq!((&info["pending_update_count"], info.get("last_error_date")), (&json!(0), None));
    // Without a secret there is none, and kinds that are not named stay.
    line.sent("setWebhook", &json!({ "url": url })).await;
    line.nina().says("Hi").await.unwrap();
    assert!(!line.0.gateway.all()[1].headers.contains_key("x-telegram-bot-api-secret-token"));
    assert_eq!(line.sent("getWebhookInfo", &json!({})).await["allowed_updates"], json!(["message"]));
    line.sent("setWebhook", &json!({ "url": url, "allowed_updates": [] })).await;
    assert_eq!(line.sent("getWebhookInfo", &json!({})).await.get("allowed_updates"), None);
    line.sent("deleteWebhook", &json!({})).await;
    line.nina().says("Hi").await.unwrap_err();
    assert_eq!(line.sent("getWebhookInfo", &json!({})).await["url"], "");
}

/// proves: AD-04
#[rstest]
#[case::no_address(json!({ "url": "shop" }), "bad webhook: invalid webhook URL specified")]
#[case::plain(json!({ "url": "http://shop.example/hook" }), "bad webhook: An HTTPS URL must be provided for webhook")]
#[case::port(json!({ "url": "https://shop.example:8080/hook" }), "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")]
#[case::secret(json!({ "url": "https://shop.example/hook", "secret_token": "two words" }), "secret token contains unallowed characters or is too long")]
#[case::long_secret(json!({ "url": "https://shop.example/hook", "secret_token": "x".repeat(257) }), "secret token contains unallowed characters or is too long")]
#[case::connections(json!({ "url": "https://shop.example/hook", "max_connections": 101 }), "max_connections is not within 1 and 100")]
#[case::kinds(json!({ "url": "https://shop.example/hook", "allowed_updates": {} }), "can't parse allowed_updates: a list is expected")]
#[tokio::test]
async fn a_webhook_that_is_wrong(#[case] fields: Value, #[case] why: &str) {
    let line = Line::new().await;
    assert_eq!(refused(&line.call("setWebhook", &fields).await), (400, 400, format!("Bad Request: {why}")));
    line.nina().says("Hi").await.unwrap();
}

/// proves: AD-04
#[rstest]
#[case::port("https://shop.example:8443/hook")]
#[case::usual_port("https://shop.example/hook")]
#[tokio::test]
async fn a_webhook_elsewhere_is_taken_and_posts_to_it_fail(#[case] url: &str) {
    let line = Line::new().await;
    line.sent("setWebhook", &json!({ "url": url, "secret_token": "x".repeat(256) })).await;
    assert!(!line.nina().says("Hi").await.unwrap().accepted());
    let info = line.sent("getWebhookInfo", &json!({})).await;
    assert_eq!(info["last_error_date"], 1_767_225_600);
}

/// proves: AD-04
#[tokio::test]
async fn a_bot_knows_itself() {
    let me = Line::new().await.sent("getMe", &json!({})).await;
    assert_eq!((&me["id"], &me["username"]), (&json!(7_000_000_001_i64), &json!(format!("shop_{BOT}_bot"))));
}
