//! A stop finishes what is in hand.

use std::time::{Duration, Instant};

use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::client::{Answer, Running, SECRET, SETTINGS, request};

/// proves: PL-12
#[tokio::test]
async fn a_request_that_has_begun_is_answered_and_nothing_new_is_accepted() {
    let running = Running::start(SETTINGS).await;
    let body = r#"[{"to":"box-1","from":"ann","id":"m1","text":"hush"}]"#;
    let signature = crate::fixture::sign(SECRET, body.as_bytes());
    let whole = request("POST", "/webhooks/post/main", &[("x-post-signature", &signature)], body.as_bytes());
    let (first, rest) = whole.split_at(whole.len() - 10);
    let mut begun = running.connect().await;
    begun.write_all(first).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.say_stop();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(TcpStream::connect(&running.address).await.is_err(), "nothing new");
    begun.write_all(rest).await.expect("sent");
    assert_eq!(Answer::read(&mut begun).await.status, 200);
    running.stop().await;
}

/// proves: PL-12
#[tokio::test]
async fn silent_connections_do_not_hold_a_stop_open() {
    let text = SETTINGS.replace("header_wait = \"300 ms\"", "header_wait = \"60 s\"");
    let running = Running::start(&text).await;
    let silent = running.connect().await;
    let mut half = running.connect().await;
    half.write_all(b"POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n")
        .await
        .expect("sent");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3));
    drop((silent, half));
}
