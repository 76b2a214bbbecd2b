//! What the door needs from the house.

use std::time::Duration;

use async_trait::async_trait;
use tradepost_domain::{Arrival, Correlation};
pub use tradepost_openapi::health::Spooled;
use tradepost_openapi::health::{Backlog, Provider, Queue, Token};
use tradepost_ports::StoreError;

/// Takes what came in. What it took is durable when it returns.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Takes the events of a request, however many. Those that were taken before have no second effect.
    async fn accept(&self, delivery: &Delivery, arrivals: Vec<Arrival>) -> Result<Taken, StoreError>;

    /// Keeps a signed body that cannot be read.
    async fn accept_unparsed(&self, delivery: &Delivery, raw: &[u8], reason: &str) -> Result<(), StoreError>;

    /// How the house is.
    async fn condition(&self) -> Condition;
}

/// What was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Some of it is over a limit and will not be answered: so long until the next one is.
    pub over_limit: Option<Duration>,
}

/// The request that brought something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The endpoint's path, or `/v1/chat`.
    pub endpoint: String,
    /// The channel.
    pub kind: String,
    /// The request.
    pub correlation: Correlation,
}

/// How the house is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Why the store cannot be written to, if it cannot.
    pub store: Option<String>,
    /// Are other processes known to be out of reach, since Redis is away?
    pub away: bool,
    /// What waits for a turn.
    pub inbox: Queue,
    /// What waits to leave.
    pub outbox: Vec<Backlog>,
    /// The accounts at providers.
    pub providers: Vec<Provider>,
    /// What waits on this machine for the store, where there is such a place.
    pub spool: Option<Spooled>,
    /// The tokens that are exchanged before they end.
    pub tokens: Vec<Token>,
}
