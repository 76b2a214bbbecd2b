//! The schema of a SQLite file.

use std::path::Path;

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _, sqlite::Sqlite};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
// Linked for its feature: SQLite is built in, at a version that knows every word used here.
use libsqlite3_sys as _;

use crate::{
    SchemaError, pending_of,
    schema::{__diesel_schema_migrations, sqlite_master},
};

const SQLITE: EmbeddedMigrations = embed_migrations!("sqlite");

/// Takes all pending steps and returns their numbers. A schema newer than known is refused, and nothing changes.
pub fn run(connection: &mut SqliteConnection) -> Result<Vec<String>, SchemaError> {
    connection.immediate_transaction(|connection| {
        let pending = pending_in(connection)?;
        connection.run_pending_migrations(SQLITE).map_err(failed)?;
        Ok(pending)
    })
}

/// Takes the latest step back and returns its number; for development and tests of steps.
pub fn revert(connection: &mut SqliteConnection) -> Result<String, SchemaError> {
    connection.immediate_transaction(|connection| {
        let reverted = connection.revert_last_migration(SQLITE).map_err(failed)?;
        Ok(reverted.to_string())
    })
}

/// The steps that the store at that path has not taken yet. Changes nothing.
pub fn pending(path: &Path) -> Result<Vec<String>, SchemaError> {
    if !path.exists() {
        return Err(SchemaError::Missing { path: path.display().to_string() });
    }
    let mut connection =
        SqliteConnection::establish(&path.to_string_lossy()).map_err(|error| failed(error.into()))?;
    connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;")?;
    pending_in(&mut connection)
}

/// The number of the newest step that this program knows.
pub fn newest() -> Result<String, SchemaError> {
    Ok(known()?.pop().unwrap_or_default())
}

/// The steps not yet taken, of those that this program knows.
fn pending_in(connection: &mut SqliteConnection) -> Result<Vec<String>, SchemaError> {
    let known = known()?;
    let taken = taken(connection)?;
    pending_of(known, &taken)
}

/// The numbers of the steps that this program has, in order.
fn known() -> Result<Vec<String>, SchemaError> {
    let steps = diesel::migration::MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(failed)?;
    let mut numbers: Vec<String> = steps.iter().map(|step| step.name().version().to_string()).collect();
    numbers.sort();
    Ok(numbers)
}

/// The numbers of the steps that the database has taken; none when it is new.
fn taken(connection: &mut SqliteConnection) -> Result<Vec<String>, SchemaError> {
    use diesel::prelude::*;
    let ledger = sqlite_master::table.filter(sqlite_master::name.eq("__diesel_schema_migrations"));
    if ledger.count().get_result::<i64>(connection)? == 0 {
        return Ok(Vec::new());
    }
    Ok(__diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(connection)?)
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> SchemaError {
    SchemaError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> SqliteConnection {
        SqliteConnection::establish(":memory:").expect("a database in memory")
    }

    fn tables(connection: &mut SqliteConnection) -> i64 {
        use diesel::prelude::*;
        let ours = sqlite_master::table.filter(sqlite_master::name.not_like("%diesel%"));
        let ours = ours.filter(sqlite_master::name.not_like("sqlite%"));
        ours.count().get_result(connection).expect("a count")
    }

    #[test]
    fn every_step_can_be_taken_and_taken_back() {
        let mut connection = connection();
        let taken = run(&mut connection).expect("all steps");
        assert_eq!(taken.last(), Some(&newest().expect("steps")));
        assert!(tables(&mut connection) > 0);
        for step in taken.iter().rev() {
            assert_eq!(revert(&mut connection).as_ref(), Ok(step));
        }
        assert_eq!(tables(&mut connection), 0, "a step left something behind");
        assert_eq!(run(&mut connection), Ok(taken));
    }

    #[test]
    fn a_second_run_does_nothing() {
        let mut connection = connection();
        run(&mut connection).expect("all steps");
        assert_eq!(run(&mut connection), Ok(Vec::new()));
    }

    /// proves: PL-22
    #[test]
    fn a_schema_newer_than_known_is_refused() {
        let mut connection = connection();
        run(&mut connection).expect("all steps");
        connection
            .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')")
            .expect("a step from the future");
        let refused = run(&mut connection).expect_err("a refusal");
        assert_eq!(refused, SchemaError::Newer { found: "9999".into(), known: newest().expect("steps") });
        assert!(refused.to_string().contains("start a newer program"));
    }

    #[test]
    fn what_is_pending_is_told_without_changing_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.db");
        assert!(matches!(pending(&path), Err(SchemaError::Missing { .. })));
        std::fs::write(&path, b"").expect("an empty file");
        assert_eq!(pending(&path), known());
        assert_eq!(std::fs::metadata(&path).expect("the file").len(), 0);
        let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database");
        run(&mut connection).expect("all steps");
        assert_eq!(pending(&path), Ok(Vec::new()));
    }
}
