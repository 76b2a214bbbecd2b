//! Connections: how one is made, and when one is given up.

use std::{net::IpAddr, sync::Arc, time::Duration};

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use rustls::ClientConfig;
use secrecy::{ExposeSecret as _, SecretString};
use tokio_postgres::{
    Client, Config, Connection, NoTls, Socket,
    config::{Host, SslMode},
    tls::TlsStream,
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tradepost_ports::store::{Kept, StoreError};

use super::{fault::away, settings::PostgresOptions};

/// Makes connections to one database.
#[derive(Clone)]
pub(crate) struct Maker {
    config: Config,
    tls: MakeRustlsConnect,
    /// Between us and the server stands a pooler that hands its connections out by the transaction: nothing may be kept in
    /// a session, prepared statements neither.
    pub(crate) pooled: bool,
    patience: Duration,
}

impl Maker {
    pub(crate) fn new(options: &PostgresOptions) -> Kept<Self> {
        let mut config = parsed(&options.url)?;
        config.connect_timeout(options.patience);
        config.tcp_user_timeout(options.unit_limit);
        config.keepalives_idle(Duration::from_secs(15));
        config.application_name("tradepost");
        let tls = MakeRustlsConnect::new(trust(options)?);
        Ok(Self { config, tls, pooled: false, patience: options.patience })
    }

    /// Where it connects to, without any password.
    pub(crate) fn place(&self) -> String {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(name_of).collect();
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        format!("{}:{port}/{}", hosts.join(","), self.config.get_dbname().unwrap_or_default())
    }

    pub(crate) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let connecting = tokio::time::timeout(self.patience, self.establish());
        connecting.await.unwrap_or_else(|_| Err(ConnectionError::BadConnection("it does not answer".into())))
    }

    /// A client without diesel, for what diesel has no words for.
    pub(crate) async fn client(&self) -> Kept<Client> {
        let failed = |error: tokio_postgres::Error| StoreError::Away(words(&error));
        match self.config.get_ssl_mode() {
            SslMode::Disable => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
                tokio::spawn(connection);
                Ok(client)
            }
            _ => {
                let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(failed)?;
                tokio::spawn(connection);
                Ok(client)
            }
        }
    }

    async fn establish(&self) -> ConnectionResult<AsyncPgConnection> {
        let failed = |error: tokio_postgres::Error| ConnectionError::BadConnection(words(&error));
        let mut connection = match self.config.get_ssl_mode() {
            SslMode::Disable => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
                made(client, connection).await?
            }
            _ => {
                let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(failed)?;
                made(client, connection).await?
            }
        };
        if self.pooled {
            connection.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
        }
        Ok(connection)
    }
}

/// diesel's connection asks for its settings with statements that it prepares: within one transaction, so that a pooler does
/// not send them to different servers.
async fn made<S>(client: Client, mut connection: Connection<Socket, S>) -> ConnectionResult<AsyncPgConnection>
where
    S: TlsStream + Unpin + Send + 'static,
{
    let begun = client.batch_execute("BEGIN");
    // The connection must be driven for the answer to come.
    let begun = tokio::select! {
        begun = begun => begun,
        ended = &mut connection => ended,
    };
    begun.map_err(|error| ConnectionError::BadConnection(words(&error)))?;
    let mut made = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
    made.batch_execute("COMMIT").await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(made)
}

/// The address, with libpq's word for a checked certificate and a choice of TLS where it makes none.
fn parsed(url: &SecretString) -> Kept<Config> {
    let url = url.expose_secret();
    let known =
        url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
    let mut config: Config = known.parse().map_err(|error: tokio_postgres::Error| {
        StoreError::Broken(format!("the address of PostgreSQL cannot be read: {}", words(&error)))
    })?;
    if !url.contains("sslmode=") {
        let here = config.get_hosts().iter().all(is_here);
        config.ssl_mode(if here { SslMode::Disable } else { SslMode::Require });
    }
    if config.get_dbname().is_none() {
        return Err(StoreError::Broken("the address of PostgreSQL names no database".into()));
    }
    Ok(config)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn name_of(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

/// The system's authorities, and the operator's own.
fn trust(options: &PostgresOptions) -> Kept<ClientConfig> {
    let refused = |what: String| StoreError::Broken(format!("the authorities of PostgreSQL: {what}"));
    let mut own = Vec::new();
    if let Some(path) = &options.authorities {
        use rustls::pki_types::{CertificateDer, pem::PemObject as _};
        let failed = |error| refused(format!("{} cannot be read: {error}", path.display()));
        for certificate in CertificateDer::pem_file_iter(path).map_err(failed)? {
            own.push(certificate.map_err(failed)?);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(own, Arc::clone(&provider));
    let verifier = verifier.map_err(|error| refused(error.to_string()))?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder =
        builder.with_safe_default_protocol_versions().map_err(|error| refused(error.to_string()))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// An error with what caused it: the first word alone is "error connecting to server".
pub(crate) fn words(error: &tokio_postgres::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    words
}

/// A connection of the pool.
pub(crate) struct Link {
    pub(crate) connection: AsyncPgConnection,
    /// A transaction may be under way: whoever finds it so does not use it.
    pub(crate) spoiled: bool,
}

impl bb8::ManageConnection for Maker {
    type Connection = Link;
    type Error = ConnectionError;

    async fn connect(&self) -> ConnectionResult<Link> {
        let connection = Maker::connect(self).await?;
        Ok(Link { connection, spoiled: false })
    }

    async fn is_valid(&self, link: &mut Link) -> ConnectionResult<()> {
        link.connection.batch_execute("").await.map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.spoiled
    }
}

/// How often it is tried whether two clients are served by the same one.
const PROBES: usize = 5;

/// Does a pooler hand the server's connections out by the transaction? Then two clients are served by the same one, one
/// after the other: PgBouncer gives the one that was used last. Without a pooler each has its own.
pub(crate) async fn is_pooled(maker: &Maker) -> Kept<bool> {
    let mut first = maker.connect().await.map_err(away)?;
    let mut second = maker.connect().await.map_err(away)?;
    // Another client may come between once, hardly always.
    for _ in 0..PROBES {
        if backend(&mut first).await? == backend(&mut second).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[derive(diesel::QueryableByName)]
struct Backend {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pid: i32,
}

/// Who serves the connection's next transaction.
async fn backend(connection: &mut AsyncPgConnection) -> Kept<i32> {
    connection.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
    connection.batch_execute("BEGIN").await.map_err(away)?;
    let asked = diesel::sql_query("SELECT pg_backend_pid() AS pid");
    let told: Backend = diesel_async::RunQueryDsl::get_result(asked, connection).await.map_err(away)?;
    connection.batch_execute("COMMIT").await.map_err(away)?;
    Ok(told.pid)
}
