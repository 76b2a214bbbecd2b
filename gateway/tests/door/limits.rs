//! Everything that enters is bounded.

use std::time::{Duration, Instant};

use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Answer, Running, SETTINGS, request};

const BEARER: (&str, &str) = ("authorization", "Bearer a-very-long-secret-of-the-website");
const JSON: (&str, &str) = ("content-type", "application/json");

/// proves: PL-09
#[tokio::test]
async fn a_body_of_four_mebibytes_is_refused_before_it_is_read() {
    let running = Running::start(SETTINGS).await;
    let head = "POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4194304\r\n\r\n";
    running.ask(head.as_bytes()).await.is_problem(413, "too-large");
    running.stop().await;
}

/// The whole body is on its way before the answer is looked for, as most clients do it: no reset may take the answer.
///
/// proves: PL-09
#[rstest]
#[case::webhook("/webhooks/post/main", &[], 4_194_304, 413, "too-large")]
#[case::no_path("/nowhere", &[], 4_194_304, 413, "too-large")]
#[case::wrong_key("/v1/chat", &[("authorization", "Bearer wrong")], 4_194_304, 413, "too-large")]
#[case::unsigned("/webhooks/post/main", &[], 1_048_576, 401, "unauthorized")]
#[case::small_and_no_path("/nowhere", &[], 1_048_576, 404, "not-found")]
#[case::small_and_wrong_key("/v1/chat", &[("authorization", "Bearer wrong"), JSON], 1_048_576, 401, "unauthorized")]
#[case::wrong_type("/v1/chat", &[BEARER, ("content-type", "text/plain")], 1_048_576, 415, "unsupported-type")]
#[tokio::test]
async fn who_writes_a_whole_body_at_once_reads_why_it_is_refused(
    #[case] path: &str,
    #[case] headers: &[(&str, &str)],
    #[case] bytes: usize,
    #[case] status: u16,
    #[case] kind: &str,
) {
    let running = Running::start(SETTINGS).await;
    let whole = request("POST", path, headers, &vec![b'a'; bytes]);
    let mut stream = running.connect().await;
    stream.write_all(&whole).await.expect("the house reads it away");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("no reset");
    Answer::of(&String::from_utf8_lossy(&answer)).is_problem(status, kind);
    drop(stream);
    running.stop().await;
}

/// Reading away is bounded too: by bytes for who writes on and on, by time for who stops and stays.
#[tokio::test]
async fn who_does_not_end_is_cut_after_the_answer() {
    let running = Running::start(SETTINGS).await;
    let head = "POST /webhooks/post/main HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\n";
    let begun = Instant::now();
    let mut endless = running.connect().await;
    endless.write_all(head.as_bytes()).await.expect("sent");
    let (mut written, block) = (0, [b'a'; 65_536]);
    while endless.write_all(&block).await.is_ok() {
        written += block.len();
        assert!(written < 64 * 1024 * 1024, "it is cut somewhere");
    }
    let mut silent = running.connect().await;
    silent.write_all(head.as_bytes()).await.expect("sent");
    Answer::read(&mut silent).await.is_problem(413, "too-large");
    let cut = async {
        while silent.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await
        }
    };
    tokio::time::timeout(Duration::from_secs(5), cut).await.expect("it is cut");
    assert!(begun.elapsed() < Duration::from_secs(8));
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
        stream.write_all(&chunk).await.expect("the house reads it away");
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
