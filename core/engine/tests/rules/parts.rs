//! What a rule's shop is made of: its process, its registry, a store that can be held up or be away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use async_trait::async_trait;
use futures::future::BoxFuture;
use tradepost_domain::AccountKey;
use tradepost_engine::{AccountEntry, House, Parts, Registry, StorefrontEntry, StorefrontTuning, Tuning};
use tradepost_ports::{
    Payments, Store, Terms,
    store::{Kept, StoreError, UnitWork},
    terms::Repeat,
};
use tradepost_testkit::{
    chance::SeededDice,
    make,
    memory::{Gate, MemoryStore},
    script::{ScriptedLlm, ScriptedMedia, ScriptedMessenger, ScriptedPayments},
    time::HandClock,
};

use super::shop::{MODEL, Setup};
use crate::sim::Deaf;

/// A store that is away when it is told to.
struct Faulty {
    store: MemoryStore,
    away: Arc<AtomicUsize>,
}

#[async_trait]
impl Store for Faulty {
    async fn write(&self, work: UnitWork) -> Kept<()> {
        let one_less = |left: usize| left.checked_sub(1);
        match self.away.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
            Ok(_) => Err(StoreError::Away("the disk is full".into())),
            Err(_) => self.store.write(work).await,
        }
    }

    async fn read(&self, work: UnitWork) -> Kept<()> {
        self.store.read(work).await
    }

    async fn health(&self) -> Kept<()> {
        self.store.health().await
    }
}

/// Stops the first unit that comes, once, if told to.
pub struct Door(pub Arc<AtomicBool>);

impl Gate for Door {
    fn before_commit(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::poll_fn(|_| match self.0.swap(false, Ordering::Relaxed) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }))
    }

    fn after_commit(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

pub fn terms(account: &str, repeat: Repeat, concurrency: usize) -> Terms {
    Terms {
        time_limit: Duration::from_secs(10),
        concurrency,
        per_second: 100,
        repeat,
        ..make::terms(account)
    }
}

pub type Ports<'a> = (&'a ScriptedMessenger, &'a ScriptedLlm, &'a ScriptedPayments, &'a ScriptedMedia);

/// The shop's second account, whose lines nobody looks at.
pub const ELSEWHERE: &str = "sim:2";

pub fn worker(
    name: &str,
    store: &MemoryStore,
    clock: &HandClock,
    setup: &Setup,
    ports: Ports<'_>,
) -> Arc<House> {
    let seed = name.bytes().map(u64::from).sum();
    House::new(Parts {
        store: Arc::new(Faulty { store: store.clone(), away: Arc::clone(&setup.away) }),
        coordinator: Arc::new(Deaf {
            away: setup.alone,
            chosen: setup.chosen,
            uses: setup.contact_per_minute.map(|_| Default::default()),
        }),
        clock: Arc::new(clock.clone()),
        dice: Arc::new(SeededDice::new(seed)),
        registry: registry(setup, ports),
        keyring: setup.tokens.as_ref().map(|(keyring, _)| Arc::clone(keyring)),
        tuning: Tuning {
            breaker: setup.breaker,
            observer: setup.observer.clone(),
            ..Tuning::new(name.into())
        },
    })
}

fn registry(setup: &Setup, (messenger, llm, payments, pictures): Ports<'_>) -> Registry {
    let storefront = StorefrontEntry {
        facts: make::corner_shop(),
        flow: Arc::clone(&setup.flow),
        tuning: StorefrontTuning {
            quiet: setup.quiet,
            contact_per_minute: setup.contact_per_minute,
            keep: setup.keep,
            ..StorefrontTuning::default()
        },
        llm: Some(MODEL.into()),
        payments: setup.takes_payments.then(|| payments.terms().account.clone()),
    };
    let account = AccountEntry {
        key: AccountKey::of("sim", "1"),
        storefront: "corner-shop".into(),
        messenger: Arc::new(messenger.clone()),
        media: Some(Arc::new(pictures.clone())),
        tokens: setup.tokens.as_ref().map(|(_, source)| Arc::clone(source)),
    };
    let elsewhere = ScriptedMessenger::new(
        terms(ELSEWHERE, setup.repeat, setup.concurrency),
        setup.capabilities.clone(),
        Arc::new(HandClock::default()),
    );
    let other = AccountEntry {
        key: AccountKey::new(ELSEWHERE),
        storefront: "corner-shop".into(),
        messenger: Arc::new(elsewhere),
        media: None,
        tokens: None,
    };
    let (llm, payments) = (Arc::new(llm.clone()), Arc::new(payments.clone()));
    let registry = Registry::build(vec![storefront], vec![account, other], vec![llm], vec![payments]);
    registry.unwrap_or_else(|faults| panic!("{faults:?}"))
}
