//! The store: a writer, a few readers, and the doors to them.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::{Builder, JoinHandle},
};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use tradepost_migrations::SchemaError;
use tradepost_ports::{
    Store,
    store::{Kept, StoreError, UnitWork},
};

use super::{
    checkpoint::{self, Checkpoints},
    reader,
    settings::{self, SqliteOptions},
    unit::away,
    writer::{self, Job, Task},
};
use crate::counts::{Committed, Counts};

/// A store in one SQLite file. Dropping it, or [`SqliteStore::close`], finishes what was handed in.
pub struct SqliteStore {
    path: PathBuf,
    counts: Arc<Counts>,
    doors: Mutex<Option<Doors>>,
    threads: Mutex<Option<Threads>>,
}

#[derive(Clone)]
struct Doors {
    tasks: mpsc::Sender<Task>,
    reads: mpsc::Sender<Job>,
}

struct Threads {
    readers: Vec<JoinHandle<()>>,
    writer: JoinHandle<()>,
}

impl SqliteStore {
    /// Opens the store in that file, which is made when there is none, and brings its schema up to date. Refuses a file
    /// that is no store and a schema newer than this program knows.
    pub async fn open(path: impl Into<PathBuf>, options: SqliteOptions) -> Kept<Self> {
        let path = path.into();
        let (opened, answer) = oneshot::channel();
        let opening = move || {
            // Whoever asked has gone: the store closes again.
            let _ = opened.send(open(path, &options));
        };
        Builder::new().name("store-open".into()).spawn(opening).map_err(away)?;
        answer.await.map_err(away)?
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The writer's settings, asked of its own connection: name and value, `synchronous` among them (2 is FULL: every
    /// commit is on disk before it is answered).
    pub async fn writer_pragmas(&self) -> Kept<Vec<(String, String)>> {
        let (answer, told) = oneshot::channel();
        self.doors()?.tasks.send(Task::Settings(answer)).await.map_err(|_| closed())?;
        told.await.map_err(|_| closed())?
    }

    /// How many units were run in how many commits so far.
    pub fn committed(&self) -> Committed {
        self.counts.so_far()
    }

    /// Finishes what was handed in, tidies the journal away and ends the threads. Later units find the store away.
    pub async fn close(&self) {
        let Some(threads) = self.shut() else { return };
        let (done, ended) = oneshot::channel();
        let waiting = move || {
            threads.join();
            // Whoever closed may not wait for it.
            let _ = done.send(());
        };
        if Builder::new().name("store-close".into()).spawn(waiting).is_ok() {
            let _ = ended.await;
        }
    }

    fn doors(&self) -> Kept<Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)
    }

    /// Lets nobody in any more; the threads end when those inside are served.
    fn shut(&self) -> Option<Threads> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Some(threads) = self.shut() {
            threads.join();
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Threads {
    /// Waits for the readers first, so that the writer can tidy the whole journal away.
    fn join(self) {
        for thread in self.readers.into_iter().chain([self.writer]) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn write(&self, work: UnitWork) -> Result<(), StoreError> {
        let (answer, kept) = oneshot::channel();
        let task = Task::Write(Job { work, answer });
        let tasks = self.doors()?.tasks;
        match tasks.try_send(task) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(task)) => tasks.send(task).await.map_err(|_| closed())?,
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(closed()),
        }
        drop(tasks);
        kept.await.map_err(|_| closed())?
    }

    async fn read(&self, work: UnitWork) -> Result<(), StoreError> {
        let (answer, done) = oneshot::channel();
        self.doors()?.reads.send(Job { work, answer }).await.map_err(|_| closed())?;
        done.await.map_err(|_| closed())?
    }

    /// Writes one row, so that a full disk is noticed before a customer's message is.
    async fn health(&self) -> Result<(), StoreError> {
        let (answer, probed) = oneshot::channel();
        self.doors()?.tasks.send(Task::Probe(answer)).await.map_err(|_| closed())?;
        probed.await.map_err(|_| closed())?
    }
}

/// Opens the connections and starts the threads. Blocks.
fn open(path: PathBuf, options: &SqliteOptions) -> Kept<SqliteStore> {
    let mut connection = settings::writer(&path, options)?;
    tradepost_migrations::sqlite::run(&mut connection).map_err(|error| refused(&path, &error))?;
    let counts = Arc::new(Counts::default());
    let (tasks, handed_in) = mpsc::channel(options.waiting.max(1));
    let (reads, asked) = mpsc::channel(options.waiting.max(1));
    let asked = Arc::new(Mutex::new(asked));
    let mut readers = Vec::new();
    for number in 0..options.readers.max(1) {
        let connection = settings::reader(&path, options)?;
        let asked = Arc::clone(&asked);
        let serve = move || reader::serve(connection, &asked);
        readers.push(Builder::new().name(format!("store-read-{number}")).spawn(serve).map_err(away)?);
    }
    let (checkpoints, told) = Checkpoints::new();
    let (carrying, place) = (settings::connect(&path, options)?, path.clone());
    let serve = move || checkpoint::serve(carrying, &place, &told);
    readers.push(Builder::new().name("store-checkpoint".into()).spawn(serve).map_err(away)?);
    let (most, counted) = (options.group, Arc::clone(&counts));
    let serve = move || writer::serve(connection, handed_in, (most, &counted), &checkpoints);
    let writer = Builder::new().name("store-write".into()).spawn(serve).map_err(away)?;
    let doors = Mutex::new(Some(Doors { tasks, reads }));
    Ok(SqliteStore { path, counts, doors, threads: Mutex::new(Some(Threads { readers, writer })) })
}

fn refused(path: &Path, error: &SchemaError) -> StoreError {
    match error {
        SchemaError::Newer { .. } => StoreError::Broken(error.to_string()),
        error => settings::unusable(path, &error.to_string()),
    }
}

fn closed() -> StoreError {
    StoreError::Away("it is closed".into())
}
