//! A channel of the tests' own, `post`, and houses that stand on memory.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use async_trait::async_trait;
use futures::{FutureExt, future::BoxFuture};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tradepost_domain::{
    AccountKey, Arrival, Body, Capabilities, Content, Context, ConversationId, Effect, Event, Flow, Party,
    Stage, Step, What, capabilities::TextUnit,
};
use tradepost_gateway::{
    outfit::{FlowKind, Ground, Outfit, Site},
    settings::World,
};
use tradepost_local::{Local, SystemClock, SystemDice};
use tradepost_ports::{
    Adapter, Clock, Greeting, Messenger, Outbound, PortResult, Receipt, Refused, Signal, Terms, Unreadable,
    Unverified, Verified, Webhook, WebhookSchema,
    adapter::{Account, BadValue, Key, KeyKind, Signature, Values},
    terms::Repeat,
};
use tradepost_testkit::memory::MemoryStore;

/// The tests' channel: a JSON list of messages, signed with SHA-256 over secret and body.
pub struct Post;

const ENDPOINT_KEYS: &[Key] = &[
    Key::required("secret", KeyKind::Secret, "signs what comes in"),
    Key::optional("base", KeyKind::Url, "where the provider is"),
];
const ACCOUNT_KEYS: &[Key] = &[
    Key::required("token", KeyKind::Secret, "proves who sends"),
    Key::optional("route", KeyKind::Word(&["fast", "cheap"]), "how letters go"),
    Key::optional("per_second", KeyKind::Number(1, 100), "letters in a second"),
];

impl Adapter for Post {
    fn kind(&self) -> &'static str {
        "post"
    }
    fn endpoint_keys(&self) -> &'static [Key] {
        ENDPOINT_KEYS
    }
    fn account_keys(&self) -> &'static [Key] {
        ACCOUNT_KEYS
    }
    fn webhook(&self, settings: &Values) -> Result<Option<Arc<dyn Webhook>>, Vec<BadValue>> {
        let secret =
            settings.secret("secret").map(|secret| secret.expose_secret().to_owned()).unwrap_or_default();
        Ok(Some(Arc::new(PostWebhook { secret })))
    }
    fn account(&self, id: &str, settings: &Values) -> Result<Account, Vec<BadValue>> {
        if settings.secret("token").is_some_and(|token| token.expose_secret().len() < 4) {
            let (key, wrong, mend) = ("token".into(), "is too short".into(), "copy it again".into());
            return Err(vec![BadValue { key, wrong, mend }]);
        }
        Ok(Account { messenger: Arc::new(PostMessenger::new(id)), media: None, tokens: None })
    }
    fn reader(&self) -> Option<Arc<dyn Webhook>> {
        Some(Arc::new(PostWebhook { secret: String::new() }))
    }
    fn sign(&self, settings: &Values, body: &[u8]) -> Option<Signature> {
        let value = sign(settings.secret("secret")?.expose_secret(), body);
        Some(Signature { headers: vec![("x-post-signature".into(), value)], query: Vec::new() })
    }
}

/// How the tests' channel signs.
pub fn sign(secret: &str, body: &[u8]) -> String {
    hex::encode(Sha256::new().chain_update(secret).chain_update(body).finalize())
}

struct PostWebhook {
    secret: String,
}

#[derive(Deserialize)]
struct Letter {
    to: String,
    from: String,
    id: String,
    text: String,
}

impl Webhook for PostWebhook {
    fn greet(&self, query: &[(String, String)]) -> Greeting {
        match query.iter().find(|(name, _)| name == "challenge") {
            Some((_, challenge))
                if query.iter().any(|(name, token)| name == "token" && *token == self.secret) =>
            {
                Greeting::Welcome(challenge.clone())
            }
            _ => Greeting::Refused,
        }
    }
    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let given = raw.header("x-post-signature").ok_or(Refused::Missing)?.to_owned();
        if given.len() != 64 {
            return Err(Refused::Malformed);
        }
        raw.verified_by(|body| if sign(&self.secret, body) == given { Ok(()) } else { Err(Refused::Wrong) })
    }
    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        let unreadable = |error: serde_json::Error| Unreadable { reason: error.to_string(), status: 202 };
        let letters: Vec<serde_json::Value> = serde_json::from_slice(verified.body()).map_err(unreadable)?;
        assert!(letters.first().is_none_or(|letter| *letter != json!("panic")), "a parser that panics");
        Ok(letters.into_iter().map(arrival).collect())
    }
    fn schema(&self) -> WebhookSchema {
        WebhookSchema {
            signature: "X-Post-Signature".into(),
            scheme: "SHA-256 of secret and body.".into(),
            page: "post.example/webhooks".into(),
            body: json!({ "type": "array", "items": { "$ref": "#/$defs/Letter" }, "$defs": { "Letter": {
                "type": "object", "properties": { "text": { "type": ["string", "null"] }, "kind": { "const": "letter" } } } } }),
            greets: true,
        }
    }
}

fn arrival(raw: serde_json::Value) -> Arrival {
    let text = raw.to_string();
    match serde_json::from_value::<Letter>(raw) {
        Ok(Letter { to, from, id, text: words }) => Arrival {
            account: to,
            key: id.clone(),
            at: None,
            raw: text,
            what: What::Message {
                from: Party::new(from),
                reference: Some(id),
                content: Content::text(words),
                about: None,
                referral: None,
            },
        },
        Err(error) => Arrival {
            account: String::new(),
            key: hex::encode(Sha256::digest(&text)),
            at: None,
            raw: text,
            what: What::Unreadable { reason: error.to_string() },
        },
    }
}

struct PostMessenger {
    terms: Terms,
    capabilities: Capabilities,
}

impl PostMessenger {
    fn new(id: &str) -> Self {
        let account = AccountKey::of("post", id);
        let terms = Terms { per_second: 1000, repeat: Repeat::Keyed, ..Terms::of(account) };
        Self { terms, capabilities: Capabilities::text_only(1000, TextUnit::Characters) }
    }
}

#[async_trait]
impl Messenger for PostMessenger {
    fn terms(&self) -> &Terms {
        &self.terms
    }
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        Ok(Receipt { reference: outbound.effect.to_string(), at: None })
    }
    async fn signal(&self, _: &str, _: Option<&str>, _: Signal) -> PortResult<()> {
        Ok(())
    }
}

/// Says back what was said; is silent when asked to be.
struct Parrot;

impl Flow for Parrot {
    const NAME: &'static str = "parrot";
    const SHAPE: u32 = 1;
    type State = u32;
    fn step(&self, _: &Context, state: u32, event: &Event) -> Step<u32> {
        let Body::Said(messages) = &event.body else { return Step::quiet(state) };
        let said = messages.iter().filter_map(|message| message.content.words());
        let effects = said
            .filter(|words| *words != "hush")
            .map(|words| Effect::say(Content::text(format!("you said: {words}"))));
        Step::with(state + 1, effects.collect::<Vec<_>>())
    }
    fn stage(&self, _: &u32) -> Stage {
        Stage { name: "listening".into(), open: false }
    }
    fn upgrade(&self, _: u32, _: serde_json::Value) -> Option<u32> {
        None
    }
}

/// The channel `post` and the flow `parrot`, which is called `rules` too, on memory.
pub fn outfit() -> Outfit {
    let flow = |name| FlowKind { name, make: |_| Arc::new(Parrot), seed: None };
    Outfit { adapters: vec![Box::new(Post)], flows: vec![flow("rules"), flow("parrot")], ground: in_memory }
}

fn in_memory(_: Site<'_>) -> BoxFuture<'_, anyhow::Result<Ground>> {
    async { Ok(ground(MemoryStore::new())) }.boxed()
}

/// The ground of a house that is kept in memory.
pub fn ground(store: MemoryStore) -> Ground {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let coordinator = Arc::new(Local::new(Arc::clone(&clock)));
    Ground::new(Arc::new(store), coordinator, clock, Arc::new(SystemDice))
}

/// An environment and files that a test made up.
#[derive(Default)]
pub struct Made {
    pub variables: BTreeMap<&'static str, &'static str>,
    pub files: BTreeMap<&'static str, &'static str>,
}

impl World for Made {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| (*value).to_owned())
    }
    fn file(&self, path: &Path) -> Result<String, String> {
        let name = path.to_str().unwrap_or_default();
        self.files.get(name).map(|text| (*text).to_owned()).ok_or_else(|| "No such file".to_owned())
    }
}

/// The id in a conversation's answer.
pub fn conversation(answer: &serde_json::Value) -> ConversationId {
    answer["conversation"].as_str().unwrap_or_default().parse().expect("a conversation")
}
