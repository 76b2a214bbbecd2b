//! A token is exchanged for a newer one, which is used from then on.

use std::time::Duration;

use rstest::rstest;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tradepost_domain::{Content, ErrorKind, PortError};
use tradepost_instagram::{AccountConfig, Route};
use tradepost_ports::{FreshToken, Messenger, TokenSource};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param},
};

use crate::sending::{TOKEN, account, line, opened};

const NEW: &str = "IGAAnewer0043";
const DAY: u64 = 24 * 3600;

async fn asked(answer: ResponseTemplate) -> Result<FreshToken, PortError> {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/refresh_access_token"))
        .and(query_param("grant_type", "ig_refresh_token"))
        .and(query_param("access_token", "IGAAkept0041"))
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    opened(account(&server.uri())).refresh(&SecretString::from("IGAAkept0041")).await
}

/// proves: PL-21
#[rstest]
#[case::told(json!({"access_token": NEW, "token_type": "bearer", "expires_in": 5_183_944}), 5_183_944)]
#[case::assumed(json!({"access_token": NEW}), 60 * DAY)]
#[tokio::test]
async fn a_newer_token_comes_with_its_life(#[case] body: Value, #[case] seconds: u64) {
    let fresh = asked(ResponseTemplate::new(200).set_body_json(body)).await.expect("a token");
    assert_eq!((fresh.token.expose_secret(), fresh.lives), (NEW, Duration::from_secs(seconds)));
}

/// proves: PL-21
#[rstest]
#[case::too_young(400, json!({"error": {"message": "too young IGAAkept0041", "code": 100}}), ErrorKind::Invalid)]
#[case::expired(401, json!({"error": {"message": "expired IGAAkept0041", "code": 190, "error_subcode": 463}}), ErrorKind::Denied)]
#[case::broken(500, json!({"error": {"message": "later", "code": 2}}), ErrorKind::Unavailable)]
#[case::broken_in_between(502, json!({}), ErrorKind::Unavailable)]
#[case::too_fast(429, json!({}), ErrorKind::RateLimited)]
#[case::no_token(200, json!({"expires_in": 100}), ErrorKind::Unexpected)]
#[case::an_empty_token(200, json!({"access_token": ""}), ErrorKind::Unexpected)]
#[case::two_words(200, json!({"access_token": "IGAA two"}), ErrorKind::Unexpected)]
#[case::no_text(200, json!({"access_token": 7}), ErrorKind::Unexpected)]
#[case::an_error_in_a_success(200, json!({"error": {"message": "no", "code": 190}}), ErrorKind::Denied)]
#[tokio::test]
async fn a_refusal_is_told_without_the_token(
    #[case] status: u16,
    #[case] body: Value,
    #[case] kind: ErrorKind,
) {
    let error = asked(ResponseTemplate::new(status).set_body_json(body)).await.err().expect("a refusal");
    assert_eq!(error.kind, kind);
    assert!(!format!("{error:?} {error}").contains("IGAA"), "{error:?}");
}

/// proves: PL-21
#[rstest]
#[case::login(Route::InstagramLogin)]
#[case::page(Route::Page)]
#[tokio::test]
async fn the_next_line_leaves_with_the_newer_token(#[case] route: Route) {
    let server = MockServer::start().await;
    let taken = ResponseTemplate::new(200).set_body_json(json!({"message_id": "mid-1"}));
    Mock::given(method("POST")).respond_with(taken).mount(&server).await;
    let instagram = opened(AccountConfig { route, ..account(&server.uri()) });
    for token in [TOKEN, NEW] {
        instagram.cell().put(SecretString::from(token));
        instagram.send(&line(Content::text("Hi"))).await.expect("taken");
        let request = server.received_requests().await.expect("a record").pop().expect("a request");
        let shown = format!("{:?} {}", request.headers, request.url);
        assert!(shown.contains(token), "{shown}");
    }
    assert!(!format!("{instagram:?}").contains("IGAA"));
}
