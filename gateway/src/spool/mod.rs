//! The spool: what webhooks brought while the database was away, on this machine's disk, until the database has it.
//!
//! A request is answered when its record is synced. Records are kept in the order of their coming, newer ones behind older
//! ones, and are filed again and again until the store has them; what is filed twice has one effect. What was answered is
//! never dropped: a spool that is full, by bytes or by the age of its oldest record, takes nothing more.

mod desk;
mod flush;
mod record;
mod segment;
mod writer;

use std::{
    collections::VecDeque,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

pub use desk::SpoolingDesk;
pub use record::{Record, What};
use segment::Segment;
use tokio::sync::{Notify, mpsc, oneshot};
use tradepost_domain::Timestamp;

/// How much a spool takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes on disk.
    pub most_bytes: u64,
    /// Nothing more is taken when the oldest record has waited that long.
    pub most_age: Duration,
}

/// Why a record was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// There is no more room.
    #[error("the spool is full: {0}")]
    Full(&'static str),
    /// The disk refused.
    #[error("failed to write to the spool: {0}")]
    Disk(Arc<io::Error>),
    /// The record cannot be written down.
    #[error("failed to write a record down: {0}")]
    Record(#[from] serde_json::Error),
    /// The process ends.
    #[error("the spool is closed")]
    Closed,
}

/// What a spool holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holding {
    /// Records that the store does not have yet.
    pub records: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
}

/// A spool in a folder of its own. One process writes to it.
pub struct Spool {
    shared: Arc<Shared>,
    orders: mpsc::Sender<writer::Order>,
    room: Room,
    _slot: File,
}

/// What the writer and the one who flushes know of each other.
struct Shared {
    folder: PathBuf,
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Default)]
struct State {
    /// Oldest first; the last one is written to.
    segments: VecDeque<Segment>,
    /// Records on their way to the disk.
    coming: u64,
    /// When did the disk refuse a record, if it has taken none since?
    refused: Option<Instant>,
    /// The name of the next segment.
    next: u64,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn holding(&self) -> Holding {
        Holding {
            records: self.segments.iter().map(Segment::waiting).sum(),
            bytes: self.segments.iter().map(|segment| segment.durable).sum(),
            oldest: self.segments.iter().find_map(|segment| segment.oldest),
        }
    }
}

/// Spools below one folder: so many processes may share a machine.
const SLOTS: u32 = 64;
/// How long a disk that has refused a record is taken for full.
const REFUSES: Duration = Duration::from_secs(10);
/// Orders that may wait for the writer.
const WAITING: usize = 4_096;

impl Spool {
    /// Takes the first spool below that folder that no other process has, with what it holds. The end of a file that was
    /// being written when its process died is cut off: nobody was told that it was taken.
    pub fn open(folder: &Path, room: Room) -> io::Result<Self> {
        let (folder, slot) = slot(folder)?;
        let (segments, next) = segment::all_in(&folder)?;
        let state = State { segments, next, ..State::default() };
        let holding = state.holding();
        if holding.records > 0 {
            tracing::warn!(
                records = holding.records,
                bytes = holding.bytes,
                "the spool holds what the store does not have yet"
            );
        }
        let shared = Arc::new(Shared { folder, state: Mutex::new(state), filled: Notify::new() });
        shared.filled.notify_one();
        let (orders, ordered) = mpsc::channel(WAITING);
        let writing = Arc::clone(&shared);
        std::thread::Builder::new().name("spool".into()).spawn(move || writer::serve(&writing, ordered))?;
        Ok(Self { shared, orders, room, _slot: slot })
    }

    /// What it holds.
    pub fn holding(&self) -> Holding {
        self.shared.state().holding()
    }

    /// Takes over what other processes have left that are no more: nobody else would file it. Returns how many records.
    pub fn adopt(&self) -> io::Result<u64> {
        let Some(below) = self.shared.folder.parent() else { return Ok(0) };
        let mut adopted = 0;
        for entry in fs::read_dir(below)? {
            let folder = entry?.path();
            if folder != self.shared.folder && folder.is_dir() {
                adopted += self.adopt_from(&folder)?;
            }
        }
        if adopted > 0 {
            tracing::warn!(records = adopted, "the spool of a process that is no more is taken over");
            self.shared.filled.notify_one();
        }
        Ok(adopted)
    }

    fn adopt_from(&self, folder: &Path) -> io::Result<u64> {
        let lock = File::options().create(true).write(true).truncate(false).open(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            return Ok(0);
        }
        let (segments, _) = segment::all_in(folder)?;
        let records = segments.iter().map(|segment| segment.records).sum();
        let mut state = self.shared.state();
        let mut adopted = Vec::with_capacity(segments.len());
        for segment in segments {
            let path = self.shared.folder.join(segment::name(state.next));
            state.next += 1;
            fs::rename(&segment.path, &path)?;
            adopted.push(Segment { path, ..segment });
        }
        // Before what comes now, in their order: the last one is written to.
        adopted.into_iter().rev().for_each(|segment| state.segments.push_front(segment));
        Ok(records)
    }

    /// Must what comes now go behind what is here already?
    pub fn is_in_use(&self) -> bool {
        let state = self.shared.state();
        state.coming > 0 || state.holding().records > 0
    }

    /// Why it takes nothing more, if so.
    pub fn full(&self, now: Timestamp) -> Option<&'static str> {
        // Where nothing is sent to a process that says no, it must say yes again by itself.
        let refused = self.shared.state().refused.is_some_and(|at| at.elapsed() < REFUSES);
        self.refuses(0, now).or(refused.then_some("the disk has refused the latest records"))
    }

    fn refuses(&self, bytes: u64, now: Timestamp) -> Option<&'static str> {
        let holding = self.holding();
        if holding.bytes + bytes > self.room.most_bytes {
            return Some("it holds as many bytes as it may");
        }
        let old = holding.oldest.is_some_and(|oldest| oldest + self.room.most_age <= now);
        old.then_some("its oldest record has waited for too long")
    }

    /// Takes a record. When this returns, it is synced.
    pub async fn put(&self, record: &Record) -> Result<(), SpoolError> {
        let bytes = record.to_bytes()?;
        if let Some(why) = self.refuses(bytes.len() as u64, record.at) {
            return Err(SpoolError::Full(why));
        }
        let _coming = Coming::of(&self.shared);
        let (answer, synced) = oneshot::channel();
        let order = writer::Order { bytes, at: record.at, answer };
        self.orders.send(order).await.map_err(|_| SpoolError::Closed)?;
        let synced = synced.await.map_err(|_| SpoolError::Closed)?;
        synced.map_err(SpoolError::Disk)
    }
}

/// A record on its way, counted for as long as its request waits.
struct Coming<'s>(&'s Shared);

impl<'s> Coming<'s> {
    fn of(shared: &'s Shared) -> Self {
        shared.state().coming += 1;
        Self(shared)
    }
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        self.0.state().coming -= 1;
    }
}

/// The first folder that no process has locked. The lock ends with its process, however it ends.
fn slot(below: &Path) -> io::Result<(PathBuf, File)> {
    for number in 0..SLOTS {
        let folder = below.join(format!("{number:02}"));
        fs::create_dir_all(&folder)?;
        let lock = File::options().create(true).write(true).truncate(false).open(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => return Ok((folder, lock)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other("all spools are taken: give this process another data directory"))
}

#[cfg(test)]
mod tests;
