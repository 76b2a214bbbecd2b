//! What a simulated house is made of: its registry, its providers' terms and bad days, a coordinator that tells nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use tradepost_domain::{AccountKey, ErrorKind};
use tradepost_engine::{AccountEntry, Registry, StorefrontEntry, StorefrontTuning};
use tradepost_ports::{Terms, terms::Repeat};
use tradepost_probe::Probe;
use tradepost_testkit::{
    chance::SeededDice,
    make,
    memory::Gate,
    script::{Play, ScriptedLlm, ScriptedMessenger, ScriptedPayments},
};

use super::world::CONCURRENCY;

/// Stops once around every commit, so that others may run and a crash can be placed there.
pub struct Door(pub Arc<AtomicUsize>);

impl Gate for Door {
    fn before_commit(&self) -> BoxFuture<'_, ()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(step_aside())
    }
    fn after_commit(&self) -> BoxFuture<'_, ()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(step_aside())
    }
}

/// Is ready when it is polled for the second time.
async fn step_aside() {
    let mut asked = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut asked, true) {
        true => std::task::Poll::Ready(()),
        false => std::task::Poll::Pending,
    })
    .await;
}

pub fn terms(account: &str, repeat: Repeat) -> Terms {
    Terms { concurrency: CONCURRENCY, per_second: 100, repeat, ..make::terms(account) }
}

/// A provider's bad day.
pub fn bad<A>(dice: &SeededDice, usual: Play<A>) -> Play<A> {
    let slow = Duration::from_millis(u64::try_from(dice.below(2_000)).expect("small"));
    match dice.below(8) {
        0 => Play::fail_as(ErrorKind::Unavailable),
        1 => Play::fail_as(ErrorKind::RateLimited),
        2 => Play::lose(),
        3 => usual.after(slow),
        4 => usual.after(slow).answered_after(slow),
        5 => usual.after(Duration::from_secs(6)),
        _ => usual,
    }
}

pub fn registry(messenger: &ScriptedMessenger, llm: &ScriptedLlm, payments: &ScriptedPayments) -> Registry {
    let tuning = StorefrontTuning { quiet: Duration::from_millis(500), ..StorefrontTuning::default() };
    let storefront = StorefrontEntry {
        facts: make::corner_shop(),
        flow: Arc::new(Probe),
        tuning,
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
    let registry = Registry::build(
        vec![storefront],
        vec![account],
        vec![Arc::new(llm.clone())],
        vec![Arc::new(payments.clone())],
    );
    registry.unwrap_or_else(|faults| panic!("{faults:?}"))
}
