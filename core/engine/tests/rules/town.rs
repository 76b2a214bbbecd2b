//! Several houses over one store, whose account's token ends: what the provider was asked, and what each house uses.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::executor::block_on;
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use tradepost_domain::{Capabilities, ErrorKind, PortError, Timestamp, capabilities::TextUnit};
use tradepost_engine::{
    AccountEntry, House, Keyring, Parts, Registry, StorefrontEntry, StorefrontTuning, TokenHealth, Tuning,
};
use tradepost_ports::{
    Clock, Coordinator, FreshToken, PortResult, Store, StoreError, TokenCell, TokenHabits, TokenSource, Wake,
    coordinator::{Listener, LockToken, SessionUse},
    store::{Kept, Sealed, UnitWork},
    terms::Repeat,
};
use tradepost_testkit::{
    chance::SeededDice, make, memory::MemoryStore, script::ScriptedMessenger, time::HandClock,
};

use super::{flow::Obedient, hours, parts::terms, shop::LINES};
use crate::sim::Deaf;

/// A master key, and another one.
pub const KEY: &str = "one:9ayiPGUe0SWv3Oo4nBLqTLTZKxzPPWrYJOrpmSwfBSk=";
pub const OTHER_KEY: &str = "two:3e2d1f00aabbccddeeff00112233445566778899aabbccddeeff001122334455";
/// A key that is called as the first is.
pub const WRONG_KEY: &str = "one:3e2d1f00aabbccddeeff00112233445566778899aabbccddeeff001122334455";
/// The settings' token.
pub const FIRST: &str = "SECRET-first";

pub fn keyring(text: &str) -> Arc<Keyring> {
    Arc::new(Keyring::read(&SecretString::from(text)).expect("keys"))
}

/// So many days.
pub fn days(days: u64) -> Duration {
    hours(24 * days)
}

/// Gives newer tokens, and remembers which ones it was asked with.
pub struct Provider {
    asked: Mutex<Vec<String>>,
    refusals: Mutex<VecDeque<ErrorKind>>,
    /// How long an answer takes.
    pub takes: Mutex<Duration>,
    clock: HandClock,
}

impl Provider {
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().clone()
    }

    /// The next so many calls are answered so.
    pub fn refuses(&self, kind: ErrorKind, times: usize) {
        self.refusals.lock().extend(std::iter::repeat_n(kind, times));
    }
}

/// One house's way to the provider, with the cell that its calls would take their token from.
pub struct Source {
    pub cell: TokenCell,
    provider: Arc<Provider>,
}

impl Source {
    pub fn new(first: &str, provider: &Arc<Provider>) -> Self {
        Self { cell: TokenCell::new(SecretString::from(first)), provider: Arc::clone(provider) }
    }

    /// The token that calls use.
    pub fn shown(&self) -> String {
        self.cell.current().expose_secret().to_owned()
    }
}

#[async_trait]
impl TokenSource for Source {
    fn cell(&self) -> &TokenCell {
        &self.cell
    }

    fn habits(&self) -> TokenHabits {
        TokenHabits { before: days(10), least_age: days(1) }
    }

    async fn refresh(&self, token: &SecretString) -> PortResult<FreshToken> {
        let number = {
            let mut asked = self.provider.asked.lock();
            asked.push(token.expose_secret().to_owned());
            asked.len()
        };
        let takes = *self.provider.takes.lock();
        self.provider.clock.sleep(takes).await;
        match self.provider.refusals.lock().pop_front() {
            Some(kind) => Err(PortError::new(kind, "script", "as planned")),
            None => Ok(FreshToken { token: format!("SECRET-{number}").into(), lives: days(60) }),
        }
    }
}

/// A coordinator whose locks are shared, and that tells nothing.
#[derive(Default)]
pub struct Locks {
    held: Mutex<Vec<(String, u64)>>,
    last: AtomicU64,
}

#[async_trait]
impl Coordinator for Locks {
    fn wake(&self, _: Wake) {}
    fn listen(&self) -> Box<dyn Listener> {
        Deaf::default().listen()
    }
    fn away(&self) -> bool {
        false
    }
    async fn allow(&self, _: &str, _: u32, _: Duration) -> Result<Result<(), Duration>, PortError> {
        Ok(Ok(()))
    }
    async fn begin_session(&self, _: &str, _: Duration) -> Result<(), PortError> {
        Ok(())
    }
    async fn use_session(&self, _: &str, _: u32) -> Result<SessionUse, PortError> {
        Ok(SessionUse::Closed)
    }
    async fn cached(&self, _: &str) -> Result<Option<Bytes>, PortError> {
        Ok(None)
    }
    async fn cache(&self, _: &str, _: Bytes, _: Duration) -> Result<(), PortError> {
        Ok(())
    }
    async fn forget(&self, _: &str) -> Result<(), PortError> {
        Ok(())
    }
    async fn renew(&self, _: &str, _: LockToken, _: Duration) -> Result<bool, PortError> {
        Ok(true)
    }
    async fn lock(&self, name: &str, _: Duration) -> Result<Option<LockToken>, PortError> {
        let mut held = self.held.lock();
        if held.iter().any(|(known, _)| known == name) {
            return Ok(None);
        }
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        held.push((name.to_owned(), number));
        Ok(Some(LockToken(number)))
    }
    async fn unlock(&self, name: &str, token: LockToken) -> Result<(), PortError> {
        self.held.lock().retain(|held| *held != (name.to_owned(), token.0));
        Ok(())
    }
}

/// A store that goes away after so many writes.
pub struct Torn {
    pub store: MemoryStore,
    pub left: AtomicU64,
}

#[async_trait]
impl Store for Torn {
    async fn write(&self, work: UnitWork) -> Kept<()> {
        let one_less = |left: u64| left.checked_sub(1);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
            Ok(_) => self.store.write(work).await,
            Err(_) => Err(StoreError::Away("cut off".into())),
        }
    }
    async fn read(&self, work: UnitWork) -> Kept<()> {
        self.store.read(work).await
    }
    async fn health(&self) -> Kept<()> {
        self.store.health().await
    }
}

/// What the houses share.
pub struct Town {
    pub store: MemoryStore,
    pub clock: HandClock,
    pub provider: Arc<Provider>,
    pub locks: Arc<Locks>,
}

impl Town {
    pub fn new() -> Self {
        let clock = HandClock::default();
        let provider = Arc::new(Provider {
            asked: Mutex::default(),
            refusals: Mutex::default(),
            takes: Mutex::default(),
            clock: clock.clone(),
        });
        Self { store: MemoryStore::new(), clock, provider, locks: Arc::default() }
    }

    /// A house with that token in its settings and those master keys, opened.
    pub fn opens(&self, name: &str, first: &str, keys: &str) -> Resident {
        let source = Arc::new(Source::new(first, &self.provider));
        let resident =
            Resident { house: self.house(name, keys, &[(LINES.to_owned(), Arc::clone(&source))]), source };
        block_on(resident.house.take_up_tokens());
        resident
    }

    /// So many accounts' tokens are kept under that key.
    pub fn keeps_many(&self, accounts: usize, keys: &str) {
        let source =
            |n: usize| (format!("sim:{n:02}"), Arc::new(Source::new(&format!("SECRET-{n}"), &self.provider)));
        let sources: Vec<_> = (0..accounts).map(source).collect();
        block_on(self.house("many", keys, &sources).take_up_tokens());
    }

    /// A house of the usual settings.
    pub fn house_of(&self, name: &str) -> Resident {
        self.opens(name, FIRST, KEY)
    }

    fn house(&self, name: &str, keys: &str, sources: &[(String, Arc<Source>)]) -> Arc<House> {
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let abilities = Capabilities::text_only(100, TextUnit::Characters);
        let storefront = StorefrontEntry {
            facts: make::corner_shop(),
            flow: Arc::new(Obedient),
            tuning: StorefrontTuning::default(),
            llm: None,
            payments: None,
        };
        let account = |(key, source): &(String, Arc<Source>)| AccountEntry {
            key: key.as_str().into(),
            storefront: "corner-shop".into(),
            messenger: Arc::new(ScriptedMessenger::new(
                terms(key, Repeat::Never, 8),
                abilities.clone(),
                Arc::clone(&clock),
            )),
            media: None,
            tokens: Some(Arc::clone(source) as _),
        };
        let accounts = sources.iter().map(account).collect();
        let registry = Registry::build(vec![storefront], accounts, Vec::new(), Vec::new());
        House::new(Parts {
            store: Arc::new(self.store.clone()),
            coordinator: Arc::clone(&self.locks) as _,
            clock,
            dice: Arc::new(SeededDice::new(name.bytes().map(u64::from).sum())),
            registry: registry.expect("a registry"),
            keyring: Some(keyring(keys)),
            tuning: Tuning::new(name.into()),
        })
    }

    pub fn passes(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The stored token's row.
    pub fn stored(&self) -> Sealed {
        self.store.tables().secrets().pop().expect("a token is stored")
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A house with its own cell.
pub struct Resident {
    pub house: Arc<House>,
    pub source: Arc<Source>,
}

impl Resident {
    /// One round.
    pub fn tends(&self) {
        block_on(self.house.tend_tokens());
    }

    /// The token that its calls use.
    pub fn uses(&self) -> String {
        self.source.shown()
    }

    pub fn health(&self) -> TokenHealth {
        block_on(self.house.health()).tokens.pop().expect("a token")
    }
}
