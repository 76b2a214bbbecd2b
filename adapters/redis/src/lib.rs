//! The coordinator of any number of processes: wake-ups, windows, sessions, a cache and locks on one Redis.
//!
//! Everything here is fast and may be forgotten; the store is right. So every call has a time limit, a server that does
//! not answer is not asked again until it answers a `PING`, and whoever may have missed a wake-up is told to look.
//! redis.io/docs/latest/commands
#![forbid(unsafe_code)]

mod channel;
mod config;
mod connections;
mod coordinator;
mod faults;
mod health;
mod publish;
mod scripts;
mod subscribe;

use std::sync::Arc;

pub use config::Options;
use connections::Connections;
use health::Health;
use publish::Publisher;
use tokio::task::JoinSet;
use tradepost_domain::PortError;
use tradepost_ports::coordinator::Mailboxes;

/// The coordinator on a Redis. Its tasks end with it.
pub struct RedisCoordinator {
    namespace: String,
    connections: Arc<Connections>,
    health: Arc<Health>,
    listeners: Arc<Mailboxes>,
    publisher: Arc<Publisher>,
    _tasks: JoinSet<()>,
}

impl RedisCoordinator {
    /// Connects, on the tokio runtime that it is called from: when this returns, the server has answered and what other
    /// processes publish is heard.
    ///
    /// # Errors
    /// `Config` for an address, a namespace or a certificate file that cannot be used, `Denied` for a wrong password,
    /// `Unavailable` for a server that cannot be reached; the detail says what is wrong and what to do.
    pub async fn connect(options: Options) -> Result<Self, PortError> {
        let client = options.client()?;
        let health = Arc::new(Health::default());
        let connections = Arc::new(Connections::new(&client, Arc::clone(&health))?);
        connections.first().await?;
        let listeners = Arc::new(Mailboxes::default());
        let channel = channel::Channel::new(&options.namespace)?;
        let publisher = Arc::new(Publisher::new(channel.clone()));
        let mut tasks = JoinSet::new();
        let subscription = subscribe::subscribe(&client, &channel).await?;
        tasks.spawn(subscribe::listen_for_ever(
            client,
            channel,
            Arc::clone(&listeners),
            Arc::clone(&health),
            subscription,
        ));
        tasks.spawn(Arc::clone(&publisher).publish_for_ever(Arc::clone(&connections)));
        tasks.spawn(Arc::clone(&connections).recover_for_ever());
        Ok(Self { namespace: options.namespace, connections, health, listeners, publisher, _tasks: tasks })
    }
}
