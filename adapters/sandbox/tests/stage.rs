//! The stage: a sandbox, a tiny gateway that receives webhooks, and a client.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tradepost_sandbox::{InstagramAccount, Sandbox, SandboxConfig, WebhookSettings};

pub const SHOP: &str = "17841400000000001";
pub const ANNA: &str = "9900112233";
/// Where the clocks of stages stand.
pub const START_MS: i64 = 1_767_225_600_500;

/// A request the tiny gateway received.
#[derive(Clone, Debug)]
pub struct Received {
    pub query: String,
    pub headers: HeaderMap,
    pub raw: Bytes,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap()
    }

    /// The first item of the first entry.
    pub fn item(&self) -> Value {
        self.json()["entry"][0]["messaging"][0].clone()
    }

    pub fn signature(&self) -> Option<&str> {
        self.headers.get("x-hub-signature-256").map(|header| header.to_str().unwrap())
    }

    /// Whether the signature is Meta's: over these bytes, with the account's secret.
    pub fn is_signed(&self) -> bool {
        self.is_signed_by(SHOP)
    }

    pub fn is_signed_by(&self, account: &str) -> bool {
        self.signature() == Some(&format!("sha256={}", hmac(&format!("secret-{account}"), &self.raw)))
    }
}

pub fn hmac(key: &str, body: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// What the tiny gateway saw, and the statuses it answers with (200 when none is left).
#[derive(Default)]
pub struct Gateway {
    pub received: Mutex<Vec<Received>>,
    pub statuses: Mutex<Vec<u16>>,
}

impl Gateway {
    pub fn all(&self) -> Vec<Received> {
        self.received.lock().clone()
    }

    pub fn only(&self) -> Received {
        let all = self.all();
        assert_eq!(all.len(), 1, "posts received");
        all[0].clone()
    }

    async fn take(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let headers = request.headers().clone();
        let raw = request.into_body().collect().await.unwrap().to_bytes();
        // The handshake's honest answer.
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let challenge = pairs.iter().find(|(key, _)| key == "hub.challenge").map(|(_, value)| value.clone());
        let right = pairs.contains(&("hub.verify_token".into(), format!("verify-{SHOP}")));
        self.received.lock().push(Received { query, headers, raw });
        let status =
            self.statuses.lock().pop().unwrap_or(if challenge.is_some() && !right { 403 } else { 200 });
        Response::builder().status(status).body(Full::from(challenge.unwrap_or_default())).unwrap()
    }
}

pub struct Stage {
    pub sandbox: Sandbox,
    pub gateway: Arc<Gateway>,
    pub gateway_url: String,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub raw: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap_or_else(|_| panic!("no JSON: {:?}", self.raw))
    }
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|account| account).await
    }

    /// A stage whose clock stands still, with one account.
    pub async fn with(change: impl FnOnce(InstagramAccount) -> InstagramAccount) -> Self {
        Self::of(|url| {
            SandboxConfig::default().with_instagram(change(InstagramAccount::new(SHOP).with_webhook(url)))
        })
        .await
    }

    /// A stage whose clock stands still, with these accounts; they are told where the gateway is.
    pub async fn of(accounts: impl FnOnce(&str) -> SandboxConfig) -> Self {
        let gateway = Arc::new(Gateway::default());
        let gateway_url = format!("{}/hook", serve(gateway.clone()).await);
        let config = SandboxConfig {
            frozen_at_ms: Some(START_MS),
            webhooks: WebhookSettings { pause_ms: 1, ..WebhookSettings::default() },
            ..accounts(&gateway_url)
        };
        Self { sandbox: Sandbox::start(config).await.unwrap(), gateway, gateway_url }
    }

    /// A stage on which Anna has written already.
    pub async fn with_anna() -> Self {
        let stage = Self::new().await;
        stage.anna().wrote_ms_ago(0);
        stage
    }

    pub fn anna(&self) -> tradepost_sandbox::Customer {
        self.sandbox.customer(SHOP, ANNA).unwrap()
    }

    pub async fn send(&self, body: &Value) -> Reply {
        self.try_send(body).await.unwrap()
    }

    pub async fn try_send(&self, body: &Value) -> Result<Reply, String> {
        let url = format!("{}/v25.0/me/messages", self.sandbox.base_url());
        call(Method::POST, &url, &[("authorization", &format!("Bearer token-{SHOP}"))], body.to_string())
            .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        let url = format!("{}{path}", self.sandbox.base_url());
        call(Method::GET, &url, &[("authorization", &format!("Bearer token-{SHOP}"))], "").await.unwrap()
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> Reply {
        let url = format!("{}/_control{path}", self.sandbox.base_url());
        call(method, &url, &[("content-type", "application/json")], body.to_string()).await.unwrap()
    }
}

pub fn text(words: &str) -> Value {
    message(json!({ "text": words }))
}

pub fn message(message: Value) -> Value {
    json!({ "recipient": { "id": ANNA }, "message": message })
}

async fn serve(gateway: Arc<Gateway>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let gateway = gateway.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let gateway = gateway.clone();
                    async move { Ok::<_, std::convert::Infallible>(gateway.take(request).await) }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    format!("http://{address}")
}

/// One request over a connection of its own; an error when there was no whole answer.
pub async fn call(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Reply, String> {
    let url = url::Url::parse(url).unwrap();
    let stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap()))
        .await
        .map_err(|e| e.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let path = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut request = Request::builder().method(method).uri(path).header("host", "sandbox");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into())).unwrap();
    let answer = async {
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let raw = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, raw })
    };
    tokio::time::timeout(Duration::from_secs(20), answer).await.map_err(|_| "no answer".to_owned())?
}

/// Waits until something is true; for what happens after an answer. Fails after five seconds.
pub async fn until(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..500 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never came true: {what}");
}
