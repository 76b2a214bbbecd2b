//! Customers' media are fetched within limits, with the token for Meta alone, and believed by their bytes.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{ErrorKind, Media, MediaKind, Source};
use tradepost_ports::{MediaSource, Messenger};
use tradepost_whatsapp::AccountConfig;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::sending::{TOKEN, cloud_account, opened, wapi_account};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000";

/// Meta with one medium, 9001; its bytes are at `/bytes`.
async fn meta(status: u16, found: impl FnOnce(&str) -> Value, bytes: u16) -> MockServer {
    let server = MockServer::start().await;
    let found = ResponseTemplate::new(status).set_body_json(found(&format!("{}/bytes", server.uri())));
    Mock::given(method("GET")).and(path("/v25.0/9001")).respond_with(found).mount(&server).await;
    let bytes = ResponseTemplate::new(bytes).set_body_raw(PNG, "image/png");
    Mock::given(method("GET")).and(path("/bytes")).respond_with(bytes).mount(&server).await;
    server
}

fn known(url: &str) -> Value {
    json!({"messaging_product": "whatsapp", "url": url, "mime_type": "image/png", "file_size": 18, "id": "9001"})
}

async fn fetched(config: AccountConfig, kind: MediaKind, url: &str, most: u64) -> Result<String, ErrorKind> {
    let fetched = opened(config).fetch(&Media::remote(kind, url), most).await;
    fetched.map(|fetched| fetched.mime).map_err(|error| {
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
        error.kind
    })
}

/// proves: IN-11, CH-02
#[rstest]
#[case::picture(MediaKind::Image, 100, Ok("image/png"))]
#[case::at_the_limit(MediaKind::Image, 18, Ok("image/png"))]
#[case::too_large(MediaKind::Image, 17, Err(ErrorKind::Invalid))]
#[case::another_kind(MediaKind::Audio, 100, Err(ErrorKind::Invalid))]
#[tokio::test]
async fn a_medium_is_looked_up_and_fetched(
    #[case] kind: MediaKind,
    #[case] most: u64,
    #[case] expected: Result<&str, ErrorKind>,
) {
    let server = meta(200, known, 200).await;
    let got = fetched(cloud_account(&server.uri()), kind, "9001", most).await;
    assert_eq!(got, expected.map(str::to_owned));
    for request in server.received_requests().await.expect("a record") {
        assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}").as_str());
    }
}

/// proves: IN-11
#[rstest]
#[case::unknown_id(400, json!({"error": {"code": 100, "message": "Unsupported get request"}}), 200, ErrorKind::NotFound)]
#[case::expired_id(400, json!({"error": {"code": 100, "error_subcode": 33}}), 200, ErrorKind::NotFound)]
#[case::expired_id_in_short(400, json!({"error": {"code": 33}}), 200, ErrorKind::NotFound)]
#[case::no_such_path(404, json!({}), 200, ErrorKind::NotFound)]
#[case::token_refused(401, json!({"error": {"code": 190}}), 200, ErrorKind::Denied)]
#[case::too_fast(400, json!({"error": {"code": 4}}), 200, ErrorKind::RateLimited)]
#[case::broken(500, json!({}), 200, ErrorKind::Unavailable)]
#[case::broken_at_meta(500, json!({"error": {"code": 2}}), 200, ErrorKind::Unavailable)]
#[case::between(504, json!({}), 200, ErrorKind::Unavailable)]
#[case::no_address(200, json!({"id": "9001"}), 200, ErrorKind::Unexpected)]
#[case::no_json(200, json!("no"), 200, ErrorKind::Unexpected)]
#[case::expired(200, Value::Null, 401, ErrorKind::NotFound)]
#[case::gone(200, Value::Null, 404, ErrorKind::NotFound)]
#[case::away(200, Value::Null, 503, ErrorKind::Unavailable)]
#[tokio::test]
async fn a_medium_that_is_not_had_is_told(
    #[case] status: u16,
    #[case] answer: Value,
    #[case] bytes: u16,
    #[case] kind: ErrorKind,
) {
    let found = |url: &str| if answer.is_null() { known(url) } else { answer };
    let server = meta(status, found, bytes).await;
    assert_eq!(fetched(cloud_account(&server.uri()), MediaKind::Image, "9001", 100).await, Err(kind));
}

/// Whoever Meta's answer names: the token is for Meta.
/// proves: PL-02, PL-23
#[tokio::test]
async fn a_stranger_is_not_shown_the_token() {
    let stranger = MockServer::start().await;
    let bytes = ResponseTemplate::new(200).set_body_raw(PNG, "image/png");
    Mock::given(path("/bytes")).respond_with(bytes).mount(&stranger).await;
    let there = format!("{}/bytes", stranger.uri());
    let server = meta(200, |_| known(&there), 200).await;
    let got = fetched(cloud_account(&server.uri()), MediaKind::Image, "9001", 100).await;
    assert_eq!(got, Ok("image/png".to_owned()));
    let request = &stranger.received_requests().await.expect("a record")[0];
    assert!(request.headers.get("authorization").is_none());
}

/// An id goes into an address: it may not lead elsewhere.
/// proves: PL-23
#[rstest]
#[case::upwards("../me")]
#[case::query("9001?access_token=x")]
#[case::empty("")]
#[tokio::test]
async fn an_odd_id_is_not_asked_for(#[case] id: &str) {
    let server = meta(200, known, 200).await;
    let got = fetched(cloud_account(&server.uri()), MediaKind::Image, id, 100).await;
    assert_eq!(got, Err(ErrorKind::Invalid));
    assert!(server.received_requests().await.expect("a record").is_empty());
}

/// proves: IN-11, PL-23
#[rstest]
#[case::inside("https://169.254.169.254/")]
#[case::plain("http://files.example/1.jpg")]
#[tokio::test]
async fn a_real_account_fetches_from_no_internal_network(#[case] url: &str) {
    for config in [cloud_account("https://graph.facebook.com/"), wapi_account("https://wapi.in.net/api")] {
        assert_eq!(fetched(config, MediaKind::Image, url, 100).await, Err(ErrorKind::Invalid));
    }
}

/// proves: IN-11, CH-02
#[tokio::test]
async fn the_resellers_link_needs_no_token() {
    let server = meta(200, known, 200).await;
    let link = format!("{}/bytes", server.uri());
    let got = fetched(wapi_account(&server.uri()), MediaKind::Image, &link, 100).await;
    assert_eq!(got, Ok("image/png".to_owned()));
    assert!(server.received_requests().await.expect("a record")[0].headers.get("authorization").is_none());
    let got = fetched(wapi_account(&server.uri()), MediaKind::Image, "9001", 100).await;
    assert_eq!(got, Err(ErrorKind::NotFound), "an id is Meta's");
}

#[tokio::test]
async fn what_is_not_at_whatsapp_is_not_fetched() {
    let media = Media { kind: MediaKind::Image, source: Source::Missing { reason: "gone".into() } };
    let refused = opened(cloud_account("http://127.0.0.1:9/")).fetch(&media, 100).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid);
}

#[test]
fn fetching_has_terms_of_its_own() {
    let whatsapp = opened(cloud_account("https://graph.example/"));
    assert!(whatsapp.fetch_terms().time_limit > whatsapp.terms().time_limit);
    assert_ne!(whatsapp.fetch_terms().account, whatsapp.terms().account);
}
