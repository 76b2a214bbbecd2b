//! Backups of a file: a copy as of one moment, made by SQLite itself while others go on.
//! www.sqlite.org/lang_vacuum.html#vacuuminto

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_types::{BigInt, Text},
};
use tradepost_ports::store::{Kept, StoreError};

use super::{settings, unit::away};
use crate::counts::Rows;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    told: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Writes a backup of the store in that file into another one that is not there yet. Blocks.
pub fn backup(path: &Path, to: &Path) -> Kept<Rows> {
    if to.exists() {
        return Err(StoreError::Broken(format!("{} is there already: choose another name", to.display())));
    }
    let mut connection = settings::connect(path, &settings::SqliteOptions::default())?;
    let into = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to.to_string_lossy().into_owned());
    if let Err(error) = into.execute(&mut connection) {
        // What is not whole is no backup.
        let _ = fs::remove_file(to);
        return Err(away(error));
    }
    own(to)?;
    sync(to)?;
    looked_through(to)
}

/// Puts a backup in the place of the store in that file; the former one is kept beside it. Nobody may have it open. Blocks.
pub fn restore(path: &Path, from: &Path) -> Kept<Rows> {
    let rows = looked_through(from)?;
    if let Err(error) = tradepost_migrations::sqlite::pending(from) {
        return Err(StoreError::Broken(error.to_string()));
    }
    let new = beside(path, "restored");
    fs::copy(from, &new).map_err(|error| settings::unusable(&new, &error.to_string()))?;
    own(&new)?;
    sync(&new)?;
    if path.exists() {
        // What its journal still holds goes into the file, so that what is kept of it is whole.
        let mut former = settings::connect(path, &settings::SqliteOptions::default())?;
        former.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);").map_err(away)?;
        drop(former);
        fs::hard_link(path, free_name(path)).map_err(away)?;
        for journal in ["-wal", "-shm"] {
            // Usually they went with the last connection.
            let _ = fs::remove_file(format!("{}{journal}", path.display()));
        }
    }
    // One step: there is always a store, the former or the restored one.
    fs::rename(&new, path).map_err(away)?;
    if let Some(folder) = path.parent() {
        sync(folder)?;
    }
    Ok(rows)
}

/// A backup that is whole, and what it holds.
fn looked_through(path: &Path) -> Kept<Rows> {
    let no_backup = |why: String| StoreError::Broken(format!("{} is no whole backup: {why}", path.display()));
    if !path.exists() {
        return Err(no_backup("there is no such file".into()));
    }
    if !is_as_long_as_it_says(path).map_err(|error| no_backup(error.to_string()))? {
        return Err(no_backup("it ends in the middle".into()));
    }
    let mut connection =
        SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| no_backup(error.to_string()))?;
    let whole = diesel::sql_query("SELECT integrity_check AS told FROM pragma_integrity_check");
    let told: Vec<Told> = whole.load(&mut connection).map_err(|error| no_backup(error.to_string()))?;
    if let Some(wrong) = told.first().filter(|told| told.told != "ok") {
        return Err(no_backup(wrong.told.clone()));
    }
    let tables = "SELECT name AS told FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                  AND name NOT IN ('probes', '__diesel_schema_migrations') ORDER BY name";
    let tables: Vec<Told> = diesel::sql_query(tables).load(&mut connection).map_err(away)?;
    let mut rows = Rows::default();
    for Told { told: table } in tables {
        let count = diesel::sql_query(format!("SELECT count(*) AS n FROM \"{table}\""));
        let count: Count = count.get_result(&mut connection).map_err(away)?;
        rows.count(&table, usize::try_from(count.n).unwrap_or_default());
    }
    match rows.tables() {
        0 => Err(no_backup("it holds no store".into())),
        _ => Ok(rows),
    }
}

/// The head of a file tells the size and the number of its pages: www.sqlite.org/fileformat2.html#the_database_header
fn is_as_long_as_it_says(path: &Path) -> io::Result<bool> {
    let mut head = [0; 32];
    let mut file = File::open(path)?;
    file.read_exact(&mut head)?;
    let size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([head[28], head[29], head[30], head[31]]);
    Ok(file.metadata()?.len() == size * u64::from(pages))
}

/// For its owner only.
fn own(path: &Path) -> Kept<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(away)?;
    Ok(())
}

/// A name for the former store that no earlier one has.
fn free_name(path: &Path) -> PathBuf {
    let names = (1..).map(|number| beside(path, &format!("before-{number}")));
    names.into_iter().find(|name| !name.exists()).unwrap_or_default()
}

fn beside(path: &Path, word: &str) -> PathBuf {
    PathBuf::from(format!("{}.{word}", path.display()))
}

fn sync(path: &Path) -> Kept<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(away)
}
