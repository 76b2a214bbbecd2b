//! Customers' media are fetched within limits and believed by their bytes.

use std::time::Duration;

use rstest::rstest;
use secrecy::SecretString;
use tradepost_domain::{ErrorKind, Media, MediaKind, Source};
use tradepost_http::{Http, HttpConfig};
use tradepost_instagram::{AccountConfig, Route, connect};
use tradepost_ports::MediaSource;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::{
    ACCOUNT,
    sending::{TOKEN, account, opened},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000";

/// proves: IN-11
#[rstest]
#[case::picture(200, MediaKind::Image, 100, Ok("image/png"))]
#[case::at_the_limit(200, MediaKind::Image, 18, Ok("image/png"))]
#[case::too_large(200, MediaKind::Image, 17, Err(ErrorKind::Invalid))]
#[case::another_kind(200, MediaKind::Audio, 100, Err(ErrorKind::Invalid))]
#[case::expired(403, MediaKind::Image, 100, Err(ErrorKind::NotFound))]
#[case::gone(404, MediaKind::Image, 100, Err(ErrorKind::NotFound))]
#[case::away(503, MediaKind::Image, 100, Err(ErrorKind::Unavailable))]
#[tokio::test]
async fn a_medium_is_fetched_within_its_limits(
    #[case] status: u16,
    #[case] kind: MediaKind,
    #[case] most: u64,
    #[case] expected: Result<&str, ErrorKind>,
) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_raw(PNG, "image/png");
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    let media = Media::remote(kind, format!("{}/cdn?asset_id=1", server.uri()));
    let fetched = opened(account(&server.uri())).fetch(&media, most).await;
    let mime = fetched.as_ref().map(|fetched| fetched.mime.as_str()).map_err(|error| error.kind);
    assert_eq!(mime, expected);
    let request = &server.received_requests().await.expect("a record")[0];
    assert!(request.headers.get("authorization").is_none() && !request.url.as_str().contains("access_token"));
}

/// proves: IN-11, PL-23
#[tokio::test]
async fn a_real_account_fetches_from_no_internal_network() {
    let server = MockServer::start().await;
    let config = AccountConfig::new(ACCOUNT, Route::InstagramLogin, SecretString::from(TOKEN));
    let instagram = opened(config);
    for url in [server.uri(), server.uri().replace("http:", "https:"), "https://169.254.169.254/".into()] {
        let refused = instagram.fetch(&Media::remote(MediaKind::Image, url), 100).await.expect_err("refused");
        assert_eq!(refused.kind, ErrorKind::Invalid);
    }
    assert!(server.received_requests().await.expect("a record").is_empty());
}

#[tokio::test]
async fn what_is_not_at_instagram_is_not_fetched() {
    let source = Source::Missing { reason: "gone".into() };
    let media = Media { kind: MediaKind::Image, source };
    let refused = opened(account("http://127.0.0.1:9/")).fetch(&media, 100).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid);
}

/// The guard around it may not be stricter than the client that fetches.
#[test]
fn the_terms_of_fetching_tell_how_long_a_fetch_may_take() {
    let limits = HttpConfig { fetch_limit: Duration::from_secs(90), ..HttpConfig::default() };
    let instagram = connect(account("https://graph.example/"), Http::new(limits).expect("a client"));
    assert_eq!(instagram.expect("good settings").fetch_terms().time_limit, Duration::from_secs(90));
}
