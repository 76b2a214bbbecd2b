//! A file of SQLite.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _,
    sql_query, sql_types::Text,
};

pub(super) const TABLES: &str = "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'";
pub(super) const BYTES: &str = "SELECT name || '|' || sum(pgsize) AS line FROM dbstat GROUP BY name";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A connection that commits as the house's own does: the journal written ahead, each commit on the disk.
pub(super) fn open(file: &Path) -> Result<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&file.to_string_lossy())
        .with_context(|| format!("open {}", file.display()))?;
    connection
        .batch_execute("PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL")
        .context("set SQLite up")?;
    Ok(connection)
}

pub(super) fn run(file: &Path, statements: &str) -> Result<()> {
    open(file)?.batch_execute(statements).with_context(|| format!("run {statements}"))
}

pub(super) fn lines(file: &Path, query: &str) -> Result<Vec<String>> {
    lines_of(&mut open(file)?, query)
}

pub(super) fn lines_of(connection: &mut SqliteConnection, query: &str) -> Result<Vec<String>> {
    let lines = sql_query(query).load::<Line>(connection).with_context(|| format!("ask {query}"))?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// The closed store is one file: its journal was tidied away.
pub(super) fn copy(file: &Path, folder: &Path) -> Result<PathBuf> {
    let to = folder.join("copy.db");
    replace(&to, file)?;
    Ok(to)
}

pub(super) fn replace(file: &Path, from: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).context("remove a store");
            }
            _ => {}
        }
    }
    std::fs::copy(from, file).context("copy a store").map(drop)
}
