//! The store: a pool of connections, and a transaction for every unit.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};
use tracing::Instrument as _;
use tradepost_ports::{
    Store,
    store::{Kept, StoreError, UnitWork},
};

use super::{
    claim::{Claim, Company},
    connect::{self, Link, Maker},
    fault::away,
    settings::PostgresOptions,
    unit::perform,
};
use crate::counts::{Committed, Counts};

/// A store in a PostgreSQL database, for any number of processes.
pub struct PostgresStore {
    place: String,
    maker: Maker,
    inside: Arc<Inside>,
    claim: Mutex<Option<Claim>>,
}

struct Inside {
    pool: bb8::Pool<Maker>,
    /// Begins a unit that writes, and one that only reads.
    begin: [String; 2],
    patience: Duration,
    unit_limit: Duration,
    /// A place for every unit under way; closed with the store.
    places: Semaphore,
    counts: Counts,
}

/// Units that may be under way or wait for a connection; a caller beyond waits for a place.
const PLACES: u32 = 4_096;
/// The oldest server that knows every word used here, as it counts its versions.
const OLDEST: i32 = 130_000;

type Pooled<'p> = bb8::PooledConnection<'p, Maker>;

impl PostgresStore {
    /// Connects, takes the pending steps of the schema and looks whether all is there that a store needs. What is wrong is
    /// said with what can be done.
    pub async fn open(options: PostgresOptions) -> Kept<Self> {
        let mut maker = Maker::new(&options)?;
        let place = maker.place();
        let first = maker.connect().await.map_err(|error| unusable(&place, &error.to_string()))?;
        maker.pooled = match options.pooled {
            Some(pooled) => pooled,
            None => connect::is_pooled(&maker).await?,
        };
        let place = prepare(first, place).await?;
        let begin = [begin(&options, ""), begin(&options, " ISOLATION LEVEL REPEATABLE READ READ ONLY")];
        let pool = bb8::Pool::builder()
            .max_size(options.connections.max(1))
            .connection_timeout(options.patience)
            .test_on_check_out(false)
            .error_sink(Box::new(Told))
            .build_unchecked(maker.clone());
        let (patience, unit_limit) = (options.patience, options.unit_limit);
        let places = Semaphore::new(PLACES as usize);
        let inside = Inside { pool, begin, patience, unit_limit, places, counts: Counts::default() };
        Ok(Self { place, maker, inside: Arc::new(inside), claim: Mutex::default() })
    }

    /// Where it is: host, port and database.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Stands a pooler between us and the server that hands connections out by the transaction?
    pub fn is_pooled(&self) -> bool {
        self.maker.pooled
    }

    /// Takes the right to use the database in that company, until the store is closed or dropped; refused while a process
    /// uses it that would not know of this one. What is returned turns true when another has it after all.
    pub async fn claim(&self, company: Company) -> Kept<watch::Receiver<bool>> {
        let claim = Claim::take(self.maker.clone(), company, &self.place).await?;
        let displaced = claim.displaced();
        *self.claim.lock().unwrap_or_else(PoisonError::into_inner) = Some(claim);
        Ok(displaced)
    }

    /// How many units were run in how many commits so far.
    pub fn committed(&self) -> Committed {
        self.inside.counts.so_far()
    }

    /// What the server says of how it keeps what is committed, and of itself: name and value.
    pub async fn settings(&self) -> Kept<Vec<(String, String)>> {
        let mut link = self.inside.begin(1).await?;
        let settings = settings(&mut link.connection).await;
        self.inside.end(&mut link, "ROLLBACK").await?;
        settings
    }

    /// Lets nobody in any more and waits for those inside.
    pub async fn close(&self) {
        // Whoever has closed it already has the places.
        drop(self.inside.places.acquire_many(PLACES).await.map(tokio::sync::SemaphorePermit::forget));
        self.inside.places.close();
        self.claim.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    async fn unit(&self, kind: usize, work: UnitWork) -> Kept<()> {
        let inside = Arc::clone(&self.inside);
        let unit = async move { inside.unit(kind, work).await };
        // A caller that goes away does not cancel its unit.
        let ended = tokio::spawn(unit.in_current_span()).await;
        ended.unwrap_or_else(|error| Err(StoreError::Broken(error.to_string())))
    }
}

impl Inside {
    async fn unit(&self, kind: usize, work: UnitWork) -> Kept<()> {
        let _place = self.places.acquire().await.map_err(|_| StoreError::Away("it is closed".into()))?;
        let mut link = self.begin(kind).await?;
        let running = perform(&mut link.connection, kind == 1, work);
        let done = timeout(self.unit_limit, running).await;
        // A connection whose unit is still under way there is spoiled, and not used again.
        let done = done.map_err(|_| StoreError::Away("a unit took longer than it may".into()))?;
        match done {
            Ok(()) if kind == 0 => {
                self.end(&mut link, "COMMIT").await?;
                self.counts.committed(1);
                Ok(())
            }
            Ok(()) => self.end(&mut link, "ROLLBACK").await,
            Err(error) => {
                // If that fails too, the connection is given up, and the server rolls back.
                drop(self.end(&mut link, "ROLLBACK").await);
                Err(error)
            }
        }
    }

    /// A connection in a transaction. One that the server has given up meanwhile is passed over: nothing was tried on it
    /// yet.
    async fn begin(&self, kind: usize) -> Kept<Pooled<'_>> {
        let begun = timeout(self.patience * 2, self.begin_on_any(kind)).await;
        begun.unwrap_or_else(|_| Err(StoreError::Away("PostgreSQL does not answer".into())))
    }

    async fn begin_on_any(&self, kind: usize) -> Kept<Pooled<'_>> {
        let most = self.pool.state().connections + 1;
        let mut last = StoreError::Away("no connection".into());
        for _ in 0..=most {
            let mut link = self.pool.get().await.map_err(out_of_connections)?;
            link.spoiled = true;
            match self.say(&mut link, &self.begin[kind], self.patience).await {
                Ok(()) => return Ok(link),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn end(&self, link: &mut Link, how: &str) -> Kept<()> {
        self.say(link, how, self.unit_limit).await?;
        link.spoiled = false;
        Ok(())
    }

    async fn say(&self, link: &mut Link, words: &str, limit: Duration) -> Kept<()> {
        let said = timeout(limit, link.connection.batch_execute(words)).await;
        said.map_err(|_| StoreError::Away("PostgreSQL does not answer".into()))?.map_err(away)
    }
}

#[async_trait]
impl Store for PostgresStore {
    /// Where the connection breaks during the commit, nobody knows whether the unit was kept: it is reported as not kept.
    async fn write(&self, work: UnitWork) -> Result<(), StoreError> {
        self.unit(0, work).await
    }

    async fn read(&self, work: UnitWork) -> Result<(), StoreError> {
        self.unit(1, work).await
    }

    /// Changes one row, so that a server that only reads, or is full, is noticed before a customer's message is.
    async fn health(&self) -> Result<(), StoreError> {
        let mut link = self.inside.begin(0).await?;
        let probe = "UPDATE probes SET count = count + 1 WHERE id = 1";
        self.inside.say(&mut link, probe, self.inside.patience).await?;
        self.inside.end(&mut link, "COMMIT").await
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Limits stand in the transaction, since a pooler keeps no session. The server gives up what takes too long, and frees
/// the locks of a process that has gone silent within its transaction.
///
/// Plans are kept: one that was made while a queue was empty would read all of it when it is long, for every row, until the
/// server next counts rows (a minute). Everything that is asked here has an index: they are used whatever the size.
/// www.postgresql.org/docs/current/sql-prepare.html
fn begin(options: &PostgresOptions, kind: &str) -> String {
    let limit = options.unit_limit.as_millis();
    format!(
        "BEGIN{kind}; SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {}; \
         SET LOCAL idle_in_transaction_session_timeout = {limit}; SET LOCAL enable_seqscan = off",
        limit / 2
    )
}

/// Looks at the server and brings the schema up to date.
async fn prepare(mut connection: AsyncPgConnection, place: String) -> Kept<String> {
    connection.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
    connection.batch_execute("BEGIN").await.map_err(away)?;
    let settings = settings(&mut connection).await.map_err(|error| unusable(&place, &error.to_string()))?;
    connection.batch_execute("COMMIT").await.map_err(away)?;
    let value = |name: &str| settings.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
    if value("server_version_num").parse::<i32>().is_ok_and(|version| version < OLDEST) {
        return Err(StoreError::Broken(format!("{place} is older than PostgreSQL 13: bring it up to date")));
    }
    if value("server_encoding") != "UTF8" {
        return Err(StoreError::Broken(format!(
            "{place} does not keep UTF-8: make the database with that encoding"
        )));
    }
    let language = value("lc_messages");
    if !["C", "POSIX", "en"].iter().any(|known| language.starts_with(known)) && !language.is_empty() {
        return Err(StoreError::Broken(format!(
            "{place} tells its faults in another language ({language}), and only its words tell what may be tried again: \
             ALTER DATABASE … SET lc_messages = 'C'"
        )));
    }
    if value("transaction_read_only") == "on" {
        return Err(StoreError::Away(format!(
            "{place} only reads: it is a standby, or set so; name the primary"
        )));
    }
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        if value(name) == "off" {
            tracing::warn!(place, name, "PostgreSQL may lose what it has confirmed: this setting is off");
        }
    }
    let schema = tradepost_migrations::postgres::run(&mut connection).await;
    schema.map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(place)
}

const TOLD: [&str; 8] = [
    "server_version",
    "server_version_num",
    "server_encoding",
    "transaction_read_only",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "lc_messages",
];

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

async fn settings(connection: &mut AsyncPgConnection) -> Kept<Vec<(String, String)>> {
    let mut settings = Vec::new();
    for name in TOLD {
        let asked = diesel::sql_query(format!("SELECT current_setting('{name}') AS value"));
        let setting: Setting = asked.get_result(connection).await.map_err(away)?;
        settings.push((name.to_owned(), setting.value));
    }
    Ok(settings)
}

/// Why the server cannot be used, and what an operator can do.
fn unusable(place: &str, words: &str) -> StoreError {
    let mend = match words {
        words if words.contains("password authentication failed") => {
            "look at the user and the password in the address"
        }
        words if words.contains("does not exist") => {
            "make the database or the user first, or mend the address"
        }
        words if words.contains("Connection refused") => "start PostgreSQL, or mend the host and the port",
        words if words.contains("failed to lookup address") => "mend the host in the address",
        words if words.contains("certificate") => {
            "its certificate is not trusted: name its authority, or connect through a trusted network with sslmode=disable"
        }
        words if words.contains("does not support TLS") => {
            "switch TLS on there, or say sslmode=disable in the address"
        }
        words if words.contains("too many") => "raise its max_connections, or lower the store's connections",
        _ => "look at the address and the server's log",
    };
    StoreError::Away(format!("PostgreSQL at {place} cannot be used ({words}): {mend}"))
}

fn out_of_connections(error: bb8::RunError<diesel::ConnectionError>) -> StoreError {
    match error {
        bb8::RunError::User(error) => away(error),
        bb8::RunError::TimedOut => {
            StoreError::Away("no connection to PostgreSQL came free, or none can be made".into())
        }
    }
}

/// Why a connection could not be made: the pool itself only says that it took too long.
#[derive(Debug, Clone, Copy)]
struct Told;

impl bb8::ErrorSink<diesel::ConnectionError> for Told {
    fn sink(&self, error: diesel::ConnectionError) {
        tracing::warn!(%error, "failed to connect to PostgreSQL");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<diesel::ConnectionError>> {
        Box::new(*self)
    }
}
