//! What a lost answer means.

use std::time::Duration;

use rstest::rstest;
use tokio::net::TcpListener;
use tradepost_domain::ErrorKind::{self, *};

use crate::{answer, http, read, server, take_head, write};

/// A way to lose an answer; the address of a server that does it.
async fn trouble(kind: &str) -> String {
    match kind {
        "refused" => {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            format!("http://{}/", listener.local_addr().expect("an address"))
        }
        "no such name" => "http://no-such-name.invalid/".into(),
        "not TLS" => {
            let plain = server(|stream| answer(stream, b"what?\r\n\r\n".to_vec())).await;
            plain.replace("http:", "https:")
        }
        "closed before reading" => server(|stream| async move { drop(stream) }).await,
        "closed after reading" => {
            server(|mut stream| async move {
                take_head(&mut stream).await;
            })
            .await
        }
        "reset after reading" => {
            server(|mut stream| async move {
                take_head(&mut stream).await;
                let _ = stream.set_zero_linger();
            })
            .await
        }
        "half an answer" => {
            let half = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"message_id\"".to_vec();
            server(move |stream| answer(stream, half.clone())).await
        }
        "not HTTP" => server(|stream| answer(stream, b"220 mail ready\r\n".to_vec())).await,
        other => panic!("no such trouble: {other}"),
    }
}

/// proves: PL-11
#[rstest]
#[case::refused("refused", Unavailable, Unavailable)]
#[case::no_such_name("no such name", Unavailable, Unavailable)]
#[case::not_tls("not TLS", Unavailable, Unavailable)]
#[case::closed_before("closed before reading", Unavailable, Uncertain)]
#[case::closed_after("closed after reading", Unavailable, Uncertain)]
#[case::reset_after("reset after reading", Unavailable, Uncertain)]
#[case::half("half an answer", Unavailable, Uncertain)]
#[case::not_http("not HTTP", Unavailable, Uncertain)]
#[tokio::test]
async fn only_what_certainly_did_not_arrive_may_be_sent_again(
    #[case] kind: &str,
    #[case] reading: ErrorKind,
    #[case] writing: ErrorKind,
) {
    let address = trouble(kind).await;
    let read = http().call(read(&address)).await.expect_err("no answer");
    let write = http().call(write(&address)).await.expect_err("no answer");
    assert_eq!((read.kind, write.kind), (reading, writing), "{read} / {write}");
}

/// proves: PL-11
#[rstest]
#[case::silent(Vec::new())]
#[case::begun(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{".to_vec())]
#[tokio::test]
async fn a_slow_answer_is_not_waited_for(#[case] first: Vec<u8>) {
    let address = server(move |mut stream| {
        let first = first.clone();
        async move {
            take_head(&mut stream).await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &first).await;
            tokio::spawn(async move {
                std::future::pending::<()>().await;
                drop(stream);
            });
        }
    })
    .await;
    let limit = Duration::from_millis(150);
    let read = http().call(read(&address).within(limit)).await.expect_err("no answer");
    let write = http().call(write(&address).within(limit)).await.expect_err("no answer");
    assert_eq!((read.kind, write.kind), (Unavailable, Uncertain), "{read} / {write}");
}

/// A kept connection that the server has closed meanwhile is not used for a send.
#[tokio::test]
async fn a_closed_connection_is_replaced() {
    let bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec();
    let address = server(move |stream| answer(stream, bytes.clone())).await;
    let http = http();
    for _ in 0..20 {
        let sent = http.call(write(&address)).await;
        assert!(sent.as_ref().is_ok_and(|answer| answer.status() == 200), "{sent:?}");
        tokio::task::yield_now().await;
    }
}
