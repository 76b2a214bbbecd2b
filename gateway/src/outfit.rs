//! What a gateway is fitted out with: its adapters and flows. A third party's binary brings its own.

use std::{path::Path, sync::Arc};

use futures::future::BoxFuture;
use tokio::sync::watch;
use tradepost_domain::{ErasedFlow, Rule, Storefront, Timestamp};
use tradepost_ports::{Adapter, Clock, Coordinator, Dice, Store};

use crate::settings::Layout;

/// What the house stands on.
#[derive(Clone)]
pub struct Ground {
    /// What it keeps.
    pub store: Arc<dyn Store>,
    /// What its processes tell each other.
    pub coordinator: Arc<dyn Coordinator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub dice: Arc<dyn Dice>,
    /// Turns true when another process has taken the house's place.
    pub displaced: Option<watch::Receiver<bool>>,
}

impl Ground {
    /// A ground that nobody can take away.
    pub fn new(
        store: Arc<dyn Store>,
        coordinator: Arc<dyn Coordinator>,
        clock: Arc<dyn Clock>,
        dice: Arc<dyn Dice>,
    ) -> Self {
        Self { store, coordinator, clock, dice, displaced: None }
    }
}

/// Where a house stands.
#[derive(Debug, Clone, Copy)]
pub struct Site<'s> {
    /// The data directory, which exists.
    pub data: &'s Path,
    /// The servers.
    pub layout: &'s Layout,
    /// What for.
    pub stay: Stay,
}

/// What the ground is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// A house is to run here: whoever does not know of it is kept out.
    Living,
    /// A command works beside the house that runs here.
    Visiting,
}

/// Opens the ground, its schema brought up to date. An error continues "failed to …".
pub type OpenGround = for<'a> fn(Site<'a>) -> BoxFuture<'a, anyhow::Result<Ground>>;

/// The adapters, flows and ground of a build.
pub struct Outfit {
    /// The channels.
    pub adapters: Vec<Box<dyn Adapter>>,
    /// The behaviours.
    pub flows: Vec<FlowKind>,
    /// What houses stand on.
    pub ground: OpenGround,
}

/// Makes the rules to start with.
pub type Seed = fn(&Storefront, Timestamp, &dyn Dice) -> Vec<Rule>;

/// A behaviour that storefronts may name.
#[derive(Clone, Copy)]
pub struct FlowKind {
    /// Its name in the settings.
    pub name: &'static str,
    /// Makes the flow of a storefront.
    pub make: fn(&Storefront) -> Arc<dyn ErasedFlow>,
    /// The rules that `rules seed` writes for a storefront, if it works by rules.
    pub seed: Option<Seed>,
}

impl Outfit {
    /// The channel of that kind.
    pub fn adapter(&self, kind: &str) -> Option<&dyn Adapter> {
        self.adapters.iter().find(|adapter| adapter.kind() == kind).map(AsRef::as_ref)
    }

    /// The kinds of channel, as the list has them.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.adapters.iter().map(|adapter| adapter.kind()).collect()
    }

    /// The behaviour of that name.
    pub fn flow(&self, name: &str) -> Option<FlowKind> {
        self.flows.iter().find(|flow| flow.name == name).copied()
    }

    /// The names of the behaviours.
    pub fn flow_names(&self) -> Vec<&'static str> {
        self.flows.iter().map(|flow| flow.name).collect()
    }
}
