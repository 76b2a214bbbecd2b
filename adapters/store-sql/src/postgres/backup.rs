//! Backups of a database, without any program of PostgreSQL's own: every table as `COPY` writes it, as of one moment.
//!
//! A backup is a file: a line of JSON that says what it is, then for each table a line with its name and columns and its
//! rows in pieces (each with its length, the last one empty), then the SHA-256 of everything before. It is restored into an
//! empty database, in one transaction, or not at all. www.postgresql.org/docs/current/sql-copy.html

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
};

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use tokio_postgres::Client;
use tradepost_ports::store::{Kept, StoreError};

use super::{
    connect::{Maker, words},
    fault::away,
    settings::PostgresOptions,
};
use crate::counts::Rows;

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    /// The newest step of the schema that the database had taken.
    schema: String,
}

const FORMAT: &str = "tradepost backup of PostgreSQL 1";

/// A table's name and columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Table {
    table: String,
    columns: Vec<String>,
}

/// The tables of the schema, with their columns as they stand in quotes.
const TABLES: &str = "SELECT table_name, string_agg(quote_ident(column_name), ',' ORDER BY ordinal_position) \
                      FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
                      WHERE table_type = 'BASE TABLE' AND table_schema = current_schema() AND table_name NOT IN ('probes', '__diesel_schema_migrations') \
                      GROUP BY table_name ORDER BY table_name";

/// Writes a backup of the database into a file that is not there yet. Others go on meanwhile.
pub async fn backup(options: &PostgresOptions, to: &Path) -> Kept<Rows> {
    let client = Maker::new(options)?.client().await?;
    say(&client, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL datestyle = 'ISO'").await?;
    let mut file = Summed::new(BufWriter::new(own_file(to).map_err(|error| refused(to, &error))?));
    let saved = save(&client, &mut file).await;
    let synced = saved.and_then(|rows| {
        let file = file.finish().and_then(|file| file.into_inner().map_err(io::IntoInnerError::into_error));
        file.and_then(|file| file.sync_all()).map_err(|error| refused(to, &error))?;
        Ok(rows)
    });
    if synced.is_err() {
        // What is not whole is no backup.
        let _ = std::fs::remove_file(to);
    }
    synced
}

/// A file for its owner only: it holds what customers wrote.
fn own_file(path: &Path) -> io::Result<File> {
    let mut file = File::options();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path)
}

async fn save(client: &Client, file: &mut impl Write) -> Kept<Rows> {
    let broken = |error: io::Error| StoreError::Away(format!("the backup cannot be written: {error}"));
    let head = Head { format: FORMAT.into(), schema: schema(client).await? };
    line(file, &head).map_err(broken)?;
    let mut rows = Rows::default();
    for table in tables(client).await? {
        line(file, &table).map_err(broken)?;
        let copy = format!("COPY {} ({}) TO STDOUT", table.table, table.columns.join(","));
        let mut pieces = Box::pin(client.copy_out(&copy).await.map_err(failed)?);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(failed)?;
            rows.count(&table.table, piece.iter().filter(|byte| **byte == b'\n').count());
            put(file, &piece).map_err(broken)?;
        }
        put(file, &[]).map_err(broken)?;
    }
    Ok(rows)
}

/// Restores a backup into an empty database, whose schema is made first. A backup that is not whole changes nothing.
pub async fn restore(options: &PostgresOptions, from: &Path) -> Kept<Rows> {
    let maker = Maker::new(options)?;
    let mut connection = maker.connect().await.map_err(away)?;
    tradepost_migrations::postgres::run(&mut connection)
        .await
        .map_err(|error| StoreError::Broken(error.to_string()))?;
    let client = maker.client().await?;
    let file = File::open(from).map_err(|error| refused(from, &error))?;
    say(&client, "BEGIN; SET LOCAL datestyle = 'ISO'").await?;
    let rows = load(&client, &mut Checked::new(BufReader::new(file))).await?;
    say(&client, "COMMIT").await?;
    Ok(rows)
}

async fn load(client: &Client, file: &mut Checked<impl BufRead>) -> Kept<Rows> {
    let head: Head = file.line()?;
    if head.format != FORMAT {
        return Err(not_whole("it is of another kind"));
    }
    let known = schema(client).await?;
    if head.schema > known {
        return Err(StoreError::Broken(format!(
            "the backup's schema is at step {}, this program knows steps up to {known}: use a newer program",
            head.schema
        )));
    }
    let mut rows = Rows::default();
    let tables = tables(client).await?;
    // Whoever begins to work here meanwhile waits, and finds what was restored.
    let names: Vec<&str> = tables.iter().map(|table| table.table.as_str()).collect();
    say(
        client,
        &format!("SET LOCAL lock_timeout = '5s'; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", ")),
    )
    .await?;
    for table in tables {
        if !client
            .query(&format!("SELECT 1 FROM {} LIMIT 1", table.table), &[])
            .await
            .map_err(failed)?
            .is_empty()
        {
            let taken = format!("the database is not empty ({}): restore into a new one", table.table);
            return Err(StoreError::Broken(taken));
        }
    }
    while !file.ends()? {
        let table: Table = file.line()?;
        fill(client, file, &table, &mut rows).await?;
    }
    file.check()?;
    Ok(rows)
}

async fn fill(client: &Client, file: &mut Checked<impl BufRead>, table: &Table, rows: &mut Rows) -> Kept<()> {
    let copy = format!("COPY {} ({}) FROM STDIN", table.table, table.columns.join(","));
    let mut sink = Box::pin(client.copy_in::<_, Bytes>(&copy).await.map_err(failed)?);
    loop {
        let piece = file.piece()?;
        if piece.is_empty() {
            break;
        }
        sink.send(piece).await.map_err(failed)?;
    }
    let filled = sink.as_mut().finish().await.map_err(failed)?;
    rows.count(&table.table, usize::try_from(filled).unwrap_or(usize::MAX));
    if table.columns.iter().any(|column| column == "seq") {
        let name = &table.table;
        let next = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', 'seq'), (SELECT coalesce(max(seq), 0) + 1 FROM {name}), false)"
        );
        client.execute(&next, &[]).await.map_err(failed)?;
    }
    Ok(())
}

async fn tables(client: &Client) -> Kept<Vec<Table>> {
    let rows = client.query(TABLES, &[]).await.map_err(failed)?;
    let table = |row: &tokio_postgres::Row| {
        let columns: String = row.get(1);
        Table { table: row.get(0), columns: columns.split(',').map(str::to_owned).collect() }
    };
    Ok(rows.iter().map(table).collect())
}

async fn schema(client: &Client) -> Kept<String> {
    let step =
        client.query_one("SELECT max(version) FROM __diesel_schema_migrations", &[]).await.map_err(failed)?;
    Ok(step.get(0))
}

async fn say(client: &Client, statement: &str) -> Kept<()> {
    client.batch_execute(statement).await.map_err(failed)
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    StoreError::Away(words(&error))
}

fn refused(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Away(format!("{}: {error}", path.display()))
}

fn not_whole(why: &str) -> StoreError {
    StoreError::Broken(format!("the file is no whole backup: {why}"))
}

fn line(file: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *file, value)?;
    file.write_all(b"\n")
}

fn put(file: &mut impl Write, piece: &[u8]) -> io::Result<()> {
    let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(piece)
}

/// Adds up what is written, and ends with the sum.
struct Summed<W> {
    file: W,
    sum: Sha256,
}

impl<W: Write> Summed<W> {
    fn new(file: W) -> Self {
        Self { file, sum: Sha256::new() }
    }

    /// The end: a piece of no table, and the sum.
    fn finish(mut self) -> io::Result<W> {
        let sum = self.sum.finalize();
        self.file.write_all(END)?;
        self.file.write_all(&sum)?;
        Ok(self.file)
    }
}

/// What stands where another table could begin.
const END: &[u8] = b"\n";

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Adds up what is read, and compares in the end.
struct Checked<R> {
    file: R,
    sum: Sha256,
}

impl<R: BufRead> Checked<R> {
    fn new(file: R) -> Self {
        Self { file, sum: Sha256::new() }
    }

    fn line<T: DeserializeOwned>(&mut self) -> Kept<T> {
        let mut text = Vec::new();
        (&mut self.file).take(1 << 20).read_until(b'\n', &mut text).map_err(torn)?;
        self.sum.update(&text);
        serde_json::from_slice(&text).map_err(|_| not_whole("a line cannot be read"))
    }

    fn piece(&mut self) -> Kept<Bytes> {
        let mut length = [0; 4];
        self.exactly(&mut length)?;
        let mut piece = Vec::new();
        let length = u64::from(u32::from_le_bytes(length));
        (&mut self.file).take(length).read_to_end(&mut piece).map_err(torn)?;
        if piece.len() as u64 != length {
            return Err(not_whole("it ends in the middle"));
        }
        self.sum.update(&piece);
        Ok(piece.into())
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Kept<()> {
        self.file.read_exact(bytes).map_err(torn)?;
        self.sum.update(bytes);
        Ok(())
    }

    /// Are all tables read?
    fn ends(&mut self) -> Kept<bool> {
        let next = self.file.fill_buf().map_err(torn)?;
        match next.first() {
            None => Err(not_whole("it ends in the middle")),
            Some(byte) => Ok(END.contains(byte)),
        }
    }

    fn check(&mut self) -> Kept<()> {
        let mut end = Vec::new();
        self.file.read_to_end(&mut end).map_err(torn)?;
        match end.strip_prefix(END) {
            Some(sum) if sum == &self.sum.clone().finalize()[..] => Ok(()),
            _ => Err(not_whole("its sum is another")),
        }
    }
}

fn torn(error: io::Error) -> StoreError {
    not_whole(&error.to_string())
}
