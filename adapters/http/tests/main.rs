//! The client against real sockets: what a lost answer means, limits, secrets, reach.

mod fetching;
mod limits;
mod lost;
mod passes;
mod secrets;
mod tracing;

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tradepost_http::{Http, HttpConfig, Request, Url};

/// A client with short limits.
fn http() -> Http {
    let config = HttpConfig {
        connect_limit: Duration::from_secs(2),
        time_limit: Duration::from_secs(5),
        most_bytes: 1000,
        ..HttpConfig::default()
    };
    Http::new(config).expect("a client")
}

fn url(text: &str) -> Url {
    text.parse().expect("an address")
}

fn write(address: &str) -> Request {
    Request::post("sandbox", url(address)).json(&serde_json::json!({"text": "hello"})).expect("a request")
}

fn read(address: &str) -> Request {
    Request::get("sandbox", url(address))
}

/// A server that treats every connection the same way; its address.
async fn server<F, W>(treat: F) -> String
where
    F: Fn(TcpStream) -> W + Send + 'static,
    W: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            treat(stream).await;
        }
    });
    address
}

/// Reads until the request's head has come.
async fn take_head(stream: &mut TcpStream) -> String {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(length) if length > 0 => head.extend_from_slice(&buffer[..length]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Answers a request with these bytes and closes.
async fn answer(mut stream: TcpStream, bytes: Vec<u8>) {
    take_head(&mut stream).await;
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}
