//! The load: HTTP/1.1 connections that are kept alive, the same for a house and for its ceiling. It is cheap, because what it
//! sends was made before, and it shares the machine with what it measures.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use futures::future::try_join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{arithmetic::rate, latency::Times, letter::Mail};

/// What is not answered by then is counted as failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept alive.
pub struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connect to {address}"))?;
        stream.set_nodelay(true).context("set up a connection")?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await.context("speak HTTP")?;
        // What goes wrong with it is told to whoever sends.
        tokio::spawn(async move { drop(driver.await) });
        Ok(Self { sender })
    }

    /// Sends a request and reads its whole answer.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes)> {
        let exchange = async {
            self.sender.ready().await?;
            let answer = self.sender.send_request(request).await?;
            let status = answer.status();
            Ok::<_, hyper::Error>((status, answer.into_body().collect().await?.to_bytes()))
        };
        let answered = tokio::time::timeout(PATIENCE, exchange).await.context("get an answer in time")?;
        answered.context("get an answer")
    }
}

/// Sends one request over a connection of its own.
pub async fn once(address: SocketAddr, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes)> {
    Connection::open(address).await?.send(request).await
}

/// What a load came to.
#[derive(Debug)]
pub struct Load {
    /// Answered with 200.
    pub accepted: u64,
    /// Answered otherwise, or not at all.
    pub failed: u64,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// When it began, in microseconds since 1970.
    pub begun_us: i64,
    /// How long answers took.
    pub times: Times,
}

impl Load {
    fn new() -> Result<Self> {
        Ok(Self {
            accepted: 0,
            failed: 0,
            seconds: 0.0,
            begun_us: crate::clock::now_us(),
            times: Times::new()?,
        })
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        self.accepted += other.accepted;
        self.failed += other.failed;
        self.times.add(&other.times)
    }

    /// Accepted in a second.
    pub fn rate(&self) -> f64 {
        rate(self.accepted, self.seconds)
    }
}

/// When a letter leaves.
#[derive(Debug, Clone, Copy)]
enum Pace {
    /// As soon as the connection's last was answered, until then.
    Closed(Instant),
    /// At times that were set before, so many in a second since then, whatever the answers do.
    Open(Instant, f64),
}

/// As much as so many connections can carry, each sending its next letter when its last was answered.
pub async fn closed(address: SocketAddr, mail: &Arc<Mail>, connections: usize, seconds: f64) -> Result<Load> {
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    load(address, mail, connections, Pace::Closed(until)).await
}

/// So many letters in a second, whatever the answers do. Each one's time counts from when it was to leave, not from when a
/// connection came free for it: a slow answer is not hidden by the letters that wait behind it.
pub async fn open(
    address: SocketAddr,
    mail: &Arc<Mail>,
    connections: usize,
    per_second: f64,
) -> Result<Load> {
    if per_second < 1.0 {
        bail!("load a house with {per_second:.2} letters in a second");
    }
    load(address, mail, connections, Pace::Open(Instant::now(), per_second)).await
}

async fn load(address: SocketAddr, mail: &Arc<Mail>, connections: usize, pace: Pace) -> Result<Load> {
    let opened = try_join_all((0..connections.max(1)).map(|_| Connection::open(address))).await?;
    let begun = Instant::now();
    let mut whole = Load::new()?;
    let tasks: Vec<_> =
        opened.into_iter().map(|one| tokio::spawn(carry(one, address, Arc::clone(mail), pace))).collect();
    for task in tasks {
        whole.add(&task.await.context("carry letters")??)?;
    }
    whole.seconds = begun.elapsed().as_secs_f64();
    Ok(whole)
}

/// Sends letters over one connection.
async fn carry(mut connection: Connection, address: SocketAddr, mail: Arc<Mail>, pace: Pace) -> Result<Load> {
    let mut load = Load::new()?;
    while !is_over(pace) {
        let Some((place, letter)) = mail.next() else { break };
        let begun = leaves(pace, place).await;
        match connection.send(letter.request()?).await {
            Ok((StatusCode::OK, _)) => {
                load.accepted += 1;
                load.times.record(begun.elapsed());
            }
            Ok(_) => load.failed += 1,
            Err(_) => {
                load.failed += 1;
                connection = Connection::open(address).await?;
            }
        }
    }
    Ok(load)
}

fn is_over(pace: Pace) -> bool {
    matches!(pace, Pace::Closed(until) if Instant::now() >= until)
}

/// Waits until the letter is to leave; tells since when its time counts.
async fn leaves(pace: Pace, place: usize) -> Instant {
    match pace {
        Pace::Closed(_) => Instant::now(),
        Pace::Open(begun, per_second) => {
            let at = begun + Duration::from_secs_f64(place as f64 / per_second);
            tokio::time::sleep_until(at.into()).await;
            at
        }
    }
}
