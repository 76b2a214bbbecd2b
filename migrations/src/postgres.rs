//! The schema of a PostgreSQL database.

use diesel::{ExpressionMethods as _, QueryDsl as _, QueryableByName, sql_types::Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _};

use crate::{SchemaError, pending_of, schema::__diesel_schema_migrations};

/// A step: its number, and the statements that take it.
struct Step {
    number: &'static str,
    up: &'static str,
}

macro_rules! steps {
    ($($folder:literal),*) => {
        [$(Step { number: $folder.split_at(4).0, up: include_str!(concat!("../postgres/", $folder, "/up.sql")) }),*]
    };
}

/// All steps, in order. A test holds them against the folders.
const STEPS: [Step; 1] = steps!["0001_house"];

/// The lock under which steps are taken, one of the database's advisory locks: "trade" in letters.
const LOCK: i64 = 0x74_72_61_64_65;

/// Takes all pending steps and returns their numbers. A schema newer than known is refused, and nothing changes.
/// Whoever comes at the same time waits, and finds nothing left to do. Needs no session: the lock is the transaction's.
pub async fn run(connection: &mut AsyncPgConnection) -> Result<Vec<String>, SchemaError> {
    connection.batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let taken = take(connection).await;
    let end = if taken.is_ok() { "COMMIT" } else { "ROLLBACK" };
    connection.batch_execute(end).await?;
    taken
}

async fn take(connection: &mut AsyncPgConnection) -> Result<Vec<String>, SchemaError> {
    let pending = pending(connection).await?;
    connection.batch_execute(LEDGER).await?;
    for step in STEPS.iter().filter(|step| pending.iter().any(|number| number == step.number)) {
        connection.batch_execute(step.up).await?;
        let taken = __diesel_schema_migrations::version.eq(step.number);
        diesel::insert_into(__diesel_schema_migrations::table).values(taken).execute(connection).await?;
    }
    Ok(pending)
}

/// The table in which diesel's tools, too, look for the steps that were taken.
const LEDGER: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (\
                      version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

/// The numbers of the steps that the database has not taken. Changes nothing.
pub async fn pending(connection: &mut AsyncPgConnection) -> Result<Vec<String>, SchemaError> {
    let known = STEPS.iter().map(|step| step.number.to_owned()).collect();
    pending_of(known, &taken(connection).await?)
}

/// The number of the newest step that this program knows.
pub fn newest() -> &'static str {
    STEPS.last().map_or("", |step| step.number)
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// The numbers of the steps that the database has taken; none when it is new.
async fn taken(connection: &mut AsyncPgConnection) -> Result<Vec<String>, SchemaError> {
    let ledger = diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS there");
    let ledger: There = ledger.get_result(connection).await?;
    if !ledger.there {
        return Ok(Vec::new());
    }
    let versions = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version);
    Ok(versions.load(connection).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_a_step() {
        let folders =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/postgres")).expect("the folder");
        let mut numbers: Vec<String> = folders
            .map(|folder| folder.expect("a folder").file_name().to_string_lossy()[..4].to_owned())
            .collect();
        numbers.sort();
        let steps: Vec<&str> = STEPS.iter().map(|step| step.number).collect();
        assert_eq!(steps, numbers);
    }
}
