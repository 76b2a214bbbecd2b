//! The writer: one thread, one connection, one commit for all units that wait.
//!
//! Each unit is a savepoint, so that one that fails or panics takes no other with it. Nobody is answered before the
//! commit: what a caller hears is on disk.

use std::{collections::VecDeque, sync::Arc};

use diesel::{
    SqliteConnection,
    connection::SimpleConnection as _,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sqlite::Sqlite,
};
use tokio::sync::{mpsc, oneshot};
use tradepost_ports::store::{Kept, StoreError, UnitWork};

use super::{
    checkpoint::Checkpoints,
    settings,
    unit::{away, perform},
};
use crate::{counts::Counts, schema::probes};

/// What the writer is asked to do.
pub(crate) enum Task {
    /// Keep a unit.
    Write(Job),
    /// Write one row, to learn whether that can be done.
    Probe(oneshot::Sender<Kept<()>>),
    /// Tell the connection's settings.
    Settings(oneshot::Sender<Kept<Vec<(String, String)>>>),
}

/// A unit and who waits for it.
pub(crate) struct Job {
    pub(crate) work: UnitWork,
    pub(crate) answer: oneshot::Sender<Kept<()>>,
}

/// Works until nobody can hand anything in any more, then tidies the journal away.
pub(crate) fn serve(
    mut connection: SqliteConnection,
    mut tasks: mpsc::Receiver<Task>,
    (most, counts): (usize, &Arc<Counts>),
    checkpoints: &Checkpoints,
) {
    while let Some(task) = tasks.blocking_recv() {
        let mut group = VecDeque::new();
        take_in(&mut connection, &mut group, task);
        while group.len() < most.max(1) {
            let Ok(task) = tasks.try_recv() else { break };
            take_in(&mut connection, &mut group, task);
        }
        while !group.is_empty() {
            keep(&mut connection, &mut group, counts);
        }
        checkpoints.look();
    }
    if let Err(error) = connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);") {
        tracing::warn!(%error, "failed to tidy the store's journal away; the next start will");
    }
}

fn take_in(connection: &mut SqliteConnection, group: &mut VecDeque<Job>, task: Task) {
    match task {
        Task::Write(job) => group.push_back(job),
        // Nobody is left to hear it if an answer cannot be sent.
        Task::Probe(answer) => drop(answer.send(probe(connection))),
        Task::Settings(answer) => drop(answer.send(settings::read_back(connection))),
    }
}

fn probe(connection: &mut SqliteConnection) -> Kept<()> {
    let row = diesel::update(probes::table.find(1)).set(probes::count.eq(probes::count + 1));
    row.execute(connection).map(drop).map_err(away)
}

/// A unit that was run, and what its caller will hear if the commit succeeds.
struct Run {
    answer: oneshot::Sender<Kept<()>>,
    result: Kept<()>,
}

/// What became of a unit's savepoint.
enum Savepoint {
    /// Released or rolled back; the transaction goes on.
    Closed(Kept<()>),
    /// The database ended the whole transaction.
    Lost(StoreError),
}

/// Runs units in one transaction and answers them; leaves those in the group that could not be begun because the
/// transaction was lost.
fn keep(connection: &mut SqliteConnection, group: &mut VecDeque<Job>, counts: &Counts) {
    if let Err(error) = Begin.execute(connection) {
        let runs = group.drain(..).map(|job| Run { answer: job.answer, result: Ok(()) });
        return answer(runs, Some(&away(error)));
    }
    let mut runs = Vec::with_capacity(group.len());
    while let Some(job) = group.pop_front() {
        match savepoint(connection, job.work) {
            Savepoint::Closed(result) => runs.push(Run { answer: job.answer, result }),
            Savepoint::Lost(error) => {
                roll_back(connection);
                runs.push(Run { answer: job.answer, result: Ok(()) });
                return answer(runs, Some(&error));
            }
        }
    }
    match Commit.execute(connection) {
        Ok(_) => {
            counts.committed(runs.len());
            answer(runs, None);
        }
        Err(error) => {
            roll_back(connection);
            answer(runs, Some(&away(error)));
        }
    }
}

fn savepoint(connection: &mut SqliteConnection, work: UnitWork) -> Savepoint {
    if let Err(error) = Begins.execute(connection) {
        return Savepoint::Lost(away(error));
    }
    let result = perform(connection, work);
    let close = match result {
        Ok(()) => Ends.execute(connection).map(drop),
        Err(_) => connection.batch_execute("ROLLBACK TO unit; RELEASE unit"),
    };
    match (close, result) {
        (Ok(()), result) => Savepoint::Closed(result),
        (Err(_), Err(error @ StoreError::Away(_))) => Savepoint::Lost(error),
        (Err(error), _) => Savepoint::Lost(away(error)),
    }
}

/// Ends a transaction that failed. There may be none any more: some failures end it by themselves.
fn roll_back(connection: &mut SqliteConnection) {
    let _ = connection.batch_execute("ROLLBACK");
}

fn answer(runs: impl IntoIterator<Item = Run>, failed: Option<&StoreError>) {
    for run in runs {
        let result = match failed {
            Some(error) => Err(error.clone()),
            None => run.result,
        };
        // A caller that went away did not cancel its unit; it only does not hear.
        let _ = run.answer.send(result);
    }
}

/// A word to the database that is always the same: its plan is made once.
macro_rules! word {
    ($name:ident, $text:literal) => {
        struct $name;

        impl QueryFragment<Sqlite> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql($text);
                Ok(())
            }
        }

        impl QueryId for $name {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl RunQueryDsl<SqliteConnection> for $name {}
    };
}
word!(Begin, "BEGIN IMMEDIATE");
word!(Commit, "COMMIT");
word!(Begins, "SAVEPOINT unit");
word!(Ends, "RELEASE unit");
