//! Who uses the database: one process alone, or any number that know of each other. A lock of the server's tells those
//! apart who would not know of each other; it lives as long as the connection that holds it.

use std::time::Duration;

use diesel::{QueryableByName, sql_types::Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _};
use tokio::{sync::watch, task::JoinHandle};
use tradepost_ports::store::{Kept, StoreError};

use super::{connect::Maker, fault::away};

/// How a process uses the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Alone: what it coordinates, it coordinates in memory.
    Alone,
    /// With others that coordinate over a server.
    WithOthers,
}

/// The lock: "post" in letters.
const LOCK: i64 = 0x70_6f_73_74;
/// How often it is looked whether the connection that holds the lock is still there.
const LOOK: Duration = Duration::from_secs(2);
/// How long the server may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a process that ended hard, or was cut off, may keep the lock: until the server has noticed.
const GRACE: Duration = Duration::from_secs(20);
/// The server looks after the connection that holds the lock, so that it notices in half a minute what usually takes it two
/// hours: www.postgresql.org/docs/current/runtime-config-connection.html
const NOTICE: &str = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 4; \
                      SET tcp_user_timeout = 13000";

impl Company {
    fn statement(self) -> String {
        let shared = if self == Self::Alone { "" } else { "_shared" };
        format!("SELECT pg_try_advisory_lock{shared}({LOCK}) AS held")
    }
}

/// The right to use the database. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    watch: JoinHandle<()>,
    displaced: watch::Receiver<bool>,
}

impl Claim {
    /// Takes the right, or says who has it. A pooler keeps no session, so behind one nobody can be kept out.
    pub(crate) async fn take(maker: Maker, company: Company, place: &str) -> Kept<Self> {
        if maker.pooled && company == Company::Alone {
            return Err(StoreError::Broken(format!(
                "{place} is behind a pooler that keeps no session, where one process cannot keep a second one out: name the \
                 server itself, or let processes know of each other through Redis"
            )));
        }
        let (tell, displaced) = watch::channel(false);
        if maker.pooled {
            tracing::info!(
                place,
                "a pooler stands before PostgreSQL: no lock keeps out a process without Redis"
            );
            return Ok(Self { watch: tokio::spawn(async move { tell.closed().await }), displaced });
        }
        let held = hold(&maker, company).await?;
        let Some(connection) = held else {
            let other = match company {
                Company::Alone => {
                    "another tradepost process uses it; several need Redis ([coordinator] redis)"
                }
                Company::WithOthers => "a process without Redis uses it alone; stop that one first",
            };
            return Err(StoreError::Broken(format!("{place} is taken: {other}")));
        };
        Ok(Self { watch: tokio::spawn(keep(maker, company, connection, tell)), displaced })
    }

    /// Turns true when another process has the database now.
    pub(crate) fn displaced(&self) -> watch::Receiver<bool> {
        self.displaced.clone()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    held: bool,
}

/// A connection that holds the lock; `None` when others do.
async fn hold(maker: &Maker, company: Company) -> Kept<Option<AsyncPgConnection>> {
    let mut connection = maker.connect().await.map_err(away)?;
    connection.batch_execute(NOTICE).await.map_err(away)?;
    let mut waited = Duration::ZERO;
    loop {
        let asked = diesel::sql_query(company.statement());
        let answer: Answer = RunQueryDsl::get_result(asked, &mut connection).await.map_err(away)?;
        match answer.held {
            true => return Ok(Some(connection)),
            false if waited >= GRACE => return Ok(None),
            false => tokio::time::sleep(GRACE / 10).await,
        }
        waited += GRACE / 10;
    }
}

/// Looks after the lock. When the server was away the lock is taken again; if another was first, the right is lost.
async fn keep(maker: Maker, company: Company, connection: AsyncPgConnection, tell: watch::Sender<bool>) {
    let mut held = Some(connection);
    loop {
        tokio::time::sleep(LOOK).await;
        if let Some(connection) = &mut held {
            let asked = tokio::time::timeout(PATIENCE, connection.batch_execute("SELECT 1")).await;
            if matches!(asked, Ok(Ok(()))) {
                continue;
            }
        }
        // The one that does not answer goes first: it may hold the lock that is asked for.
        held = None;
        match hold(&maker, company).await {
            Ok(Some(again)) => held = Some(again),
            Ok(None) => {
                tell.send_replace(true);
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "failed to reach PostgreSQL to renew the house's claim on it")
            }
        }
    }
}
