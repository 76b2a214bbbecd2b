//! The stage with one Telegram bot on it.

use hyper::Method;
use serde_json::{Value, json};
use tradepost_sandbox::{SandboxConfig, TelegramAccount, TelegramCustomer, TelegramRate};

use crate::stage::{Received, Reply, Stage, call};

pub const BOT: &str = "7000000001";
pub const NINA: &str = "4711";

/// A stage, and how one calls from it.
pub struct Line(pub Stage);

impl Line {
    pub async fn new() -> Self {
        Self::with(|account| account).await
    }

    /// Updates are numbered from 504, so that a test can name them.
    pub async fn with(change: impl FnOnce(TelegramAccount) -> TelegramAccount) -> Self {
        let bot = |url: &str| TelegramAccount {
            first_update_id: Some(504),
            ..TelegramAccount::new(BOT).with_webhook(url)
        };
        Self(Stage::of(|url| SandboxConfig::default().with_telegram(change(bot(url)))).await)
    }

    /// A line on which Nina has begun the chat, and nothing limits the bot.
    pub async fn with_nina() -> Self {
        let line = Self::with(|bot| TelegramAccount { rate: TelegramRate::unlimited(), ..bot }).await;
        line.nina().wrote_ms_ago(0);
        line
    }

    pub fn nina(&self) -> TelegramCustomer {
        self.who(NINA)
    }

    pub fn who(&self, who: &str) -> TelegramCustomer {
        self.0.sandbox.telegram_customer(BOT, who).unwrap()
    }

    /// Calls a method with JSON.
    pub async fn call(&self, method: &str, fields: &Value) -> Reply {
        self.try_call(method, fields).await.unwrap()
    }

    pub async fn try_call(&self, method: &str, fields: &Value) -> Result<Reply, String> {
        self.as_bot(&format!("{BOT}:token-{BOT}"), method, "application/json", fields.to_string()).await
    }

    /// Calls a method with any token and body.
    pub async fn as_bot(
        &self,
        token: &str,
        method: &str,
        mime: &str,
        body: impl Into<bytes::Bytes>,
    ) -> Result<Reply, String> {
        let url = format!("{}/bot{token}/{method}", self.0.sandbox.base_url());
        call(Method::POST, &url, &[("content-type", mime)], body).await
    }

    /// Calls a method with a file.
    pub async fn upload(
        &self,
        method: &str,
        field: &str,
        name: &str,
        file: &[u8],
        fields: &[(&str, &str)],
    ) -> Reply {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        let head = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(file);
        body.extend(b"\r\n--cut--\r\n");
        let token = format!("{BOT}:token-{BOT}");
        self.as_bot(&token, method, "multipart/form-data; boundary=cut", body).await.unwrap()
    }

    /// A file, as a bot downloads it.
    pub async fn file(&self, path: &str) -> Reply {
        let url = format!("{}/file/bot{BOT}:token-{BOT}/{path}", self.0.sandbox.base_url());
        call(Method::GET, &url, &[], "").await.unwrap()
    }

    /// Sends what must be taken, and gives the message.
    pub async fn sent(&self, method: &str, fields: &Value) -> Value {
        result(self.call(method, fields).await)
    }

    /// The updates that came, in their order.
    pub fn updates(&self) -> Vec<Value> {
        self.0.gateway.all().iter().map(Received::json).collect()
    }

    /// The only update that came.
    pub fn update(&self) -> Value {
        self.0.gateway.only().json()
    }
}

/// The result of a call that went well.
pub fn result(reply: Reply) -> Value {
    let told = reply.json();
    assert_eq!((reply.status, &told["ok"]), (200, &json!(true)), "{told}");
    told["result"].clone()
}

/// The refusal of a call: status, code, description, which always go together.
pub fn refused(reply: &Reply) -> (u16, i64, String) {
    let told = reply.json();
    assert_eq!((&told["ok"], told.get("result")), (&json!(false), None), "{told}");
    (reply.status, told["error_code"].as_i64().unwrap(), told["description"].as_str().unwrap().to_owned())
}

/// A text to Nina.
pub fn text(words: &str) -> Value {
    to_nina(json!({ "text": words }))
}

/// Fields for Nina.
pub fn to_nina(mut fields: Value) -> Value {
    fields["chat_id"] = json!(NINA);
    fields
}

/// A text with buttons below it, a row each.
pub fn buttons(words: &str, buttons: &[(&str, &str)]) -> Value {
    let row = |(title, data): &(&str, &str)| json!([{ "text": title, "callback_data": data }]);
    let rows: Vec<_> = buttons.iter().map(row).collect();
    to_nina(json!({ "text": words, "reply_markup": { "inline_keyboard": rows } }))
}
