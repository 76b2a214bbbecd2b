//! A connection and its settings.

use std::{path::Path, time::Duration};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _,
    sql_types::Text,
};
use tradepost_ports::store::{Kept, StoreError};

use super::{checkpoint::PAGES, unit::away};

/// How a store is opened. The defaults are right for one process on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// How long to wait for another process that writes, such as the command line, before the store counts as away.
    pub busy_timeout: Duration,
    /// Connections that read beside the writer; at least one.
    pub readers: usize,
    /// Units that share one commit, at most.
    pub group: usize,
    /// Units that may wait for the writer; a caller beyond waits for a place.
    pub waiting: usize,
    /// The writer's page cache, in KiB; a reader has a quarter of it.
    pub cache_kib: u32,
    /// Pages of 4 KiB that the file may grow to; `None` leaves the limit to the disk. A full store is away for what it
    /// has no place for, and works again when something was taken out.
    pub most_pages: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(5),
            readers: 2,
            group: 64,
            waiting: 1024,
            cache_kib: 16_384,
            most_pages: None,
        }
    }
}

/// Opens the connection that writes. The journal is written ahead, and every commit is on disk before it counts:
/// <https://www.sqlite.org/pragma.html#pragma_synchronous>.
pub(crate) fn writer(path: &Path, options: &SqliteOptions) -> Kept<SqliteConnection> {
    make(path);
    let mut connection = connect(path, options)?;
    let settings = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; \
         PRAGMA wal_autocheckpoint = {PAGES}; PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY;",
        options.cache_kib
    );
    connection.batch_execute(&settings).map_err(|error| unusable(path, &error.to_string()))?;
    if let Some(most) = options.most_pages {
        connection.batch_execute(&format!("PRAGMA max_page_count = {most};")).map_err(away)?;
    }
    Ok(connection)
}

/// Makes the file for its owner only, if there is none: it holds what customers wrote. SQLite gives its journal the same
/// rights. What hinders this hinders SQLite too, which then says so.
fn make(path: &Path) {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    let _ = file.open(path);
}

/// Opens a connection that only reads.
pub(crate) fn reader(path: &Path, options: &SqliteOptions) -> Kept<SqliteConnection> {
    let mut connection = connect(path, options)?;
    let settings = format!(
        "PRAGMA query_only = ON; PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY;",
        options.cache_kib / 4
    );
    connection.batch_execute(&settings).map_err(away)?;
    Ok(connection)
}

pub(crate) fn connect(path: &Path, options: &SqliteOptions) -> Kept<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())
        .map_err(|error| unusable(path, &error.to_string()))?;
    let patience = format!("PRAGMA busy_timeout = {};", options.busy_timeout.as_millis());
    connection.batch_execute(&patience).map_err(away)?;
    Ok(connection)
}

/// SQLite's words with the path and what an operator can do.
pub(crate) fn unusable(path: &Path, words: &str) -> StoreError {
    let path = path.display();
    match words {
        words if words.contains("not a database") => {
            StoreError::Broken(format!("{path} is not a store: choose another path, or restore a backup"))
        }
        words if words.contains("unable to open") => StoreError::Away(format!(
            "{path} cannot be opened: its directory must exist and this user must be able to write to it"
        )),
        words if words.contains("disk is full") => StoreError::Away(format!(
            "{path} has no room on its disk: make room, or choose a path on another"
        )),
        words if words.contains("readonly") => {
            StoreError::Away(format!("{path} cannot be written to by this user"))
        }
        words => StoreError::Away(format!("{path}: {words}")),
    }
}

/// What the writer's connection says of its own settings, in a fixed order.
pub(crate) const READ_BACK: [&str; 5] =
    ["journal_mode", "synchronous", "busy_timeout", "cache_size", "page_size"];

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Reads settings back from a connection.
pub(crate) fn read_back(connection: &mut SqliteConnection) -> Kept<Vec<(String, String)>> {
    let mut settings = Vec::new();
    for name in READ_BACK {
        let asked = format!("SELECT CAST(\"{}\" AS TEXT) AS value FROM pragma_{name}", column(name));
        let setting: Setting = diesel::sql_query(asked).get_result(connection).map_err(away)?;
        settings.push((name.to_owned(), setting.value));
    }
    Ok(settings)
}

/// The column of a pragma's answer; it is called `timeout` for one of them.
fn column(name: &str) -> &str {
    match name {
        "busy_timeout" => "timeout",
        name => name,
    }
}
