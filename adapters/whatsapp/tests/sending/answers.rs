//! What answers mean. The whole tables stand beside them in `wire/failure.rs` and `wire/resold.rs`.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use tradepost_domain::{Content, ErrorKind};
use tradepost_ports::Messenger;
use tradepost_whatsapp::AccountConfig;
use wiremock::ResponseTemplate;

use super::{TOKEN, answering, cloud_account, line, opened, taken, wapi_account};

fn error(status: u16, code: i64) -> ResponseTemplate {
    let error = json!({
        "message": format!("(#{code}) no: {TOKEN}"), "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "In more words"}, "fbtrace_id": "AbC"
    });
    ResponseTemplate::new(status).set_body_json(json!({"error": error}))
}

/// proves: CH-02, PL-11
#[rstest]
#[case::window(error(400, 131_047), ErrorKind::OutsideWindow)]
#[case::token(error(401, 190), ErrorKind::Denied)]
#[case::number_gone(
    ResponseTemplate::new(400).set_body_json(json!({"error": {"code": 100, "error_subcode": 33}})),
    ErrorKind::Denied
)]
#[case::pair(error(400, 131_056), ErrorKind::RateLimited)]
#[case::too_fast_whatever_the_code(error(429, 190), ErrorKind::RateLimited)]
#[case::error_in_a_success(error(200, 130_429), ErrorKind::RateLimited)]
#[case::no_id(ResponseTemplate::new(200).set_body_json(json!({"messages": []})), ErrorKind::Uncertain)]
#[case::null_id(ResponseTemplate::new(200).set_body_json(json!({"messages": [null, {"id": null}]})), ErrorKind::Uncertain)]
#[case::null_list(ResponseTemplate::new(200).set_body_json(json!({"messages": null})), ErrorKind::Uncertain)]
#[case::garbage(ResponseTemplate::new(200).set_body_string("<html>"), ErrorKind::Uncertain)]
#[case::away(error(503, 2), ErrorKind::Unavailable)]
#[case::broken(error(500, 2), ErrorKind::Uncertain)]
#[case::proxy_is_away(ResponseTemplate::new(503).set_body_string("<html>"), ErrorKind::Uncertain)]
#[case::gateway(ResponseTemplate::new(504).set_body_string("<html>"), ErrorKind::Uncertain)]
#[tokio::test]
async fn an_answer_is_understood(#[case] answer: ResponseTemplate, #[case] kind: ErrorKind) {
    let server = answering(answer).await;
    let whatsapp = opened(cloud_account(&server.uri()));
    let error = whatsapp.send(&line(Content::text("Hi"))).await.expect_err("a failure");
    assert_eq!(error.kind, kind, "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
    assert_eq!(error.this_customer_only, error.code.as_deref() == Some("131056"));
    assert_eq!(server.received_requests().await.expect("a record").len(), 1, "a send was repeated");
}

#[tokio::test]
async fn any_2xx_is_a_success() {
    let server = answering(ResponseTemplate::new(201).set_body_json(taken())).await;
    opened(cloud_account(&server.uri())).send(&line(Content::text("Hi"))).await.expect("taken");
}

/// proves: PL-11
#[rstest]
#[case::cloud(cloud_account)]
#[case::wapi(wapi_account)]
#[tokio::test]
async fn a_lost_answer_is_uncertain_and_a_lost_connection_is_not(#[case] account: fn(&str) -> AccountConfig) {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    for (base, kind) in
        [(server.uri(), ErrorKind::Uncertain), ("http://127.0.0.1:1/".into(), ErrorKind::Unavailable)]
    {
        let config = AccountConfig { time_limit: Duration::from_millis(200), ..account(&base) };
        let error = opened(config).send(&line(Content::text("Hi"))).await.expect_err("no answer");
        assert_eq!(error.kind, kind, "{error}");
    }
}
