//! A very small HTTP client, so that an adapter can be broken at any place of a call.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// The time that each step of a call may take.
pub struct Limits {
    /// Until the head of the answer is there.
    pub head: Duration,
    /// From then on.
    pub body: Duration,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.head.lines().find_map(|line| line.strip_prefix("retry-after: "))?;
        value.trim().parse().ok().map(Duration::from_secs)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Nothing had left.
    Before,
    /// Cut while it was under way.
    Cut,
    /// It took too long.
    Late,
}

/// Posts a JSON body to an address such as `http://127.0.0.1:4711`.
pub async fn post(base: &str, headers: &str, body: &str, limits: &Limits) -> Result<Answer, Lost> {
    let address = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.map_err(|_| Lost::Before)?;
    let (mut head, mut rest) =
        timeout(limits.head, ask(&mut stream, address, headers, body)).await.map_err(|_| Lost::Late)??;
    head.make_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let length: usize = length.unwrap_or_default();
    timeout(limits.body, fill(&mut stream, &mut rest, length)).await.map_err(|_| Lost::Late)??;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(Lost::Cut)?;
    Ok(Answer { status, head, body: rest })
}

/// Writes a request, and reads the answer's head and what comes with it.
async fn ask(
    stream: &mut TcpStream,
    host: &str,
    headers: &str,
    body: &str,
) -> Result<(String, Vec<u8>), Lost> {
    let length = body.len();
    let request =
        format!("POST /lines HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(request.as_bytes()).await.map_err(|_| Lost::Cut)?;
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&read).into_owned(), rest));
        }
        more(stream, &mut read).await?;
    }
}

async fn fill(stream: &mut TcpStream, body: &mut Vec<u8>, length: usize) -> Result<(), Lost> {
    while body.len() < length {
        more(stream, body).await?;
    }
    Ok(())
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<(), Lost> {
    match stream.read_buf(read).await {
        Ok(0) | Err(_) => Err(Lost::Cut),
        Ok(_) => Ok(()),
    }
}
