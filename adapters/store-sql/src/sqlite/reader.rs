//! Readers: a few threads with a connection each, beside the writer. Each unit sees one moment of the store.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::{SqliteConnection, connection::SimpleConnection as _};
use tokio::sync::mpsc;
use tradepost_ports::store::{Kept, StoreError, UnitWork};

use super::{
    unit::{away, perform},
    writer::Job,
};

/// Works until nobody can hand anything in any more. Readers share one queue.
pub(crate) fn serve(mut connection: SqliteConnection, jobs: &Arc<Mutex<mpsc::Receiver<Job>>>) {
    while let Some(job) = next(jobs) {
        // A caller that went away does not hear.
        let _ = job.answer.send(read(&mut connection, job.work));
    }
}

fn next(jobs: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

fn read(connection: &mut SqliteConnection, work: UnitWork) -> Kept<()> {
    connection.batch_execute("BEGIN DEFERRED").map_err(away)?;
    let result = perform(connection, work);
    let closed = connection.batch_execute("ROLLBACK").map_err(away);
    match result {
        Err(StoreError::Away(words)) if words.contains("readonly") => {
            Err(StoreError::Broken("a unit that only reads tried to write".into()))
        }
        Err(error) => Err(error),
        Ok(()) => closed,
    }
}
