//! Error reports: what leaves, and what never does.

use std::path::Path;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::watch,
};
use tracing_subscriber::layer::SubscriberExt;
use tradepost_gateway::{serve, settings::Settings, telemetry::Telemetry};

use crate::{
    client::{Answer, SECRET, SETTINGS, request},
    fixture::{self, Made},
};

/// A receiver of reports: takes one request and hands it over as text.
async fn receive(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer).await.expect("bytes");
        bytes.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&bytes);
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let long = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            long.and_then(|long| long.parse().ok()).is_some_and(|long: usize| body.len() >= long)
        });
        if whole || length == 0 {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.expect("sent");
            return text.into_owned();
        }
    }
}

/// On a runtime of one thread, so that the subscriber of this thread hears everything.
///
/// proves: PL-14
#[tokio::test]
async fn an_error_is_reported_with_its_request_and_without_anybodys_words() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let receiving = tokio::spawn(receive(listener));
    let data = tempfile::tempdir().expect("a directory");
    let text =
        format!("[telemetry]\nsentry_dsn = \"http://key-of-the-project@127.0.0.1:{port}/7\"\n{SETTINGS}");
    let settings = Settings::read(&text, Path::new(data.path()), &fixture::outfit(), &Made::default())
        .expect("settings");
    let telemetry =
        Telemetry::begin(&settings.telemetry, settings.server.role).expect("set up").expect("told");
    let _heard = tracing::subscriber::set_default(tracing_subscriber::registry().with(telemetry.layers()));
    let opened =
        serve::open_watched(settings, &fixture::outfit(), None, Some(telemetry.clone())).await.expect("open");
    let address = opened.address;
    let (stops, stop) = watch::channel(false);
    let running = tokio::spawn(opened.run(stop));
    // The test channel's parser panics over this, with the customer's words beside it.
    let body = br#"["panic","MARKED-WORDS"]"#;
    let signature = fixture::sign(SECRET, body);
    let headers = [("x-post-signature", signature.as_str()), ("x-request-id", "asked-77")];
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    stream.write_all(&request("POST", "/webhooks/post/main", &headers, body)).await.expect("sent");
    assert_eq!(Answer::read(&mut stream).await.status, 500);
    let report = receiving.await.expect("a report");
    stops.send_replace(true);
    running.await.expect("no panic").expect("a stop");
    telemetry.end(std::time::Duration::from_secs(2)).await;
    assert!(report.starts_with("POST /api/7/envelope/ HTTP/1.1"), "{report}");
    assert!(report.contains("sentry_key=key-of-the-project"), "{report}");
    assert!(report.contains("\"correlation_id\":\"asked-77\"") && report.contains("a panic at"), "{report}");
    for secret in ["MARKED-WORDS", SECRET, signature.as_str(), "a parser that panics"] {
        assert!(!report.contains(secret), "{secret} stands in {report}");
    }
}
