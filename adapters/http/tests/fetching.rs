//! Fetching from addresses that a payload named.

use rstest::rstest;
use tradepost_domain::ErrorKind;
use tradepost_http::Reach;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::http;

async fn cdn() -> MockServer {
    let server = MockServer::start().await;
    let picture = ResponseTemplate::new(200).set_body_raw(vec![7; 100], "image/png; x=y");
    Mock::given(path("/picture")).respond_with(picture).mount(&server).await;
    let moved = ResponseTemplate::new(302).insert_header("location", "/picture");
    Mock::given(path("/moved")).respond_with(moved).mount(&server).await;
    let around = ResponseTemplate::new(302).insert_header("location", "/around");
    Mock::given(path("/around")).respond_with(around).mount(&server).await;
    server
}

#[rstest]
#[case::at_once("/picture", 100, None)]
#[case::redirected("/moved", 100, None)]
#[case::too_large("/picture", 99, Some(ErrorKind::Invalid))]
#[case::for_ever("/around", 100, Some(ErrorKind::Invalid))]
#[case::not_there("/nothing", 100, Some(ErrorKind::NotFound))]
#[tokio::test]
async fn a_medium_is_fetched_within_its_limits(
    #[case] at: &str,
    #[case] most: u64,
    #[case] refused: Option<ErrorKind>,
) {
    let server = cdn().await;
    let url = format!("{}{at}", server.uri());
    match (http().fetch("sandbox", &url, most, Reach::Any).await, refused) {
        (Ok(download), None) => {
            assert_eq!((download.bytes.len(), download.mime.as_deref()), (100, Some("image/png")));
        }
        (Err(error), Some(kind)) => assert_eq!(error.kind, kind, "{error}"),
        (other, _) => panic!("{other:?}"),
    }
}

/// proves: PL-23
#[rstest]
#[case::plain("http://127.0.0.1:PORT/picture")]
#[case::literal("https://127.0.0.1:PORT/picture")]
#[case::name("https://localhost:PORT/picture")]
#[case::mapped("https://[::ffff:127.0.0.1]:PORT/picture")]
#[case::decimal("https://2130706433:PORT/picture")]
#[tokio::test]
async fn an_internal_address_is_never_connected_to(#[case] url: &str) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let url = url.replace("PORT", &port.to_string());
    let refused = http().fetch("sandbox", &url, 100, Reach::Public).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid, "{refused}");
    let nobody = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "somebody connected");
}

#[rstest]
#[case::no_address("picture.png")]
#[case::empty("")]
#[case::file("file:///etc/passwd")]
#[tokio::test]
async fn what_is_no_web_address_is_refused(#[case] url: &str) {
    let refused = http().fetch("sandbox", url, 100, Reach::Any).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::Invalid);
}
