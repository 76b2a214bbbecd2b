//! What customers sent is asked for by its id, fetched, and looked at.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{ErrorKind, Media, MediaKind, PortError, Source};
use tradepost_ports::{Fetched, MediaSource};
use tradepost_telegram::connect_media;
use tradepost_testkit::messenger::SECRET;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, method, path},
};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture";
const PATH: &str = "photos/file_3.jpg";

/// A server that knows the file `file-l-1` at that path, and serves those bytes at [`PATH`].
async fn server(found: Value, bytes: &[u8]) -> MockServer {
    let server = MockServer::start().await;
    let token = format!("{}:{SECRET}", crate::BOT);
    let ok = |result: Value| ResponseTemplate::new(200).set_body_json(json!({"ok": true, "result": result}));
    let gone = json!({"ok": false, "error_code": 400, "description": "Bad Request: file is too big"});
    Mock::given(method("POST"))
        .and(path(format!("/bot{token}/getFile")))
        .and(body_json(json!({"file_id": "file-l-1"})))
        .respond_with(ok(found))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(400).set_body_json(gone))
        .with_priority(9)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path(format!("/file/bot{token}/{PATH}")))
        .respond_with(ResponseTemplate::new(200).set_body_raw(bytes, "application/octet-stream"))
        .mount(&server)
        .await;
    server
}

fn found(file_path: &str) -> Value {
    json!({"file_id": "file-l-1", "file_unique_id": "u", "file_size": 20, "file_path": file_path})
}

async fn fetch(server: &MockServer, media: &Media, most: u64) -> Result<Fetched, PortError> {
    let config = crate::config(&server.uri(), Duration::from_secs(10));
    let fetched = connect_media(config, crate::http()).expect("good settings").fetch(media, most).await;
    if let Err(error) = &fetched {
        assert!(!format!("{error} {error:?}").contains(SECRET), "the token is shown: {error}");
    }
    fetched
}

#[tokio::test]
async fn a_picture_is_fetched_with_its_type() {
    let server = server(found(PATH), JPEG).await;
    let fetched =
        fetch(&server, &Media::remote(MediaKind::Image, "file-l-1"), 1000).await.expect("a picture");
    assert_eq!((&*fetched.bytes, fetched.mime.as_str()), (JPEG, "image/jpeg"));
}

#[rstest]
#[case::another_type(found(PATH), MediaKind::Video, "file-l-1", 1000, ErrorKind::Invalid)]
#[case::too_long(found(PATH), MediaKind::Image, "file-l-1", 10, ErrorKind::Invalid)]
#[case::longer_than_told(json!({"file_path": PATH}), MediaKind::Image, "file-l-1", 10, ErrorKind::Invalid)]
#[case::too_big_for_telegram(found(PATH), MediaKind::Image, "file-big", 1000, ErrorKind::Invalid)]
#[case::no_path(json!({"file_id": "file-l-1"}), MediaKind::Image, "file-l-1", 1000, ErrorKind::Invalid)]
#[case::upwards(found("../../etc/passwd"), MediaKind::Image, "file-l-1", 1000, ErrorKind::Invalid)]
#[case::on_its_disk(found("/var/lib/a.jpg"), MediaKind::Image, "file-l-1", 1000, ErrorKind::Invalid)]
#[case::gone(found("photos/gone.jpg"), MediaKind::Image, "file-l-1", 1000, ErrorKind::NotFound)]
#[case::puzzling(json!(true), MediaKind::Image, "file-l-1", 1000, ErrorKind::Unexpected)]
#[tokio::test]
async fn what_cannot_be_had_is_told(
    #[case] found: Value,
    #[case] kind: MediaKind,
    #[case] id: &str,
    #[case] most: u64,
    #[case] expected: ErrorKind,
) {
    let server = server(found, JPEG).await;
    let error = fetch(&server, &Media::remote(kind, id), most).await.expect_err("refused");
    assert_eq!(error.kind, expected, "{error}");
}

#[tokio::test]
async fn what_is_not_at_telegram_is_not_asked_for() {
    let server = server(found(PATH), JPEG).await;
    let media = Media { kind: MediaKind::Image, source: Source::Missing { reason: "gone".into() } };
    assert_eq!(fetch(&server, &media, 1000).await.expect_err("refused").kind, ErrorKind::Invalid);
    assert!(server.received_requests().await.unwrap_or_default().is_empty());
}
