//! What a house keeps, read and written behind its back: rows, bytes, settings.

mod fill;
mod insert;
mod lines;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
pub use insert::again;
use serde::Serialize;

use crate::stage::Stage;

/// A database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file in the data directory.
    Sqlite,
    /// A server's.
    Postgres,
}

/// A store.
#[derive(Debug, Clone)]
pub enum Store {
    Sqlite { file: PathBuf },
    Postgres { server: String, url: String },
}

/// Tables that taking a message adds to, and the column by which later rows are known.
pub const INGEST: [(&str, &str); 7] = [
    ("heard_keys", "heard_at"),
    ("contacts", "id"),
    ("identities", "contact"),
    ("conversations", "id"),
    ("messages", "seq"),
    ("inbox", "seq"),
    ("events", "seq"),
];

/// How far a store has come.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    /// The greatest value of each table's column.
    pub greatest: BTreeMap<&'static str, String>,
    /// Rows of each table.
    pub rows: BTreeMap<String, i64>,
    /// Bytes of each table and, for SQLite, of each index.
    pub bytes: BTreeMap<String, i64>,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Store {
    /// A store that is not there yet, or an empty database.
    pub fn new(stage: &Stage, kind: Kind, folder: &Path) -> Self {
        match kind {
            Kind::Sqlite => Self::Sqlite { file: folder.join("data/tradepost.db") },
            Kind::Postgres => {
                let server = stage.postgres();
                Self::Postgres { server: server.url("postgres"), url: server.fresh_database() }
            }
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { .. } => Kind::Sqlite,
            Self::Postgres { .. } => Kind::Postgres,
        }
    }

    /// Its line in `[store]`.
    pub fn settings(&self) -> String {
        match self {
            Self::Sqlite { .. } => String::new(),
            Self::Postgres { url, .. } => format!("postgres = \"{url}\"\n"),
        }
    }

    /// Runs statements.
    pub fn run(&self, statements: &str) -> Result<()> {
        match self {
            Self::Sqlite { file } => sqlite::run(file, statements),
            Self::Postgres { url, .. } => postgres::lines(url, statements).map(drop),
        }
    }

    /// The lines that a query of one column of text gives.
    pub fn lines(&self, query: &str) -> Result<Vec<String>> {
        match self {
            Self::Sqlite { file } => sqlite::lines(file, query),
            Self::Postgres { url, .. } => postgres::lines(url, query),
        }
    }

    /// The number that a query gives.
    pub fn number(&self, query: &str) -> Result<i64> {
        let line = self.lines(&format!("SELECT CAST(({query}) AS TEXT) AS line"))?;
        line.first().and_then(|text| text.parse().ok()).with_context(|| format!("count: {query}"))
    }

    /// A copy of it as it is now. Nobody may be connected.
    pub fn copy(&self, folder: &Path) -> Result<Self> {
        match self {
            Self::Sqlite { file } => Ok(Self::Sqlite { file: sqlite::copy(file, folder)? }),
            Self::Postgres { server, url } => {
                Ok(Self::Postgres { server: server.clone(), url: postgres::copy(server, url)? })
            }
        }
    }

    /// Becomes what that copy is. Nobody may be connected.
    pub fn become_like(&mut self, other: &Self) -> Result<()> {
        match (self, other) {
            (Self::Sqlite { file }, Self::Sqlite { file: from }) => sqlite::replace(file, from),
            (Self::Postgres { server, url }, Self::Postgres { url: from, .. }) => {
                postgres::drop_database(server, url)?;
                *url = postgres::copy(server, from)?;
                Ok(())
            }
            _ => anyhow::bail!("make one kind of store like another"),
        }
    }

    /// A database goes; a file goes with its folder.
    pub fn drop(&self) -> Result<()> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres { server, url } => postgres::drop_database(server, url),
        }
    }

    /// How far it has come.
    pub fn mark(&self) -> Result<Mark> {
        let mut mark = Mark::default();
        for (table, column) in INGEST {
            let query = format!("SELECT coalesce(CAST(max({column}) AS TEXT), '') AS line FROM {table}");
            mark.greatest.insert(table, self.lines(&query)?.first().cloned().unwrap_or_default());
        }
        for table in self.tables()? {
            mark.rows.insert(table.clone(), self.number(&format!("SELECT count(*) FROM {table}"))?);
        }
        let bytes = match self {
            Self::Sqlite { .. } => sqlite::BYTES,
            Self::Postgres { .. } => postgres::BYTES,
        };
        mark.bytes = self.lines(bytes)?.iter().filter_map(|line| pair(line)).collect();
        Ok(mark)
    }

    fn tables(&self) -> Result<Vec<String>> {
        match self {
            Self::Sqlite { .. } => self.lines(sqlite::TABLES),
            Self::Postgres { .. } => self.lines(postgres::TABLES),
        }
    }

    /// The columns of a table, in order.
    fn columns(&self, table: &str) -> Result<Vec<String>> {
        match self {
            Self::Sqlite { .. } => self.lines(&format!(
                "SELECT '\"' || name || '\"' AS line FROM pragma_table_info('{table}') ORDER BY cid"
            )),
            Self::Postgres { .. } => self.lines(&format!(
                "SELECT '\"' || column_name || '\"' FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            )),
        }
    }

    /// The indexes of the tables that taking a message adds to, as `table.index`.
    pub fn indexes(&self) -> Result<Vec<String>> {
        let tables = INGEST.map(|(table, _)| format!("'{table}'")).join(", ");
        match self {
            Self::Sqlite { .. } => self.lines(&format!(
                "SELECT tbl_name || '.' || name AS line FROM sqlite_master \
                 WHERE type = 'index' AND tbl_name IN ({tables}) ORDER BY 1"
            )),
            Self::Postgres { .. } => self.lines(&format!(
                "SELECT tablename || '.' || indexname FROM pg_indexes \
                 WHERE schemaname = 'public' AND tablename IN ({tables}) ORDER BY 1"
            )),
        }
    }

    /// How durable it is, in its own words.
    pub fn durability(&self) -> Result<Vec<(String, String)>> {
        match self {
            Self::Sqlite { .. } => {
                let mode = self.lines("SELECT journal_mode AS line FROM pragma_journal_mode")?;
                Ok(vec![("journal_mode".into(), mode.concat())])
            }
            Self::Postgres { .. } => ["server_version", "fsync", "synchronous_commit", "full_page_writes"]
                .map(|name| Ok((name.to_owned(), self.lines(&format!("SHOW {name}"))?.concat())))
                .into_iter()
                .collect(),
        }
    }

    /// Transactions that were committed so far, where the store tells.
    pub fn commits(&self) -> Result<Option<i64>> {
        match self {
            Self::Sqlite { .. } => Ok(None),
            Self::Postgres { .. } => self.number(postgres::COMMITS).map(Some),
        }
    }
}

/// `name|number`.
fn pair(line: &str) -> Option<(String, i64)> {
    let (name, number) = line.rsplit_once('|')?;
    Some((name.to_owned(), number.parse().ok()?))
}

impl Mark {
    /// What was added since another mark: name and rows, then name and bytes.
    pub fn since(&self, before: &Self) -> (BTreeMap<String, i64>, BTreeMap<String, i64>) {
        (grown(&self.rows, &before.rows), grown(&self.bytes, &before.bytes))
    }
}

fn grown(after: &BTreeMap<String, i64>, before: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let by = |(name, now): (&String, &i64)| {
        let by = now - before.get(name).copied().unwrap_or_default();
        (by != 0).then(|| (name.clone(), by))
    };
    after.iter().filter_map(by).collect()
}
