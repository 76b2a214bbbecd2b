//! Size, redirects and what an answer tells.

use std::time::Duration;

use rstest::rstest;
use tradepost_domain::ErrorKind;
use tradepost_http::Intent;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{answer, http, read, server, write};

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    server
}

fn chunked(chunks: usize, size: usize) -> Vec<u8> {
    let chunk = format!("{size:x}\r\n{}\r\n", "x".repeat(size));
    format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(chunks))
        .into_bytes()
}

#[rstest]
#[case::fits(10, 100, true)]
#[case::one_too_many(11, 91, false)]
#[case::endless(100_000, 100, false)]
#[tokio::test]
async fn an_answer_of_unknown_length_is_read_up_to_the_limit(
    #[case] chunks: usize,
    #[case] size: usize,
    #[case] fits: bool,
) {
    let address = server(move |stream| answer(stream, chunked(chunks, size))).await;
    let (read, write) = (http().call(read(&address)).await, http().call(write(&address)).await);
    let kinds = (read.map_err(|error| error.kind).err(), write.map_err(|error| error.kind).err());
    let expected =
        if fits { (None, None) } else { (Some(ErrorKind::Unexpected), Some(ErrorKind::Uncertain)) };
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn an_answer_that_announces_too_much_is_not_read() {
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".to_vec();
    let address = server(move |stream| answer(stream, bytes.clone())).await;
    let refused = http().call(read(&address)).await.expect_err("too long");
    assert!(refused.detail.contains("longer than 1000 bytes"), "{refused}");
}

#[tokio::test]
async fn a_request_may_ask_for_another_limit() {
    let server = answering(ResponseTemplate::new(200).set_body_string("x".repeat(2000))).await;
    assert!(http().call(read(&server.uri()).at_most(2000)).await.is_ok());
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_others() {
    let inside = answering(ResponseTemplate::new(200)).await;
    let server = answering(ResponseTemplate::new(307).insert_header("location", inside.uri())).await;
    let told = http().call(write(&server.uri())).await.expect("an answer");
    assert_eq!(told.status(), 307);
    assert!(inside.received_requests().await.expect("a record").is_empty());
}

#[tokio::test]
async fn an_answer_tells_status_wait_and_type() {
    let template = ResponseTemplate::new(429)
        .insert_header("retry-after", "7")
        .set_body_raw("{}", "Application/JSON; charset=utf-8");
    let server = answering(template).await;
    let told = http().call(read(&server.uri())).await.expect("an answer");
    assert_eq!(told.mime().as_deref(), Some("application/json"));
    let error = told.expect_success("sandbox", Intent::Read).expect_err("429");
    assert_eq!((error.kind, error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(7))));
}

#[tokio::test]
async fn a_date_to_wait_for_is_counted_from_the_servers_own() {
    let template = ResponseTemplate::new(503)
        .insert_header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .insert_header("retry-after", "Thu, 01 Jan 2026 00:01:30 GMT");
    let server = answering(template).await;
    let told = http().call(read(&server.uri())).await.expect("an answer");
    assert_eq!(told.retry_after(), Some(Duration::from_secs(90)));
}

#[rstest]
#[case::read(Intent::Read, ErrorKind::Unexpected)]
#[case::write(Intent::Write, ErrorKind::Uncertain)]
#[tokio::test]
async fn garbage_does_not_tell(#[case] intent: Intent, #[case] kind: ErrorKind) {
    let server = answering(ResponseTemplate::new(200).set_body_string("<html>secret words")).await;
    let told = http().call(read(&server.uri())).await.expect("an answer");
    let error = told.json::<serde_json::Value>("sandbox", intent).expect_err("garbage");
    assert_eq!(error.kind, kind);
    assert!(!format!("{error:?}").contains("secret words"));
}
