//! One request to a house on a trusted address, for trying out: plain HTTP, no redirects, bounded. The product's calls
//! to providers leave through `adapters/http` instead.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use poem::http::{Method, Uri};
use tokio::{net::TcpStream, time::timeout};
use tradepost_ports::adapter::Signature;

/// The whole request may take so long.
const WAIT: Duration = Duration::from_secs(70);
/// The longest answer, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// What the house answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Posts JSON to `host:port`.
pub async fn post(to: &str, path: &str, signature: &Signature, body: Bytes) -> anyhow::Result<Answer> {
    let query = signature.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) };
    let mut request = poem::Request::builder()
        .method(Method::POST)
        .uri(target.parse::<Uri>().context("failed to build the address")?)
        .header("host", to)
        .header("content-type", "application/json")
        .header("content-length", body.len());
    for (name, value) in &signature.headers {
        request = request.header(name.as_str(), value.as_str());
    }
    timeout(WAIT, send(to, request.body(body))).await.context("the house did not answer in time")?
}

async fn send(to: &str, request: poem::Request) -> anyhow::Result<Answer> {
    let stream = TcpStream::connect(to).await.context("failed to connect")?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request: hyper::Request<_> = request.into();
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MOST).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("failed to read the answer: {error}"))?.to_bytes();
    connection.abort();
    Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
}
