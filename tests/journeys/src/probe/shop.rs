//! The probe's shop: two houses on one store, scripted ports, a clock that is moved by hand.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{sync::watch, task::JoinHandle};
use tradepost_domain::{
    AccountKey, Capabilities, Money, OrderId,
    capabilities::TextUnit,
    ledger::{Item, Order},
    model::{Block, Prompt, Reply, Role, Stop, Usage},
    money::Currency,
};
use tradepost_engine::{AccountEntry, House, Parts, Registry, StorefrontEntry, StorefrontTuning, Tuning};
use tradepost_local::Local;
use tradepost_ports::{Clock, Coordinator, Store, Terms, terms::Repeat};
use tradepost_probe::Probe;
use tradepost_store_sql::{SqliteOptions, SqliteStore};
use tradepost_testkit::{
    chance::SeededDice,
    make,
    script::{Play, ScriptedLlm, ScriptedMessenger, ScriptedPayments},
    time::HandClock,
};

use crate::keep;

/// Mugs on the shelf at first.
pub const MUGS: u32 = 2;

/// The shop.
pub struct Shop {
    pub houses: [Arc<House>; 2],
    pub store: Arc<dyn Store>,
    pub clock: HandClock,
    pub messenger: ScriptedMessenger,
    pub payments: ScriptedPayments,
    pub llm: ScriptedLlm,
    /// So many effects cannot leave.
    pub stuck: u64,
    stops: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    _data: tempfile::TempDir,
}

impl Shop {
    pub async fn open() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let clock = HandClock::default();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = SqliteStore::open(&data.path().join("shop.db"), SqliteOptions::default()).await;
        let store: Arc<dyn Store> = Arc::new(store.expect("a store"));
        let messenger = ScriptedMessenger::new(terms("sim:1", Repeat::Never), abilities(), Arc::clone(&time));
        let payments = ScriptedPayments::new(terms("pay:1", Repeat::Keyed), Arc::clone(&time));
        let llm = ScriptedLlm::new(terms("llm:1", Repeat::Never), Arc::clone(&time));
        llm.behave(|prompt| Play::answer(reply(prompt)));
        let coordinator: Arc<dyn Coordinator> = Arc::new(Local::new(Arc::clone(&time)));
        let house = |name: &str, seed| {
            House::new(Parts {
                store: Arc::clone(&store),
                coordinator: Arc::clone(&coordinator),
                clock: Arc::clone(&time),
                dice: Arc::new(SeededDice::new(seed)),
                registry: registry(&messenger, &llm, &payments),
                keyring: None,
                tuning: Tuning::new(name.into()),
            })
        };
        let houses = [house("a", 1), house("b", 2 << 40)];
        let item = Item { sku: "mug".into(), title: "Mug".into(), price: price(), free: 0 };
        keep::write(&*store, move |unit| {
            Box::pin(async move { unit.stock(&"corner-shop".into(), &item, MUGS).await })
        })
        .await;
        let (stops, stop) = watch::channel(false);
        let run = |house: &Arc<House>| {
            let (house, stop) = (Arc::clone(house), stop.clone());
            tokio::spawn(async move { house.run(stop).await })
        };
        let tasks = houses.iter().map(run).collect();
        Self { houses, store, clock, messenger, payments, llm, stuck: 0, stops, tasks, _data: data }
    }

    /// Waits until neither house has anything left to do, while time goes on slowly.
    pub async fn settle(&self) {
        let mut still = 0;
        for _ in 0..4_000 {
            let health = self.houses[0].health().await;
            let waits = health.outbox.iter().map(|(_, rows, _)| rows).sum::<u64>();
            still = if health.inbox == 0 && waits <= self.stuck { still + 1 } else { 0 };
            if still == 4 {
                return;
            }
            self.clock.advance(Duration::from_millis(20));
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        panic!("the shop does not come to rest: {:#?}", self.houses[0].health().await);
    }

    /// How many mugs nobody holds.
    pub async fn free(&self) -> u32 {
        let now = self.clock.now();
        let item = keep::read(&*self.store, move |unit| {
            Box::pin(async move { unit.item(&"corner-shop".into(), "mug", now).await })
        });
        item.await.expect("an item").free
    }

    /// An order.
    pub async fn order(&self, id: OrderId) -> Order {
        keep::read(&*self.store, move |unit| Box::pin(async move { unit.order(id).await }))
            .await
            .expect("an order")
    }

    pub async fn close(self) {
        self.stops.send_replace(true);
        for task in self.tasks {
            tokio::time::timeout(Duration::from_secs(20), task).await.expect("in time").expect("no panic");
        }
    }
}

/// A model that looks things up, offers what shall be bought, and otherwise repeats what it heard.
fn reply(prompt: &Prompt) -> Reply {
    let last = prompt.turns.last().and_then(|turn| turn.blocks.last());
    let asked = prompt.turns.iter().rev().find_map(|turn| match (turn.role, turn.blocks.first()) {
        (Role::User, Some(Block::Text { text })) => Some(text.as_str()),
        _ => None,
    });
    let words = asked.unwrap_or_default();
    let block = match (last, words.strip_prefix("look up "), words.strip_prefix("buy ")) {
        (Some(Block::ToolResult { text, .. }), _, _) if text.contains("Mug") => text_of("We have it."),
        (Some(Block::ToolResult { .. }), _, _) => text_of("We have none."),
        (_, Some(thing), _) => tool("look_up", json!({ "words": thing })),
        (_, _, Some(sku)) => tool("offer", json!({ "sku": sku })),
        _ => text_of(&format!("You said: {words}")),
    };
    let stop = if matches!(block, Block::ToolUse { .. }) { Stop::Tools } else { Stop::Done };
    Reply { blocks: vec![block], stop, usage: Usage::default() }
}

fn text_of(text: &str) -> Block {
    Block::Text { text: text.to_owned() }
}

fn tool(name: &str, input: serde_json::Value) -> Block {
    Block::ToolUse { id: "use-1".into(), name: name.into(), input }
}

fn price() -> Money {
    Money::new(900, Currency::USD)
}

fn abilities() -> Capabilities {
    let text = Capabilities::text_only(1_000, TextUnit::Characters);
    Capabilities { quick_replies: make::capabilities().quick_replies, ..text }
}

fn terms(account: &str, repeat: Repeat) -> Terms {
    Terms { time_limit: Duration::from_secs(20), concurrency: 4, repeat, ..make::terms(account) }
}

fn registry(messenger: &ScriptedMessenger, llm: &ScriptedLlm, payments: &ScriptedPayments) -> Registry {
    let storefront = StorefrontEntry {
        facts: make::corner_shop(),
        flow: Arc::new(Probe),
        tuning: StorefrontTuning::default(),
        llm: Some("llm:1".into()),
        payments: Some("pay:1".into()),
    };
    let account = AccountEntry {
        key: AccountKey::of("sim", "1"),
        storefront: "corner-shop".into(),
        messenger: Arc::new(messenger.clone()),
        media: None,
        tokens: None,
    };
    let ports = (vec![Arc::new(llm.clone()) as _], vec![Arc::new(payments.clone()) as _]);
    let registry = Registry::build(vec![storefront], vec![account], ports.0, ports.1);
    registry.unwrap_or_else(|faults| panic!("{faults:?}"))
}
