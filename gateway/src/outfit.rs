//! What a gateway is fitted out with: its adapters and flows. A third party's binary brings its own.

use std::{path::Path, sync::Arc};

use futures::future::BoxFuture;
use tradepost_domain::{ErasedFlow, Rule, Storefront, Timestamp};
use tradepost_ports::{Adapter, Clock, Coordinator, Dice, Store};

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
}

/// Opens the ground in a data directory that exists, its schema brought up to date. An error continues "failed to …".
pub type OpenGround = for<'a> fn(&'a Path) -> BoxFuture<'a, anyhow::Result<Ground>>;

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
