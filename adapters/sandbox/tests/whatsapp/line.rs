//! The stage with one WhatsApp number on it.

use hyper::Method;
use serde_json::{Value, json};
use tradepost_sandbox::{SandboxConfig, Step, WhatsappAccount, WhatsappCustomer};

use crate::stage::{Received, Reply, Stage, call, until};

pub const NUMBER: &str = "555000111";
pub const MARIA: &str = "4915112345678";

/// A stage, and how one calls from it.
pub struct Line(pub Stage);

impl Line {
    /// No statuses follow, so that a test sees only what it asked for.
    pub async fn new() -> Self {
        Self::with(|account| account).await
    }

    pub async fn with(change: impl FnOnce(WhatsappAccount) -> WhatsappAccount) -> Self {
        let quiet = |url: &str| WhatsappAccount {
            statuses: Vec::new(),
            ..WhatsappAccount::new(NUMBER).with_webhook(url)
        };
        Self(Stage::of(|url| SandboxConfig::default().with_whatsapp(change(quiet(url)))).await)
    }

    /// A line on which Maria has written already.
    pub async fn with_maria() -> Self {
        let line = Self::new().await;
        line.maria().wrote_ms_ago(0);
        line
    }

    /// A line on which Maria has written, and on which these statuses follow messages.
    pub async fn following(statuses: Vec<Step>) -> Self {
        let line = Self::with(|account| WhatsappAccount { statuses, ..account }).await;
        line.maria().wrote_ms_ago(0);
        line
    }

    pub fn maria(&self) -> WhatsappCustomer {
        self.who(MARIA)
    }

    pub fn who(&self, who: &str) -> WhatsappCustomer {
        self.0.sandbox.whatsapp_customer(NUMBER, who).unwrap()
    }

    pub async fn send(&self, body: &Value) -> Reply {
        self.try_send(body).await.unwrap()
    }

    pub async fn try_send(&self, body: &Value) -> Result<Reply, String> {
        self.post(&format!("/v25.0/{NUMBER}/messages"), body.to_string()).await
    }

    pub async fn post(&self, path: &str, body: String) -> Result<Reply, String> {
        self.call(Method::POST, path, body).await
    }

    pub async fn call(&self, method: Method, path: &str, body: String) -> Result<Reply, String> {
        let url = format!("{}{path}", self.0.sandbox.base_url());
        call(method, &url, &[("authorization", &format!("Bearer token-{NUMBER}"))], body).await
    }

    /// Sends what must be taken, and gives its id.
    pub async fn sent(&self, body: &Value) -> String {
        let reply = self.send(body).await;
        assert_eq!(reply.status, 200, "{:?}", reply.raw);
        reply.json()["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The statuses that came, in their order.
    pub fn statuses(&self) -> Vec<Value> {
        let of = |post: Received| value(&post)["statuses"].as_array().cloned().unwrap_or_default();
        self.0.gateway.all().into_iter().flat_map(of).collect()
    }

    /// The names of the statuses, once there are so many.
    pub async fn names_of(&self, count: usize) -> Vec<String> {
        until("the statuses", || self.statuses().len() >= count).await;
        let name = |status: &Value| status["status"].as_str().unwrap().to_owned();
        self.statuses().iter().map(name).collect()
    }
}

/// The first value of a post.
pub fn value(post: &Received) -> Value {
    post.json()["entry"][0]["changes"][0]["value"].clone()
}

/// The first message of a post.
pub fn item(post: &Received) -> Value {
    value(post)["messages"][0].clone()
}

/// A message to Maria.
pub fn to_maria(kind: &str, content: Value) -> Value {
    json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": MARIA, "type": kind, kind: content })
}

pub fn text(words: &str) -> Value {
    to_maria("text", json!({ "body": words }))
}

pub fn interactive(kind: &str, action: Value) -> Value {
    to_maria("interactive", json!({ "type": kind, "body": { "text": "Which?" }, "action": action }))
}

pub fn button(id: &str, title: &str) -> Value {
    json!({ "type": "reply", "reply": { "id": id, "title": title } })
}

pub fn buttons(buttons: Vec<Value>) -> Value {
    interactive("button", json!({ "buttons": buttons }))
}

pub fn row(id: &str, title: &str) -> Value {
    json!({ "id": id, "title": title })
}

pub fn list(sections: Value) -> Value {
    interactive("list", json!({ "button": "Options", "sections": sections }))
}

/// The body with one more field in its interactive object.
pub fn with(mut body: Value, key: &str, value: Value) -> Value {
    body["interactive"][key] = value;
    body
}
