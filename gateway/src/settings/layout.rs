//! `[store]`, `[coordinator]` and `[spool]`: on which servers the house stands. There are three layouts and no other.

use std::{fmt, path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::{
    section::Section,
    server::{Role, StoreSettings},
};
use crate::spool::Room;

/// On which servers the house stands.
#[derive(Debug, Clone)]
pub enum Layout {
    /// None: a file in the data directory, one process.
    Embedded,
    /// PostgreSQL, one process.
    Single(DatabaseSettings),
    /// PostgreSQL and Redis, any number of processes.
    Several(DatabaseSettings, WireSettings),
}

impl Layout {
    /// In words, for people.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Embedded => "SQLite in the data directory, one process",
            Self::Single(_) => "PostgreSQL, one process",
            Self::Several(..) => "PostgreSQL and Redis, any number of processes",
        }
    }

    /// Why a process of that role cannot run here.
    pub fn refusal(&self, role: Role) -> Option<&'static str> {
        match (self, role) {
            (_, Role::All) | (Self::Several(..), _) => None,
            _ => Some("a process of one role needs others beside it, and those need PostgreSQL and Redis"),
        }
    }
}

/// The database.
#[derive(Clone)]
pub struct DatabaseSettings {
    /// Its address, which may hold a password.
    pub url: SecretString,
    /// Certificates of the authorities to trust beside the system's (PEM).
    pub authorities: Option<PathBuf>,
    /// Connections of a process, at most.
    pub connections: u32,
    /// Does a pooler hand connections out by the transaction? Found out when it is not said.
    pub pooler: Option<bool>,
}

/// What processes tell each other through.
#[derive(Clone)]
pub struct WireSettings {
    /// Its address, which may hold a password.
    pub url: SecretString,
    /// What the house's keys begin with.
    pub namespace: String,
    /// Certificates of the authorities to trust instead of the system's (PEM).
    pub authorities: Option<PathBuf>,
}

/// Without the address.
impl fmt::Debug for DatabaseSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseSettings").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// Without the address.
impl fmt::Debug for WireSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireSettings").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

/// Reads both tables: the one makes no sense without the other.
pub(super) fn layout(store: Section<'_>, coordinator: Section<'_>) -> Option<(StoreSettings, Layout)> {
    let names_database = store.names_secret("postgres");
    let (store, database) = database(store);
    let names_wire = coordinator.names_secret("redis");
    if names_wire && !names_database {
        let mend = "give [store] postgres its address too, or take redis away: SQLite serves one process";
        coordinator.fault("redis", "is of no use without PostgreSQL", mend);
    }
    let wire = wire(coordinator);
    let layout = match (database, wire) {
        (Some(database), Some(wire)) => Layout::Several(database, wire),
        (Some(database), None) if !names_wire => Layout::Single(database),
        (None, None) if !names_database && !names_wire => Layout::Embedded,
        // A fault tells why one of them is missing.
        _ => return None,
    };
    Some((store, layout))
}

fn database(mut section: Section<'_>) -> (StoreSettings, Option<DatabaseSettings>) {
    let data = section.text("data").unwrap_or_else(|| "data".to_owned());
    let data = section.report.base.join(data);
    let url = section.secret("postgres");
    let authorities = section.text("authorities").map(|path| section.report.base.join(path));
    let connections = section.number("connections", 2, 500).and_then(|n| u32::try_from(n).ok());
    let pooler = section.flag("pooler");
    section.finish();
    let database =
        url.map(|url| DatabaseSettings { url, authorities, connections: connections.unwrap_or(12), pooler });
    (StoreSettings { data }, database)
}

/// `[spool]`: what is kept on this machine while PostgreSQL is away.
pub(super) fn spool(mut section: Section<'_>) -> Room {
    let most_bytes = section.number("most_bytes", 1 << 20, 1 << 40).and_then(|n| u64::try_from(n).ok());
    let most_age = section.duration("most_age");
    section.finish();
    Room {
        most_bytes: most_bytes.unwrap_or(256 * 1024 * 1024),
        most_age: most_age.unwrap_or(Duration::from_secs(24 * 3600)),
    }
}

fn wire(mut section: Section<'_>) -> Option<WireSettings> {
    let url = section.secret("redis");
    let namespace = section.text("namespace").unwrap_or_else(|| "tradepost".to_owned());
    let authorities = section.text("authorities").map(|path| section.report.base.join(path));
    let fits = namespace.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !fits {
        let mend = "use letters, digits and - _ .";
        section.fault("namespace", format!("\"{namespace}\" cannot begin a key"), mend);
    }
    section.finish();
    Some(WireSettings { url: url?, namespace, authorities })
}
