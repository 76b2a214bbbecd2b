//! A unit over one connection.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use diesel::{QueryResult, result::Error, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::{FutureExt as _, future::join};
use tradepost_ports::store::{Kept, StoreError, UnitWork};

use super::{
    fault::meaning,
    pending::{Pending, Statement},
};

/// What a unit works on: all aggregates of the store, on one connection, inside a transaction that has begun. The
/// aggregates are implemented beside it, one module each.
///
/// Statements that nobody waits for are kept back and sent together, in their order, before the next question or at the
/// end: the server does not wait for us between them, nor we for it.
pub(crate) struct SqlUnit<'c> {
    connection: &'c AsyncPgConnection,
    only_reads: bool,
    /// What is written before anything is asked, and at the end.
    pending: Pending<'c>,
    /// Once a statement has failed the transaction is over: nothing more is tried, and the unit cannot be kept.
    lost: Option<StoreError>,
}

impl<'c> SqlUnit<'c> {
    /// Runs a query.
    pub(crate) async fn run<'a, T, Q>(
        &'a mut self,
        query: impl FnOnce(&'a mut &'c AsyncPgConnection) -> Q,
    ) -> Kept<T>
    where
        Q: Future<Output = QueryResult<T>>,
    {
        match self.find(query).await? {
            Some(found) => Ok(found),
            None => Err(StoreError::Broken(Error::NotFound.to_string())),
        }
    }

    /// Runs a query for a row that need not be there.
    pub(crate) async fn find<'a, T, Q>(
        &'a mut self,
        query: impl FnOnce(&'a mut &'c AsyncPgConnection) -> Q,
    ) -> Kept<Option<T>>
    where
        Q: Future<Output = QueryResult<T>>,
    {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        let written = self.pending.send(self.connection);
        let found = async {
            match query(&mut self.connection).await {
                Ok(found) => Ok(Some(found)),
                Err(Error::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        };
        // What is sent together is answered in its order; whatever follows a failure fails for its sake.
        let (written, found) = join(written, found).await;
        match written.and(found) {
            Ok(found) => Ok(found),
            Err(error) => {
                let error = meant(&error, self.only_reads);
                self.lost = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Runs a statement later whose count of rows nobody asks for. If it fails, whatever is asked next fails, and the unit.
    pub(crate) async fn later(
        &mut self,
        statement: impl FnOnce(&mut &'c AsyncPgConnection) -> Statement<'c>,
    ) -> Kept<()> {
        let mut connection = self.connection;
        let statement = statement(&mut connection);
        self.pending()?.add(connection, statement);
        Ok(())
    }

    /// What is to be written later.
    pub(super) fn pending(&mut self) -> Kept<&mut Pending<'c>> {
        match &self.lost {
            Some(lost) => Err(lost.clone()),
            None => Ok(&mut self.pending),
        }
    }

    async fn write_pending(&mut self) -> Kept<()> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        let written = self.pending.send(self.connection).await;
        written.map_err(|error| {
            let error = meant(&error, self.only_reads);
            self.lost = Some(error.clone());
            error
        })
    }

    /// Waits until no other unit has a thing of that name, which need not be there; then it is this unit's until its end.
    /// The lock is the transaction's, so it needs no session.
    pub(crate) async fn wait_for(&mut self, name: &[&str]) -> Kept<()> {
        let asked = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");
        let asked = asked.bind::<Text, _>(name.join("\n"));
        self.run(|db| RunQueryDsl::execute(asked, db)).await.map(drop)
    }

    /// Does the unit only read?
    pub(crate) fn only_reads(&self) -> bool {
        self.only_reads
    }

    /// Is nobody else at work between this unit's beginning and end, or does it not matter to the unit?
    pub(crate) fn has_all(&self) -> bool {
        self.only_reads
    }
}

fn meant(error: &Error, only_reads: bool) -> StoreError {
    use diesel::result::DatabaseErrorKind::ReadOnlyTransaction;
    match error {
        Error::DatabaseError(ReadOnlyTransaction, _) if only_reads => {
            StoreError::Broken("a unit that only reads tried to write".into())
        }
        Error::DatabaseError(ReadOnlyTransaction, told) => StoreError::Away(told.message().to_owned()),
        error => meaning(error),
    }
}

/// Runs a unit's work to its end. Work that panics has failed, and so has work that passed over a failed statement.
pub(crate) async fn perform(
    connection: &mut AsyncPgConnection,
    only_reads: bool,
    work: UnitWork,
) -> Kept<()> {
    let mut unit = SqlUnit { connection, only_reads, pending: Pending::default(), lost: None };
    let done = AssertUnwindSafe(work(&mut unit)).catch_unwind().await;
    if matches!(done, Ok(Ok(()))) {
        // What fails here is kept in the unit.
        drop(unit.write_pending().await);
    }
    match (unit.lost, done) {
        (Some(lost), _) => Err(lost),
        (None, Ok(result)) => result,
        (None, Err(panic)) => Err(StoreError::Broken(format!("a unit panicked: {}", words_of(&*panic)))),
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
