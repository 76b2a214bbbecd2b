//! The provider: `tradepost-sandbox`, which delivers again and again what was not answered with 200.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Mutex,
};

use reqwest::{Client, Method};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{
    BRANCH, SHOP,
    program::{Program, binary, command},
};

/// Signs what the endpoint gets, for both accounts.
pub const APP_SECRET: &str = "secret-of-the-app";

/// A provider in a process of its own.
pub struct Provider {
    program: Mutex<Program>,
    settings: PathBuf,
    base: String,
    hook: String,
    http: Client,
}

/// A message that the provider took: the customer has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub customer: String,
    pub text: String,
}

impl Provider {
    /// Starts on that port; its webhooks go to the house's.
    pub fn start(folder: &Path, port: u16, house: u16) -> Self {
        let hook = format!("http://127.0.0.1:{house}/webhooks/instagram/main");
        let account = |id: &str| {
            json!({ "id": id, "app_secret": APP_SECRET, "webhook_url": hook, "accept_strangers": true,
                "rate": { "messages_per_s": null, "audio_video_per_s": null } })
        };
        let config = json!({ "port": port, "log_file": folder.join("sent.jsonl"),
            "webhooks": { "retries": 5000, "pause_ms": 100, "timeout_ms": 10_000 },
            "instagram": [account(SHOP), account(BRANCH)] });
        let settings = folder.join("sandbox.json");
        std::fs::write(&settings, config.to_string()).expect("written");
        let program = Mutex::new(serve(&settings));
        Self { program, settings, base: format!("http://127.0.0.1:{port}"), hook, http: client() }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Kills it.
    pub fn dies(&self) {
        let mut program = self.program.lock().expect("not poisoned");
        program.signal(Signal::KILL);
        program.wait();
    }

    /// Starts it again, on the same port, with nothing remembered.
    pub fn returns(&self) {
        *self.program.lock().expect("not poisoned") = serve(&self.settings);
    }

    /// One more account, whose webhooks come to the same endpoint.
    pub async fn adds_account(&self, id: &str) {
        let account = json!({ "id": id, "app_secret": APP_SECRET, "webhook_url": self.hook });
        self.control(Method::POST, "accounts", account).await;
    }

    /// Its time, in milliseconds since 1970.
    pub async fn now_ms(&self) -> Value {
        self.control(Method::GET, "clock", Value::Null).await["now_ms"].clone()
    }

    /// A customer writes to an account; returns once the house has taken it.
    pub async fn says(&self, account: &str, customer: &str, text: &str) -> Value {
        self.does(account, customer, json!({ "kind": "text", "text": text })).await
    }

    /// A customer does something.
    pub async fn does(&self, account: &str, customer: &str, action: Value) -> Value {
        self.control(Method::POST, &format!("customer/{account}/{customer}"), action).await
    }

    /// Something goes wrong from now on.
    pub async fn fails(&self, account: &str, fault: Value) {
        self.control(Method::POST, &format!("faults/{account}"), fault).await;
    }

    /// Nothing goes wrong any more.
    pub async fn recovers(&self, account: &str) {
        self.control(Method::DELETE, &format!("faults/{account}"), Value::Null).await;
    }

    pub async fn revokes_token(&self, account: &str, revoked: bool) {
        self.control(Method::PATCH, &format!("accounts/{account}"), json!({ "token_revoked": revoked }))
            .await;
    }

    /// The texts that an account's customers got, in order.
    pub async fn sent(&self, account: &str) -> Vec<Sent> {
        self.log(account, "accepted").await.iter().filter_map(sent).collect()
    }

    /// How many of an account's sends were refused.
    pub async fn refused(&self, account: &str) -> usize {
        self.log(account, "refused").await.len()
    }

    async fn log(&self, account: &str, outcome: &str) -> Vec<Value> {
        let path = format!("log?account={account}&outcome={outcome}");
        match self.control(Method::GET, &path, Value::Null).await {
            Value::Array(entries) => entries,
            other => panic!("no log: {other}"),
        }
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("{}/_control/{path}", self.base));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("an answer of the sandbox");
        let status = answer.status();
        let text = answer.text().await.expect("a whole answer");
        assert!(status.is_success(), "the sandbox refused {path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

fn serve(settings: &Path) -> Program {
    let mut command = command(binary("TRADEPOST_SANDBOX_BIN", "tradepost-sandbox"));
    command.arg("--config").arg(settings).stdout(Stdio::piped());
    let mut program = Program::start(&mut command);
    let line = program.first_line();
    assert!(line.contains("\"ready\":true"), "the sandbox is ready: {line:?}");
    program
}

fn sent(entry: &Value) -> Option<Sent> {
    entry["message_id"].as_str()?;
    let text = |path: &str| entry.pointer(path).and_then(Value::as_str).map(str::to_owned);
    Some(Sent { customer: text("/customer")?, text: text("/body/message/text").unwrap_or_default() })
}

/// A client of the test's own.
#[expect(clippy::disallowed_methods, reason = "a test's client, not the product's")]
pub fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}
