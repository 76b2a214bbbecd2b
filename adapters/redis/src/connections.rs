//! Connections for commands and scripts: a small pool whose connections are shared, since answers come in the order of the
//! questions and nobody has to wait for another's.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use bb8_redis::{
    RedisConnectionManager,
    bb8::{ManageConnection, Pool, QueueStrategy, RunError},
};
use redis::{Client, Cmd, FromRedisValue, RedisError, ScriptInvocation, aio::MultiplexedConnection};
use tokio::time::{sleep, timeout};
use tradepost_domain::PortError;

use crate::{
    config::LIMIT,
    faults::{at_start, away, is_away, meaning, silent, silent_at_start},
    health::Health,
};

/// Enough for all that one process asks; more would only spread it thinner.
const CONNECTIONS: u32 = 4;

/// What is asked of the server.
pub(crate) enum Ask<'a> {
    Command(&'a Cmd),
    /// By its hash; the server is told the text when it does not know it.
    Script(&'a ScriptInvocation<'a>),
}

impl<'a> From<&'a Cmd> for Ask<'a> {
    fn from(command: &'a Cmd) -> Self {
        Self::Command(command)
    }
}

impl<'a> From<&'a ScriptInvocation<'a>> for Ask<'a> {
    fn from(script: &'a ScriptInvocation<'a>) -> Self {
        Self::Script(script)
    }
}

/// The pool and what is known of the server.
pub(crate) struct Connections {
    client: Client,
    pool: Pool<Numbered>,
    health: Arc<Health>,
}

impl Connections {
    pub(crate) fn new(client: &Client, health: Arc<Health>) -> Result<Self, PortError> {
        let manager = RedisConnectionManager::new(client.get_connection_info().clone());
        let manager = manager.map_err(|error| at_start(client, &error))?;
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .connection_timeout(LIMIT)
            // One after the other, so that all are used.
            .queue_strategy(QueueStrategy::Fifo)
            .build_unchecked(Numbered { manager, health: Arc::clone(&health) });
        Ok(Self { client: client.clone(), pool, health })
    }

    /// Asks over a fresh connection, and says plainly what keeps it from coming about: the pool would only say that it took
    /// too long.
    pub(crate) async fn first(&self) -> Result<(), PortError> {
        let asked = timeout(LIMIT * 4, async {
            let mut connection = self.client.get_multiplexed_async_connection().await?;
            redis::cmd("PING").query_async::<()>(&mut connection).await
        });
        match asked.await {
            Ok(answer) => answer.map_err(|error| at_start(&self.client, &error)),
            Err(_) => Err(silent_at_start(&self.client)),
        }
    }

    /// Asks, unless the server is known to be away.
    pub(crate) async fn ask<'a, T: FromRedisValue>(&self, ask: impl Into<Ask<'a>>) -> Result<T, PortError> {
        if !self.health.answers() {
            return Err(away());
        }
        self.try_to_ask(ask.into()).await
    }

    async fn try_to_ask<T: FromRedisValue>(&self, ask: Ask<'_>) -> Result<T, PortError> {
        let generation = self.health.generation();
        match timeout(LIMIT, self.answer(ask)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Some(error))) => {
                let told = meaning(&error);
                if is_away(&error) {
                    self.health.lost(generation, &told);
                }
                Err(told)
            }
            Ok(Err(None)) | Err(_) => {
                let told = silent();
                self.health.lost(generation, &told);
                Err(told)
            }
        }
    }

    /// The connection goes back at once and is used by others meanwhile.
    async fn answer<T: FromRedisValue>(&self, ask: Ask<'_>) -> Result<T, Option<RedisError>> {
        let connection = self.pool.get().await.map(|pooled| pooled.shared());
        let mut connection = connection.map_err(|error| match error {
            RunError::User(error) => Some(error),
            RunError::TimedOut => None,
        })?;
        match ask {
            Ask::Command(command) => command.query_async(&mut connection).await.map_err(Some),
            Ask::Script(script) => script.invoke_async(&mut connection).await.map_err(Some),
        }
    }

    /// Waits until the server is not known to be away.
    pub(crate) async fn until_answered(&self) {
        self.health.until(true).await;
    }

    /// While the server is away, asks whether it is back, over a connection of its own, which says plainly what is wrong:
    /// once for every reason.
    pub(crate) async fn recover_for_ever(self: Arc<Self>) {
        loop {
            self.health.until(false).await;
            let (mut waits, mut said) = (waits(), None);
            while let Err(error) = self.first().await {
                if said.as_ref() != Some(&error.detail) {
                    tracing::warn!(%error, "failed to reach Redis; trying again");
                    said = Some(error.detail);
                }
                sleep(waits.next().unwrap_or(LONGEST_WAIT)).await;
            }
            self.health.back();
        }
    }
}

/// Between two tries.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Between two tries to reach a server that is away: not all processes at once.
pub(crate) fn waits() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(LONGEST_WAIT)
        .without_max_times()
        .with_jitter()
        .build()
}

/// Makes connections that know their generation. The pool's own manager takes every connection for good and would ask the
/// server before each use whether that is so.
struct Numbered {
    manager: RedisConnectionManager,
    health: Arc<Health>,
}

struct Connection {
    connection: MultiplexedConnection,
    generation: u64,
}

impl Connection {
    fn shared(&self) -> MultiplexedConnection {
        self.connection.clone()
    }
}

impl Numbered {
    fn is_given_up(&self, connection: &Connection) -> bool {
        connection.generation != self.health.generation()
    }
}

impl ManageConnection for Numbered {
    type Connection = Connection;
    type Error = RedisError;

    async fn connect(&self) -> Result<Connection, RedisError> {
        let generation = self.health.generation();
        Ok(Connection { connection: self.manager.connect().await?, generation })
    }

    async fn is_valid(&self, connection: &mut Connection) -> Result<(), RedisError> {
        match self.is_given_up(connection) {
            true => Err((redis::ErrorKind::Io, "given up").into()),
            false => Ok(()),
        }
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        self.is_given_up(connection)
    }
}
