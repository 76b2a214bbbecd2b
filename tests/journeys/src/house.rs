//! The house of a story: the real gateway behind a real port, on SQLite, beside the sandbox. One clock, moved by hand.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use tokio::{sync::watch, task::JoinHandle};
use tradepost_domain::{ErasedFlow, MatchKind, Rule, RuleId, Storefront, Timestamp};
use tradepost_engine::House;
use tradepost_flows::rules::{RulesFlow, check_rule, seed};
use tradepost_gateway::{
    outfit::{FlowKind, Ground, Outfit, Site},
    serve,
    settings::{Settings, World},
};
use tradepost_local::{Local, SystemDice};
use tradepost_ports::{Clock, Dice, Store};
use tradepost_sandbox::{Echo, InstagramAccount, Sandbox, SandboxConfig};
use tradepost_store_sql::{SqliteOptions, SqliteStore};
use tradepost_testkit::time::HandClock;

use crate::{bots, clumsy::Clumsy, keep, numbers};

/// The account of the Corner Shop.
pub const SHOP: &str = "17841400000000001";
/// The account of the Stall, served by the same app.
pub const STALL: &str = "17841400000000002";
/// An account of the app that no storefront has.
pub const NOBODYS: &str = "17841400000000003";
/// The Corner Shop's number on WhatsApp.
pub const NUMBER: &str = "555000111";
/// Its number that a reseller serves.
pub const RESOLD: &str = "555000222";
/// A number of the app that no storefront has.
pub const NOBODYS_NUMBER: &str = "555000333";
/// The Corner Shop's bot on Telegram.
pub const BOT: &str = "7000000001";
/// The Stall's bot.
pub const STALLS_BOT: &str = "7000000002";
/// A secret of the website's server.
pub const KEY: &str = "a-secret-of-the-website-for-stories";
/// The settings' file, in the data directory.
pub const SETTINGS: &str = "tradepost.toml";
/// Words that are too long for one message.
pub const TERMS: &str = "You may send it back within thirty days, as it came and with its bill. \
    What was made for you stays with you. We pay the way back where the fault was ours. ";

/// What a story says about its house before anything happens.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// How long a burst may be.
    pub quiet: Option<String>,
    /// Has the account the Human Agent feature?
    pub human_agent: bool,
    /// When the provider tells of our own lines.
    pub echo: Echo,
    /// Does the shop's flow have a fault?
    pub clumsy: bool,
}

/// A house that runs.
pub struct Standing {
    /// Its engine.
    pub house: Arc<House>,
    /// The provider.
    pub sandbox: Sandbox,
    /// Where the gateway listens.
    pub address: String,
    /// So many events keep failing and are not waited for.
    pub failing: u64,
    clock: HandClock,
    stops: watch::Sender<bool>,
    task: JoinHandle<Result<(), serve::ServeError>>,
    data: tempfile::TempDir,
}

impl Standing {
    /// Builds it.
    pub async fn open(wishes: &Wishes) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let clock = HandClock::default();
        CLOCKS.lock().insert(whole(data.path()), clock.clone());
        let sandbox = sandbox(&clock, wishes).await;
        let outfit = outfit(wishes.clumsy);
        let text = settings(sandbox.base_url(), wishes);
        std::fs::write(data.path().join(SETTINGS), &text).expect("written");
        let settings = Settings::read(&text, data.path(), &outfit, &Nothing).expect("the settings are right");
        let opened = serve::open(settings, &outfit, None).await.expect("the house opens");
        sow(&**opened.house.store(), &clock).await;
        let (stops, stop) = watch::channel(false);
        let (house, address) = (Arc::clone(&opened.house), opened.address.to_string());
        let task = tokio::spawn(opened.run(stop));
        for account in [SHOP, STALL, NOBODYS] {
            let url = format!("http://{address}/webhooks/instagram/main");
            sandbox.set_webhook(account, url).expect("an account of the sandbox");
        }
        numbers::call_back(&sandbox, &address);
        bots::call_back(&sandbox, &address);
        Self { house, sandbox, address, failing: 0, clock, stops, task, data }
    }

    /// The data directory.
    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Time goes on everywhere.
    pub fn pass(&self, time: Duration) {
        self.sandbox.clock().advance_ms(i64::try_from(time.as_millis()).expect("a time"));
        self.clock.advance(time);
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits until nothing is left to do, while time goes on slowly.
    pub async fn settle(&self) {
        let mut still = 0;
        for _ in 0..4_000 {
            let health = self.house.health().await;
            assert_eq!(health.store, None, "the store is away");
            still = if health.inbox <= self.failing && health.outbox.is_empty() { still + 1 } else { 0 };
            if still == 4 {
                return;
            }
            self.pass(Duration::from_millis(20));
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        let health = serde_json::to_string_pretty(&self.house.health().await).unwrap_or_default();
        panic!("the house does not come to rest: {health}");
    }

    /// Waits until what keeps failing was tried for the last time, while time goes on quickly.
    pub async fn give_up(&mut self) {
        for _ in 0..1_000 {
            if self.house.health().await.inbox == 0 {
                self.failing = 0;
                return self.settle().await;
            }
            self.pass(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        panic!("it is tried for ever");
    }

    /// Stops it; what is in hand ends.
    pub async fn close(self) {
        self.stops.send_replace(true);
        tokio::time::timeout(Duration::from_secs(20), self.task)
            .await
            .expect("in time")
            .expect("no panic")
            .expect("a stop");
        self.sandbox.stop().await;
    }
}

async fn sandbox(clock: &HandClock, wishes: &Wishes) -> Sandbox {
    let account = |id: &str| InstagramAccount {
        app_secret: "the app's secret".to_owned().into(),
        human_agent: wishes.human_agent,
        echo: wishes.echo,
        ..InstagramAccount::new(id)
    };
    let config =
        SandboxConfig { frozen_at_ms: Some(clock.now().as_millisecond()), ..SandboxConfig::default() };
    let accounts = [SHOP, STALL, NOBODYS].into_iter().map(account);
    let config = accounts.fold(config, SandboxConfig::with_instagram);
    let config = numbers::all().into_iter().fold(config, SandboxConfig::with_whatsapp);
    let config = bots::all().into_iter().fold(config, SandboxConfig::with_telegram);
    Sandbox::start(config).await.expect("the sandbox starts")
}

fn settings(sandbox: &str, wishes: &Wishes) -> String {
    let Wishes { quiet, human_agent, .. } = wishes;
    let quiet = quiet.as_deref().unwrap_or("0 s");
    let account = |id, storefront| {
        format!(
            "[[account]]\nchannel = \"instagram\"\nid = \"{id}\"\nstorefront = \"{storefront}\"\n\
             token = \"token-{id}\"\nbase = \"{sandbox}/\"\nhuman_agent = {human_agent}\n\
             time_limit = \"60 s\"\n"
        )
    };
    format!(
        r#"[server]
bind = "127.0.0.1"
port = 0
stop_wait = "15 s"
[store]
data = "."
[[storefront]]
id = "shop"
name = "The Corner Shop"
flow = "rules"
contact = "12 Market Lane, ten to six"
currency = "USD"
quiet = "{quiet}"
[[storefront]]
id = "stall"
name = "The Stall"
flow = "rules"
currency = "EUR"
[[key]]
id = "website"
secret = "{KEY}"
[[endpoint]]
channel = "instagram"
name = "main"
app_secret = "the app's secret"
verify_token = "the word of the handshake"
{}{}{}{}"#,
        account(SHOP, "shop"),
        account(STALL, "stall"),
        numbers::settings(sandbox),
        bots::settings(sandbox)
    )
}

/// The seeded rules, and a few of the shop's own.
async fn sow(store: &dyn Store, clock: &HandClock) {
    let id = || RuleId::new(clock.now(), SystemDice.roll());
    let own = |name: &str, pattern: &str, response: &str| Rule {
        id: id(),
        storefront: "shop".into(),
        name: name.into(),
        priority: 5,
        kind: MatchKind::Word,
        pattern: pattern.into(),
        locale: None,
        response: response.into(),
        active: true,
    };
    let mut rules = seed(&"shop".into(), "en", id);
    rules.extend(seed(&"stall".into(), "de", id));
    rules.push(own("welcome", "hello", "{% if contact.returning %}Welcome back!{% else %}Hello!{% endif %}"));
    rules.push(own("repeat", "repeat", "You wrote: {{ message.text }}"));
    rules.push(own("begin", "start", "Welcome to the counter!"));
    rules.push(own("terms", "terms", &TERMS.repeat(18)));
    rules.push(own("picture", "@media", "What a picture!"));
    rules.push(own("mention", "@story_reply, @story_mention", "Thank you for your story!"));
    for rule in rules {
        check_rule(&rule).expect("a rule that may be stored");
        keep::write(store, move |unit| Box::pin(async move { unit.keep_rule(&rule).await })).await;
    }
}

/// What is shipped, on a clock that is moved by hand; and perhaps with a fault in the flow.
pub fn outfit(clumsy: bool) -> Outfit {
    let make: fn(&Storefront) -> Arc<dyn ErasedFlow> = match clumsy {
        true => |_| Arc::new(Clumsy::default()),
        false => |_| Arc::new(RulesFlow::new(None)),
    };
    let flow = FlowKind { name: "rules", make, seed: None };
    Outfit {
        adapters: vec![
            Box::new(tradepost_instagram::Plug),
            Box::new(tradepost_whatsapp::Plug),
            Box::new(tradepost_telegram::Plug),
        ],
        flows: vec![flow],
        ground,
    }
}

/// The clocks of the houses, by their data directories.
static CLOCKS: Mutex<BTreeMap<PathBuf, HandClock>> = Mutex::new(BTreeMap::new());

fn ground(site: Site<'_>) -> BoxFuture<'_, anyhow::Result<Ground>> {
    async move {
        let data = site.data;
        let clock = CLOCKS.lock().get(&whole(data)).cloned().expect("a clock for this house");
        let store = SqliteStore::open(&data.join("tradepost.db"), SqliteOptions::default()).await?;
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let coordinator = Arc::new(Local::new(Arc::clone(&clock)));
        Ok(Ground::new(Arc::new(store), coordinator, clock, Arc::new(SystemDice)))
    }
    .boxed()
}

fn whole(path: &Path) -> PathBuf {
    path.canonicalize().expect("a directory that is there")
}

/// Neither variables nor files.
struct Nothing;

impl World for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
    fn file(&self, _: &Path) -> Result<String, String> {
        Err("there are no files here".into())
    }
}
