//! A unit over one connection, and what a failure of the database means for it.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use diesel::{
    OptionalExtension as _, QueryResult, SqliteConnection,
    result::{DatabaseErrorKind, Error},
};
use futures::FutureExt as _;
use tradepost_ports::store::{Kept, StoreError, UnitWork};

/// What a unit works on: all aggregates of the store, on one connection, inside a transaction that its thread has begun.
/// The aggregates are implemented beside it, one module each.
pub(crate) struct SqlUnit<'c> {
    connection: &'c mut SqliteConnection,
    /// Once the database was away, the transaction may be gone: nothing more is tried, and the unit cannot be kept.
    lost: Option<StoreError>,
}

impl<'c> SqlUnit<'c> {
    pub(crate) fn new(connection: &'c mut SqliteConnection) -> Self {
        Self { connection, lost: None }
    }

    /// Runs a query.
    pub(crate) async fn run<T>(
        &mut self,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> Kept<T> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        query(self.connection).map_err(|error| {
            let error = meaning(&error);
            if matches!(error, StoreError::Away(_)) {
                self.lost = Some(error.clone());
            }
            error
        })
    }

    /// Runs a statement whose count of rows nobody asks for.
    pub(crate) async fn later(
        &mut self,
        statement: impl FnOnce(&mut SqliteConnection) -> QueryResult<usize>,
    ) -> Kept<()> {
        self.run(statement).await.map(drop)
    }

    /// Runs a query for a row that need not be there.
    pub(crate) async fn find<T>(
        &mut self,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> Kept<Option<T>> {
        self.run(|connection| query(connection).optional()).await
    }

    /// Waits until no other unit has a thing of that name. Nobody else is at work.
    pub(crate) async fn wait_for(&mut self, _: &[&str]) -> Kept<()> {
        Ok(())
    }

    /// Is nobody else at work between this unit's beginning and end?
    pub(crate) fn has_all(&self) -> bool {
        true
    }
}
/// Runs a unit's work to its end. Work that waits for anything but the store, or panics, has failed.
pub(crate) fn perform(connection: &mut SqliteConnection, work: UnitWork) -> Kept<()> {
    let mut unit = SqlUnit::new(connection);
    let done = catch_unwind(AssertUnwindSafe(|| work(&mut unit).now_or_never()));
    match (unit.lost, done) {
        (Some(lost), _) => Err(lost),
        (None, Ok(Some(result))) => result,
        (None, Ok(None)) => Err(StoreError::Broken("a unit waited for something else than the store".into())),
        (None, Err(panic)) => Err(StoreError::Broken(format!("a unit panicked: {}", words_of(&*panic)))),
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

/// What SQLite says when it may work later: <https://www.sqlite.org/rescode.html>. diesel passes on the words only.
const PASSING: [&str; 7] = [
    "database is locked",
    "database table is locked",
    "disk is full",
    "disk I/O error",
    "unable to open database file",
    "readonly database",
    "out of memory",
];

/// What a failure of the database means for a unit.
pub(crate) fn meaning(error: &Error) -> StoreError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => StoreError::Conflict,
        Error::DatabaseError(_, information)
            if PASSING.iter().any(|words| information.message().contains(words)) =>
        {
            StoreError::Away(information.message().to_owned())
        }
        error => StoreError::Broken(error.to_string()),
    }
}

/// The same for what a connection does around units, where every failure means that the store is away.
pub(crate) fn away(error: impl std::fmt::Display) -> StoreError {
    StoreError::Away(error.to_string())
}
