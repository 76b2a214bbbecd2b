//! Checkpoints: what the journal holds is carried over into the file beside the writer, so that no commit waits for it.
//! www.sqlite.org/wal.html#ckpt

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

use diesel::{SqliteConnection, connection::SimpleConnection as _};

/// The journal is carried over when it is so long, in bytes.
const LONG: u64 = 4 * 1024 * 1024;
/// The writer does it by itself when the journal has so many pages after all.
pub(super) const PAGES: u32 = 16_384;

/// Tells the one who carries over that there may be something.
pub(super) struct Checkpoints(SyncSender<()>);

impl Checkpoints {
    pub(super) fn new() -> (Self, Receiver<()>) {
        let (tell, told) = sync_channel(1);
        (Self(tell), told)
    }

    /// Never waits: one word is as good as many.
    pub(super) fn look(&self) {
        match self.0.try_send(()) {
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
        }
    }
}

/// Works until nobody tells any more.
pub(super) fn serve(mut connection: SqliteConnection, path: &Path, told: &Receiver<()>) {
    let journal = PathBuf::from(format!("{}-wal", path.display()));
    while told.recv().is_ok() {
        let long = fs::metadata(&journal).is_ok_and(|journal| journal.len() >= LONG);
        // It stays as long as readers look into it: it is used again from its beginning.
        if long && let Err(error) = connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE);") {
            tracing::warn!(%error, "failed to carry the store's journal over; trying again");
        }
    }
}
