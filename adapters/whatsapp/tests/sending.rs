//! What leaves, what comes back, and what is refused before it leaves.

mod answers;
mod cloud;
mod wapi;

use secrecy::SecretString;
use serde_json::{Value, json};
use tradepost_domain::{
    Author, Choice, Content, EffectId, Media, MediaKind, MessageId, Source, Template, Timestamp, TurnId,
    capabilities::Passage,
    template::{ButtonKind, ButtonValue, Header, Parameter},
};
use tradepost_http::{Http, HttpConfig};
use tradepost_ports::{Outbound, store::MediaBlob};
use tradepost_whatsapp::{AccountConfig, WhatsApp, connect};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::{ACCOUNT, CUSTOMER};

pub const TOKEN: &str = "EAAGsecret0042";

/// An account whose API is there.
pub fn at(base: &str, config: AccountConfig) -> AccountConfig {
    AccountConfig { base: base.into(), ..config }
}

pub fn cloud_account(base: &str) -> AccountConfig {
    at(base, AccountConfig::cloud(ACCOUNT, SecretString::from(TOKEN)))
}

pub fn wapi_account(base: &str) -> AccountConfig {
    at(base, AccountConfig::wapi(ACCOUNT, "vendor-1", SecretString::from(TOKEN)))
}

pub fn opened(config: AccountConfig) -> WhatsApp {
    connect(config, Http::new(HttpConfig::default()).expect("a client")).expect("good settings")
}

fn line(content: Content) -> Outbound {
    let turn = TurnId::new(Timestamp::UNIX_EPOCH, 7);
    Outbound {
        effect: EffectId { turn, position: 0 },
        line: MessageId::new(Timestamp::UNIX_EPOCH, 9),
        peer: CUSTOMER.into(),
        content,
        attached: Vec::new(),
        author: Author::Bot,
        passage: Passage::Open,
    }
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

async fn last_body(server: &MockServer) -> Value {
    let requests = server.received_requests().await.expect("a record");
    serde_json::from_slice(&requests.last().expect("a request").body).expect("json")
}

fn question(buttons: usize) -> Content {
    let choices = (1..=buttons).map(|n| Choice::new(format!("pick:{n}"), format!("No. {n}"))).collect();
    Content::Buttons { text: "Which?".into(), choices }
}

fn list() -> Content {
    let second = Choice { description: Some("Hot".into()), ..Choice::new("r1", "Soup") };
    let choices = vec![second, Choice::new("r2", "Bread")];
    Content::List { text: "What?".into(), button: "Options".into(), choices }
}

fn linked(kind: MediaKind, url: &str, text: Option<&str>) -> Content {
    Content::Media { media: vec![Media::remote(kind, url)], text: text.map(str::to_owned) }
}

fn kept(kind: MediaKind, mime: &str, bytes: u64) -> Media {
    Media { kind, source: Source::Stored { hash: "ab12".into(), mime: mime.into(), bytes } }
}

fn stored(kind: MediaKind, mime: &str, bytes: u64) -> Content {
    Content::Media { media: vec![kept(kind, mime, bytes)], text: None }
}

fn blob(mime: &str) -> MediaBlob {
    MediaBlob { hash: "ab12".into(), mime: mime.into(), bytes: bytes::Bytes::from_static(b"bytes") }
}

fn template(change: impl FnOnce(&mut Template)) -> Content {
    let mut template = Template::new("order_ready", "en_US");
    change(&mut template);
    Content::Template(template)
}

/// With a value for everything that a template leaves open.
fn full_template(header: Header) -> Content {
    template(|template| {
        template.header = Some(header);
        template.parameters = vec![Parameter::new("Ana"), Parameter::new("#77")];
        template.buttons = vec![
            ButtonValue { place: 0, kind: ButtonKind::Reply, value: "TRACK:77".into() },
            ButtonValue { place: 1, kind: ButtonKind::Url, value: "77".into() },
            ButtonValue { place: 2, kind: ButtonKind::CopyCode, value: "SAVE10".into() },
        ];
    })
}

fn taken() -> Value {
    json!({"messaging_product": "whatsapp", "contacts": [{"input": CUSTOMER, "wa_id": "551187654321"}], "messages": [{"id": "wamid.OUT1"}]})
}
