//! A client that speaks bytes, so that it can misbehave; and a house behind a real port.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
};
use tradepost_engine::House;
use tradepost_gateway::{serve, settings::Settings};

use crate::fixture::{self, Made};

pub const SECRET: &str = "the endpoint's secret";
pub const KEY: &str = "a-very-long-secret-of-the-website";

/// A house with one endpoint `/webhooks/post/main` (also `/letters`), one account `box-1` and one API key.
pub const SETTINGS: &str = r#"
[server]
bind = "127.0.0.1"
port = 0
most_body_bytes = 1048576
header_wait = "300 ms"
body_wait = "400 ms"
request_wait = "10 s"
stop_wait = "2 s"
[store]
data = "."
[[storefront]]
id = "shop"
name = "Shop"
currency = "USD"
[[storefront]]
id = "stall"
name = "Stall"
currency = "EUR"
[[endpoint]]
channel = "post"
name = "main"
secret = "the endpoint's secret"
paths = ["/letters"]
[[account]]
channel = "post"
id = "box-1"
storefront = "shop"
token = "token"
[[key]]
id = "website"
secret = "a-very-long-secret-of-the-website"
storefronts = ["shop"]
per_minute = 8
"#;

/// A house that runs.
pub struct Running {
    pub address: String,
    pub house: Arc<House>,
    stops: watch::Sender<bool>,
    task: JoinHandle<Result<(), serve::ServeError>>,
    _data: tempfile::TempDir,
}

impl Running {
    pub async fn start(text: &str) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let outfit = fixture::outfit();
        let settings = Settings::read(text, data.path(), &outfit, &Made::default()).expect("settings");
        let opened = serve::open(settings, &outfit, None).await.expect("a house");
        let (stops, stop) = watch::channel(false);
        let (address, house) = (opened.address.to_string(), Arc::clone(&opened.house));
        let task = tokio::spawn(opened.run(stop));
        Self { address, house, stops, task, _data: data }
    }

    /// Says stop without waiting.
    pub fn say_stop(&self) {
        self.stops.send_replace(true);
    }

    pub async fn stop(self) {
        self.say_stop();
        tokio::time::timeout(Duration::from_secs(5), self.task)
            .await
            .expect("in time")
            .expect("no panic")
            .expect("a stop");
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.expect("a connection")
    }

    pub async fn ask(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        stream.write_all(request).await.expect("sent");
        Answer::read(&mut stream).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.ask(&request("POST", path, headers, body)).await
    }

    /// A letter as the provider would post it.
    pub async fn letter(&self, body: &str) -> Answer {
        let signature = fixture::sign(SECRET, body.as_bytes());
        self.post("/webhooks/post/main", &[("x-post-signature", &signature)], body.as_bytes()).await
    }

    pub async fn chat(&self, body: &str) -> Answer {
        let bearer = format!("Bearer {KEY}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.post("/v1/chat", &headers, body.as_bytes()).await
    }
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
    text += &format!("content-length: {}\r\n", body.len());
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    [text.as_bytes(), b"\r\n", body].concat()
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// Reads until the house closes the connection. Status 0: it closed without an answer.
    pub async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut bytes)).await;
        // A connection that was reset has still brought what it brought.
        let _ = read.expect("the connection ends in time");
        Self::of(&String::from_utf8_lossy(&bytes))
    }

    pub fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// Asserts that this is a problem document of the kind.
    #[track_caller]
    pub fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let body = self.json();
        assert_eq!(body["type"], format!("urn:tradepost:problem:{kind}"));
        assert_eq!(body["status"], status);
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()));
        let id = body["correlation_id"].as_str().map(str::to_ascii_lowercase);
        assert_eq!(id.as_deref(), self.header("x-request-id"));
    }
}

/// What a house on memory has stored.
pub fn store(running: &Running) -> Arc<dyn tradepost_ports::Store> {
    Arc::clone(running.house.store())
}
