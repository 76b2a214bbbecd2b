//! How a PostgreSQL store is opened.

use std::{fmt, path::PathBuf, time::Duration};

use secrecy::SecretString;

/// How a store in PostgreSQL is opened. All but the address has a default that suits two cores.
#[derive(Clone)]
pub struct PostgresOptions {
    /// The address, `postgres://user:password@host:port/database`, with libpq's `sslmode` if need be: `disable`,
    /// `require` or `verify-full`, which both check the server's certificate. Without one, TLS is used unless the host is
    /// this machine.
    pub url: SecretString,
    /// A file with the certificates (PEM) of the authorities to trust beside the system's.
    pub authorities: Option<PathBuf>,
    /// Stands a pooler between us and the server that hands connections out by the transaction? `None` finds out, which is
    /// sure for PgBouncer while nobody else is at work there.
    pub pooled: Option<bool>,
    /// Connections, at most; each is one unit at a time.
    pub connections: u32,
    /// How long a unit waits for a connection, and for the server's word that it is there.
    pub patience: Duration,
    /// How long a unit may take from its beginning to its commit. What takes longer is given up, on both sides: the
    /// server frees the locks of a process that it cannot hear any more.
    pub unit_limit: Duration,
}

impl PostgresOptions {
    /// The defaults, for that address.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            authorities: None,
            pooled: None,
            connections: 12,
            patience: Duration::from_secs(3),
            unit_limit: Duration::from_secs(10),
        }
    }
}

/// Without the address: it holds a password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("connections", &self.connections)
            .field("patience", &self.patience)
            .field("unit_limit", &self.unit_limit)
            .finish_non_exhaustive()
    }
}
