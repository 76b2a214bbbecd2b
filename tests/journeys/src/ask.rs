//! The website's server: `POST /v1/chat`, plain and as a stream, spoken over a bare connection.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::house::KEY;

/// What the website shows after a question: each message with its offers.
pub async fn ask(address: &str, contact: &str, words: &str, stream: bool) -> Vec<Value> {
    let body = json!({ "contact": contact, "text": words }).to_string();
    let accept = if stream { "text/event-stream" } else { "application/json" };
    let request = format!(
        "POST /v1/chat HTTP/1.1\r\nhost: shop\r\nconnection: close\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\naccept: {accept}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    connection.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    if stream { streamed(&answer) } else { whole(&answer) }
}

fn whole(answer: &str) -> Vec<Value> {
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["complete"], true, "{body}");
    body["messages"].as_array().expect("messages").clone()
}

/// Every event is one `data:` line; the last one says that the answer is complete.
fn streamed(answer: &str) -> Vec<Value> {
    let data = answer.lines().filter_map(|line| line.trim().strip_prefix("data:"));
    let mut events: Vec<Value> = data.map(|data| serde_json::from_str(data).expect("JSON")).collect();
    let end = events.pop().expect("an end");
    assert_eq!(end["complete"], true, "{answer}");
    events
}
