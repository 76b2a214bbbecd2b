//! Posting webhooks to the gateway under test: signing, repeating, holding back, and a record of every post.
//!
//! The client is hyper's own, over plain HTTP: the sandbox may not depend on the product's client, and the gateway under test
//! stands on this machine. An `https` address is refused in words.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::clock::machine_ms;
use crate::config::WebhookSettings;
use crate::delivery::{Delivery, Signature};
use crate::error::SandboxError;
use crate::faults::{Faults, What};
use crate::secret::Secret;

/// Posts that are remembered; older ones are forgotten.
const POSTS_KEPT: usize = 100_000;

/// Where an account's webhooks go, and what signs them.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) account: String,
    pub(crate) url: String,
    pub(crate) seal: Seal,
}

/// How a provider posts: what proves that a post is its own, and which answers it takes for a yes.
#[derive(Clone, Debug)]
pub(crate) enum Seal {
    /// Nothing proves anything (the reseller).
    Bare,
    /// Meta: a signature over the bytes; 200 is a yes.
    Signature(Secret),
    /// Telegram: the token that `setWebhook` was given, if it was given one; any 2xx is a yes.
    Token(Option<Secret>),
}

impl Seal {
    /// The header that proves the post.
    fn header(&self, body: &[u8], how: Signature) -> Option<(&'static str, String)> {
        match self {
            Self::Bare | Self::Token(None) => None,
            Self::Signature(secret) => Some(("x-hub-signature-256", sign(secret, body, how)?)),
            Self::Token(Some(secret)) => Some((TOKEN_HEADER, shown(secret, how)?)),
        }
    }

    fn takes(&self, status: u16) -> bool {
        match self {
            Self::Bare | Self::Signature(_) => status == 200,
            Self::Token(_) => (200..300).contains(&status),
        }
    }
}

/// core.telegram.org/bots/api#setwebhook
const TOKEN_HEADER: &str = "x-telegram-bot-api-secret-token";

impl Target {
    /// An account's target; the delivery's own address goes before the account's.
    pub(crate) fn of(
        account: &str,
        url: Option<&str>,
        seal: Seal,
        delivery: &Delivery,
    ) -> Result<Self, SandboxError> {
        let url = delivery.url.as_deref().or(url).ok_or_else(|| SandboxError::NoWebhook(account.into()))?;
        Ok(Self { account: account.into(), url: url.into(), seal })
    }
}

/// One webhook post and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Posted {
    /// The account it speaks of.
    pub account: String,
    /// Where it went.
    pub url: String,
    /// The bytes sent.
    pub body: String,
    /// The signature header sent, if any. A token that is sent as it is stays untold.
    pub signature: Option<String>,
    /// Tries made.
    pub attempts: u32,
    /// HTTP status of the last try, if it was answered.
    pub status: Option<u16>,
    /// Why the last try was not answered.
    pub error: Option<String>,
    /// How long all tries took, ms of real time.
    pub elapsed_ms: i64,
    /// Whether the gateway took it, by what the provider takes for a yes.
    pub taken: bool,
    /// Held back by a fault, or lost by one: no try was made.
    pub held: bool,
}

impl Posted {
    /// Whether the gateway took it.
    pub fn accepted(&self) -> bool {
        self.taken
    }
}

/// What came of an action.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivered {
    /// The message (or comment) id of each action, in order of the actions; for reads, reactions, edits and unsends it is the
    /// message they are about.
    pub mids: Vec<Option<String>>,
    /// The posts made.
    pub posts: Vec<Posted>,
}

impl Delivered {
    /// Whether the gateway took every post.
    pub fn accepted(&self) -> bool {
        self.posts.iter().all(Posted::accepted)
    }

    /// HTTP status of the last post, if it was answered.
    pub fn status(&self) -> Option<u16> {
        self.posts.last().and_then(|posted| posted.status)
    }

    /// The first message id.
    pub fn mid(&self) -> &str {
        self.mids.iter().flatten().next().map_or("", String::as_str)
    }
}

#[derive(Clone)]
struct Post {
    target: Target,
    body: Bytes,
    header: Option<(&'static str, String)>,
    retries: u32,
}

/// The post room.
pub(crate) struct Hooks {
    settings: WebhookSettings,
    faults: Arc<Faults>,
    held: Mutex<HashMap<String, Vec<Post>>>,
    posted: Mutex<VecDeque<Posted>>,
}

impl Hooks {
    pub(crate) fn new(settings: WebhookSettings, faults: Arc<Faults>) -> Self {
        Self { settings, faults, held: Mutex::default(), posted: Mutex::default() }
    }

    /// The latest posts, in the order in which they ended.
    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.posted.lock().iter().cloned().collect()
    }

    /// Posts bodies in order, under the account's webhook faults.
    pub(crate) async fn deliver(
        &self,
        target: &Target,
        bodies: Vec<String>,
        delivery: &Delivery,
    ) -> Vec<Posted> {
        let mut posted = Vec::new();
        for body in bodies {
            let post = self.prepare(target, body, delivery);
            if delivery.at_once {
                let copies = (0..delivery.times).map(|_| self.post(post.clone()));
                posted.extend(futures::future::join_all(copies).await);
                continue;
            }
            for _ in 0..delivery.times {
                posted.extend(self.under_faults(post.clone()).await);
            }
        }
        posted
    }

    /// Posts what a fault held back.
    pub(crate) async fn release(&self, account: &str) -> Vec<Posted> {
        let held = self.held.lock().remove(account).unwrap_or_default();
        let mut posted = Vec::new();
        for post in held {
            posted.push(self.post(post).await);
        }
        posted
    }

    fn prepare(&self, target: &Target, body: String, delivery: &Delivery) -> Post {
        let header = target.seal.header(body.as_bytes(), delivery.signature);
        let body = if delivery.alter { altered(body) } else { body };
        let url = delivery.url.clone().unwrap_or_else(|| target.url.clone());
        let retries = delivery.retries.unwrap_or(self.settings.retries);
        Post { target: Target { url, ..target.clone() }, body: body.into(), header, retries }
    }

    async fn under_faults(&self, post: Post) -> Vec<Posted> {
        let account = post.target.account.clone();
        let fault = self.faults.take_webhook(&account);
        if let Some(fault) = &fault {
            tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        }
        match fault.map(|fault| fault.what) {
            Some(What::WebhookOutOfOrder) => {
                let unsent = post.unsent();
                self.held.lock().entry(account).or_default().push(post);
                vec![unsent]
            }
            Some(What::WebhookLost) => vec![post.unsent()],
            Some(What::WebhookTwice) => vec![self.post(post.clone()).await, self.post(post).await],
            _ => {
                let mut posted = vec![self.post(post).await];
                posted.extend(self.release(&account).await);
                posted
            }
        }
    }

    async fn post(&self, post: Post) -> Posted {
        let mut posted = Posted { held: false, ..post.unsent() };
        let began = machine_ms();
        while posted.attempts <= post.retries && !posted.accepted() {
            if posted.attempts > 0 {
                tokio::time::sleep(Duration::from_millis(self.settings.pause_ms)).await;
            }
            posted.attempts += 1;
            let answer =
                tokio::time::timeout(Duration::from_millis(self.settings.timeout_ms), post.once()).await;
            (posted.status, posted.error) = match answer {
                Ok(Ok(status)) => (Some(status), None),
                Ok(Err(error)) => (None, Some(error)),
                Err(_) => (None, Some("no answer in time".into())),
            };
            posted.taken = posted.status.is_some_and(|status| post.target.seal.takes(status));
        }
        posted.elapsed_ms = machine_ms() - began;
        let mut all = self.posted.lock();
        if all.len() == POSTS_KEPT {
            all.pop_front();
        }
        all.push_back(posted.clone());
        drop(all);
        posted
    }
}

impl Post {
    fn unsent(&self) -> Posted {
        Posted {
            account: self.target.account.clone(),
            url: self.target.url.clone(),
            body: String::from_utf8_lossy(&self.body).into_owned(),
            signature: self.signature(),
            attempts: 0,
            status: None,
            error: None,
            elapsed_ms: 0,
            taken: false,
            held: true,
        }
    }

    fn signature(&self) -> Option<String> {
        let (_, value) = self.header.as_ref()?;
        matches!(self.target.seal, Seal::Signature(_)).then(|| value.clone())
    }

    async fn once(&self) -> Result<u16, String> {
        let mut request = Request::post(&self.target.url).header("content-type", "application/json");
        if !matches!(self.target.seal, Seal::Token(_)) {
            request = request.header("user-agent", "facebookexternalua");
        }
        if let Some((name, value)) = &self.header {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(self.body.clone())).map_err(|error| error.to_string())?;
        fetch(&self.target.url, request).await.map(|(status, _)| status)
    }
}

/// Sends one plain HTTP request and reads the answer, at most 64 KiB of it.
pub(crate) async fn fetch(url: &str, mut request: Request<Full<Bytes>>) -> Result<(u16, Bytes), String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    if url.scheme() != "http" {
        return Err(format!("the sandbox posts over plain http, not {}", url.scheme()));
    }
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    *request.uri_mut() = path.parse().map_err(|_| format!("path {path} is none"))?;
    let host = url[url::Position::BeforeHost..url::Position::AfterPort].parse().map_err(|_| "no host")?;
    request.headers_mut().insert("host", host);
    let stream = connect(&url).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body =
        Limited::new(answer.into_body(), 64 * 1024).collect().await.map_err(|error| error.to_string())?;
    Ok((status, body.to_bytes()))
}

async fn connect(url: &Url) -> std::io::Result<TcpStream> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Domain(name)) => TcpStream::connect((name, port)).await,
        Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
        None => Err(std::io::Error::other("the address names no host")),
    }
}

fn sign(secret: &Secret, body: &[u8], how: Signature) -> Option<String> {
    let right = || hmac_sha256(secret.expose().as_bytes(), body);
    Some(match how {
        Signature::Right => format!("sha256={}", right()),
        Signature::Wrong => format!("sha256={}", flipped(&right())),
        Signature::OtherSecret => format!("sha256={}", hmac_sha256(b"another secret", body)),
        Signature::Missing => return None,
        Signature::Truncated => format!("sha256={}", &right()[..40]),
        Signature::Uppercase => format!("sha256={}", right().to_uppercase()),
        Signature::Bare => right(),
    })
}

/// A token as it is sent, or bent as a signature would be.
fn shown(secret: &Secret, how: Signature) -> Option<String> {
    let right = secret.expose();
    Some(match how {
        Signature::Right | Signature::Bare => right.to_owned(),
        Signature::Wrong => right.chars().map(|letter| if letter == 'a' { 'b' } else { 'a' }).collect(),
        Signature::OtherSecret => "another-secret-token-of-nobody".to_owned(),
        Signature::Missing => return None,
        Signature::Truncated => right[..right.len() / 2].to_owned(),
        Signature::Uppercase => right.to_uppercase(),
    })
}

/// HMAC-SHA256 as 64 lower-case hex digits.
pub(crate) fn hmac_sha256(key: &[u8], body: &[u8]) -> String {
    // HMAC takes keys of any length, so that the error cannot come; an empty key stands in for it.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn flipped(digits: &str) -> String {
    digits.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}

fn altered(mut body: String) -> String {
    let at = body.char_indices().next_back().map_or(0, |(at, _)| at);
    body.insert(at, ' ');
    body
}
