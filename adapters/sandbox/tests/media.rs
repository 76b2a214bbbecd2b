//! The media host and its ways of going wrong.

use hyper::Method;
use rstest::rstest;
use tradepost_sandbox::Action;

use crate::stage::{Stage, call};

/// proves: AD-04, IN-11
#[tokio::test]
async fn a_customers_picture_is_there_until_it_expires() {
    let stage = Stage::new().await;
    stage.anna().does(Action::picture()).await.unwrap();
    let item = stage.gateway.only().item();
    let url = item["message"]["attachments"][0]["payload"]["url"].as_str().unwrap();
    let picture = call(Method::GET, url, &[], "").await.unwrap();
    assert_eq!((picture.status, &picture.headers["content-type"]), (200, &"image/png".parse().unwrap()));
    assert!(picture.raw.starts_with(b"\x89PNG\r\n\x1a\n"));
    stage.sandbox.clock().advance_ms(3_600_000);
    assert_eq!(call(Method::GET, url, &[], "").await.unwrap().status, 410);
}

/// proves: AD-04, IN-11
#[rstest]
#[case::padded("a.png?bytes=9000000", 200, "image/png", Some(9_000_000))]
#[case::without_length("a.png?bytes=300000&chunked=true", 200, "image/png", None)]
#[case::wrong_type("a.png?type=text/html", 200, "text/html", Some(268))]
#[case::video("a.mp4", 200, "video/mp4", Some(40))]
#[case::missing("a.png?status=404", 404, "image/png", Some(268))]
#[tokio::test]
async fn bent(#[case] path: &str, #[case] status: u16, #[case] kind: &str, #[case] length: Option<usize>) {
    let stage = Stage::new().await;
    let reply = stage.get(&format!("/cdn/{path}")).await;
    assert_eq!((reply.status, reply.headers["content-type"].to_str().unwrap()), (status, kind));
    let told = reply.headers.get("content-length").map(|length| length.to_str().unwrap().parse().unwrap());
    assert_eq!(told, length);
    assert_eq!(reply.raw.len(), length.unwrap_or(300_000));
}

/// proves: AD-04
#[tokio::test]
async fn redirected() {
    let stage = Stage::new().await;
    let reply = stage.get("/cdn/a.png?location=http://169.254.169.254/").await;
    assert_eq!((reply.status, reply.headers["location"].to_str().unwrap()), (302, "http://169.254.169.254/"));
}
