//! A token is in the request and nowhere else.

use secrecy::SecretString;
use tradepost_http::Request;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, query_param},
};

use crate::{http, url};

const TOKEN: &str = "EAAGverysecret0042";

fn request(address: &str) -> Request {
    let token = SecretString::from(TOKEN);
    let request = Request::post("sandbox", url(address)).bearer(&token).expect("a header");
    request.secret_query("access_token", &token).json(&[1]).expect("a body")
}

#[tokio::test]
async fn the_provider_sees_the_token() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", format!("Bearer {TOKEN}")))
        .and(query_param("access_token", TOKEN))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    assert!(http().call(request(&server.uri())).await.is_ok());
}

#[tokio::test]
async fn nobody_else_does() {
    let asked = request("http://no-such-name.invalid/me?x=1");
    let shown = format!("{asked:?} {:?}", http());
    let error = http().call(asked).await.expect_err("no such name");
    let all = format!("{shown} {error} {error:?} {}", serde_json::to_string(&error).expect("json"));
    assert!(!all.contains("EAAG") && !all.contains("access_token"), "{all}");
}

#[test]
fn a_token_that_fits_no_header_is_a_fault_of_the_settings() {
    let token = SecretString::from("EAAG\nsecret");
    let error = Request::get("sandbox", url("http://localhost/")).bearer(&token).expect_err("a line break");
    assert_eq!(error.kind, tradepost_domain::ErrorKind::Config);
    assert!(!error.to_string().contains("EAAG"));
}
