//! A token is shown to those who may see it, again after each redirect.

use secrecy::SecretString;
use tradepost_http::{Http, HttpConfig, Pass, Reach, Url};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

/// proves: PL-23
#[tokio::test]
async fn a_token_follows_no_redirect_to_a_stranger() {
    let (ours, stranger) = (MockServer::start().await, MockServer::start().await);
    let there = ResponseTemplate::new(302).insert_header("location", format!("{}/bytes", stranger.uri()));
    Mock::given(path("/medium")).respond_with(there).mount(&ours).await;
    let bytes = ResponseTemplate::new(200).set_body_raw("bytes", "image/png");
    Mock::given(path("/bytes")).respond_with(bytes).mount(&stranger).await;
    let http = Http::new(HttpConfig::default()).expect("a client");
    let known: Url = ours.uri().parse().expect("an address");
    let (token, to) = (SecretString::from("EAAGsecret"), |url: &Url| url.origin() == known.origin());
    let pass = Pass { token: &token, to: &to };
    let url = format!("{}/medium", ours.uri());
    let download = http.fetch_with("whatsapp", &url, 100, Reach::Any, pass).await.expect("fetched");
    assert_eq!(&download.bytes[..], b"bytes");
    for (server, shown) in [(&ours, Some("Bearer EAAGsecret")), (&stranger, None)] {
        let request = &server.received_requests().await.expect("a record")[0];
        let seen = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        assert_eq!(seen, shown);
    }
}
