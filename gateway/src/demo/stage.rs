//! What the story is played on: house, sandbox, rules.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle};
use tradepost_domain::{AccountKey, ConversationId, Storefront};
use tradepost_engine::House;
use tradepost_ports::store::{StoreError, UnitWork, Written};

use super::{Demo, KEY_FILE, place::Place, play::With, write_settings};
use crate::{
    adapters::sandbox::{
        AccountChange, Echo, InstagramAccount, Sandbox, SandboxConfig, SandboxError, TelegramAccount,
        TelegramChange, WhatsappAccount, WhatsappChange,
    },
    outfit::{Outfit, Seed},
    serve::{self, ServeError},
    settings::{Machine, Settings, SettingsError},
};

/// Why the demo could not be played.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The house could not be opened.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The demo's own settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The settings cannot be written.
    #[error("failed to write the demo's settings: {0}")]
    File(#[from] std::io::Error),
    /// The sandbox failed.
    #[error("failed to run the sandbox: {0}")]
    Sandbox(#[from] SandboxError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A word from staff was not taken.
    #[error(transparent)]
    Staff(#[from] tradepost_engine::RepairError),
    /// The starting rules are not there.
    #[error("this build has no flow `rules` with starting rules")]
    NoRules,
}

/// Everything that is running.
pub(super) struct Stage {
    pub(super) house: Arc<House>,
    pub(super) sandbox: Sandbox,
    pub(super) base: String,
    pub(super) settings: PathBuf,
    pub(super) key: String,
    /// Makes the customers of this run unlike those of an earlier one on the same store.
    pub(super) run: u32,
    stops: watch::Sender<bool>,
    running: JoinHandle<Result<(), serve::ServeError>>,
}

impl Stage {
    pub(super) async fn open(outfit: &Outfit, demo: &Demo) -> Result<Self, DemoError> {
        let [instagram, whatsapp, telegram] = Place::ALL.map(Place::account);
        let config = SandboxConfig::default()
            .with_instagram(InstagramAccount::new(instagram))
            .with_whatsapp(WhatsappAccount::new(whatsapp))
            .with_telegram(TelegramAccount::new(telegram));
        let sandbox = Sandbox::start(config).await?;
        let now_ms = sandbox.clock().now_ms();
        let key = format!("demo-key-{now_ms:016x}-{:08x}", std::process::id());
        let token = |place: Place| Some(place.token(&key).into());
        let current = AccountChange { access_token: token(Place::Instagram), ..AccountChange::default() };
        sandbox.change(instagram, current)?;
        let current = WhatsappChange { access_token: token(Place::WhatsApp), ..WhatsappChange::default() };
        sandbox.change_whatsapp(whatsapp, current)?;
        let current = TelegramChange { token: token(Place::Telegram), ..TelegramChange::default() };
        sandbox.change_telegram(telegram, current)?;
        let file = write_settings(&demo.data, &settings(demo.port, sandbox.base_url(), &key))?;
        let settings = Settings::load(&file, outfit, &Machine)?;
        let storefront = settings.storefronts.first().map(|one| one.facts.clone());
        let opened = serve::open(settings, outfit, None).await?;
        let seed =
            outfit.flow("rules").and_then(|flow| flow.seed).zip(storefront).ok_or(DemoError::NoRules)?;
        sow(&opened, seed).await?;
        let base = format!("http://127.0.0.1:{}", opened.address.port());
        for place in Place::ALL {
            sandbox.set_webhook(place.account(), format!("{base}/webhooks/{}/main", place.kind()))?;
        }
        sandbox.change(instagram, AccountChange { echo: Some(Echo::After), ..AccountChange::default() })?;
        let house = Arc::clone(&opened.house);
        let (stops, stop) = watch::channel(false);
        let running = tokio::spawn(opened.run(stop));
        let run = u32::try_from((now_ms / 1000).rem_euclid(100_000_000)).unwrap_or_default();
        Ok(Self { house, sandbox, base, settings: file, key, run, stops, running })
    }

    /// The conversation with a customer, once they have written.
    pub(super) async fn conversation(
        &self,
        (place, customer): With<'_>,
    ) -> Result<Option<ConversationId>, StoreError> {
        let (account, peer) = (AccountKey::of(place.kind(), place.account()), customer.to_owned());
        let (send, receive) = tokio::sync::oneshot::channel();
        let work: UnitWork = Box::new(move |unit| {
            Box::pin(async move {
                let found = unit.conversation_with(&account, &peer).await?;
                // Whoever asked waits below.
                let _ = send.send(found.map(|conversation| conversation.id));
                Ok(())
            })
        });
        self.house.store().read(work).await?;
        Ok(receive.await.ok().flatten())
    }

    /// All lines of a conversation.
    pub(super) async fn transcript(&self, conversation: ConversationId) -> Result<Vec<Written>, StoreError> {
        let (send, receive) = tokio::sync::oneshot::channel();
        let work: UnitWork = Box::new(move |unit| {
            Box::pin(async move {
                // Whoever asked waits below.
                let _ = send.send(unit.transcript(conversation, None, 1000).await?);
                Ok(())
            })
        });
        self.house.store().read(work).await?;
        Ok(receive.await.unwrap_or_default())
    }

    /// Stays open until told to stop.
    pub(super) async fn stay(&self, mut stop: watch::Receiver<bool>) {
        // A sender that is gone is a stop, too.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    pub(super) async fn close(self) {
        self.stops.send_replace(true);
        if tokio::time::timeout(Duration::from_secs(20), self.running).await.is_err() {
            tracing::warn!("the house did not close in time");
        }
        self.sandbox.stop().await;
    }
}

/// Writes the starting rules anew: an earlier run's are the same.
async fn sow(opened: &serve::Opened, (seed, storefront): (Seed, Storefront)) -> Result<(), StoreError> {
    let rules = seed(&storefront, opened.ground.clock.now(), opened.ground.dice.as_ref());
    let work: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            for rule in &rules {
                unit.keep_rule(rule).await?;
            }
            Ok(())
        })
    });
    opened.ground.store.write(work).await
}

fn settings(port: u16, provider: &str, key: &str) -> String {
    let channels: String = Place::ALL
        .map(|place| {
            let (kind, account, token, proof) =
                (place.kind(), place.account(), place.token(key), place.proof());
            format!(
                r#"[[endpoint]]
channel = "{kind}"
name = "main"
{proof}
[[account]]
channel = "{kind}"
id = "{account}"
storefront = "corner-shop"
token = "{token}"
base = "{provider}"
"#
            )
        })
        .concat();
    format!(
        r#"# The demo's settings. Every secret here is made up; the providers are the sandbox.
[server]
bind = "127.0.0.1"
port = {port}
[store]
data = "."
[log]
level = "warn"
[secrets]
master_key_file = "{KEY_FILE}"
[[storefront]]
id = "corner-shop"
name = "Corner Shop"
flow = "rules"
currency = "USD"
contact = "desk@corner-shop.example, weekdays 9 to 17"
quiet = "300 ms"
{channels}[[key]]
id = "demo"
secret = "{key}"
"#
    )
}
