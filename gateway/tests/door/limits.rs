//! Everything that enters is bounded.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use crate::client::{Answer, Running, SETTINGS};

/// proves: PL-09
#[tokio::test]
async fn a_body_of_four_mebibytes_is_refused_before_it_is_read() {
    let running = Running::start(SETTINGS).await;
    let head = "POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4194304\r\n\r\n";
    running.ask(head.as_bytes()).await.is_problem(413, "too-large");
    running.stop().await;
}

/// proves: PL-09
#[tokio::test]
async fn a_body_without_a_length_is_refused_where_it_becomes_too_long() {
    let running = Running::start(SETTINGS).await;
    let mut stream = running.connect().await;
    let head = "POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let chunk = [format!("{:x}\r\n", 65_536).as_bytes(), &[b'a'; 65_536], b"\r\n"].concat();
    for _ in 0..17 {
        // The house may have answered and closed already.
        let _ = stream.write_all(&chunk).await;
    }
    Answer::read(&mut stream).await.is_problem(413, "too-large");
    running.stop().await;
}

/// proves: PL-09
#[tokio::test]
async fn a_slow_body_is_answered_with_408() {
    let running = Running::start(SETTINGS).await;
    let mut stream = running.connect().await;
    let head =
        "POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let begun = Instant::now();
    Answer::read(&mut stream).await.is_problem(408, "request-timeout");
    assert!((300..3000).contains(&begun.elapsed().as_millis()));
    running.stop().await;
}

#[tokio::test]
async fn slow_headers_are_cut_even_when_they_trickle() {
    let running = Running::start(SETTINGS).await;
    let mut stream = running.connect().await;
    let begun = Instant::now();
    for byte in b"GET /health HTTP/1.1\r\nhost: x\r\nx-long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".chunks(2) {
        if stream.write_all(byte).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        if begun.elapsed() > Duration::from_secs(1) {
            break;
        }
    }
    let answer = Answer::read(&mut stream).await;
    assert!(matches!(answer.status, 0 | 408), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    running.stop().await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut() {
    let running = Running::start(SETTINGS).await;
    let mut stream = running.connect().await;
    let begun = Instant::now();
    assert_eq!(Answer::read(&mut stream).await.status, 0);
    assert!(begun.elapsed() < Duration::from_secs(3));
    running.stop().await;
}

/// Silent clients hold every place; they are cut, and the one who waits is served.
#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let running = Running::start(&SETTINGS.replace("port = 0", "port = 0\nmost_connections = 2")).await;
    let silent = [running.connect().await, running.connect().await];
    assert_eq!(running.get("/health").await.status, 200);
    drop(silent);
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_harms_nobody() {
    let running = Running::start(SETTINGS).await;
    let mut stream = running.connect().await;
    let head = "POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.expect("sent");
    drop(stream);
    assert_eq!(running.get("/health").await.status, 200);
    running.stop().await;
}
