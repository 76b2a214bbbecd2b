//! The engine moves events in and effects out. One loop, one direction, and a process may die at any point of it.
//!
//! ```text
//! accept -> INBOX -> turn: step(conversation, event) -> COMMIT -> OUTBOX -> guard -> port
//!             ^                                                              |
//!             +----------------------- answer (an event) --------------------+
//! ```
//!
//! A [`House`] is made of [`Parts`]: ports and a [`Registry`] of who sells where. It knows no provider, no HTTP, no SQL.
#![forbid(unsafe_code)]

mod context;
mod deeds;
mod dispatch;
mod failure;
mod forget;
mod guard;
mod health;
mod intake;
mod journal;
mod lines;
mod mint;
mod registry;
mod repair;
mod replay;
mod run;
mod stage;
mod sweep;
mod tuning;
mod turn;
mod unit;
mod vault;
mod watch;

use std::sync::Arc;

pub use dispatch::Marked;
pub use forget::Forgotten;
use guard::Guards;
pub use guard::{BreakerState, ProviderHealth};
pub use health::Health;
pub use intake::{Accepted, Counting, Intake};
use mint::Mint;
use parking_lot::Mutex;
pub use registry::{AccountEntry, Registry, StorefrontEntry};
pub use repair::RepairError;
pub use replay::{Difference, Replay, ReplayError};
pub use stage::{Stage, StageHook};
use tradepost_ports::{Clock, Coordinator, Dice, Store};
pub use tuning::{BreakerTuning, StorefrontTuning, Tuning};
pub use turn::TurnEnd;
pub use vault::{BadKeyring, Keyring, Rotated, TokenHealth, TokenState, Unopened, look_over, rotate};

/// Everything a house is made of.
pub struct Parts {
    /// What it keeps.
    pub store: Arc<dyn Store>,
    /// What its processes tell each other.
    pub coordinator: Arc<dyn Coordinator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub dice: Arc<dyn Dice>,
    /// Who sells where.
    pub registry: Registry,
    /// What seals the secrets that it keeps; without it no token is exchanged.
    pub keyring: Option<Arc<Keyring>>,
    /// How it runs.
    pub tuning: Tuning,
}

/// The engine of one process.
pub struct House {
    store: Arc<dyn Store>,
    coordinator: Arc<dyn Coordinator>,
    clock: Arc<dyn Clock>,
    mint: Mint,
    registry: Registry,
    tuning: Tuning,
    guards: Guards,
    storefronts: Mutex<context::StorefrontCache>,
    linked: intake::Linked,
    runners: dispatch::Runners,
    agenda: run::Agenda,
    keyring: Option<Arc<Keyring>>,
    tokens: vault::Tokens,
}

impl House {
    /// Puts the parts together. Nothing runs yet: see [`House::run`].
    pub fn new(parts: Parts) -> Arc<Self> {
        let mint = Mint::new(Arc::clone(&parts.clock), Arc::clone(&parts.dice));
        let guards = Guards::new(&parts.registry, Arc::clone(&parts.clock), &parts.tuning);
        Arc::new(Self {
            store: parts.store,
            coordinator: parts.coordinator,
            clock: parts.clock,
            mint,
            registry: parts.registry,
            tuning: parts.tuning,
            guards,
            storefronts: Mutex::default(),
            linked: intake::Linked::default(),
            runners: dispatch::Runners::default(),
            agenda: run::Agenda::default(),
            keyring: parts.keyring,
            tokens: vault::Tokens::default(),
        })
    }

    /// Who sells where.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What it keeps.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    fn now(&self) -> tradepost_domain::Timestamp {
        self.clock.now()
    }
}
