//! The writer: one thread, one file, one sync for all records that wait.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use tokio::sync::{mpsc, oneshot};
use tradepost_domain::Timestamp;

use super::{
    Shared,
    segment::{self, Segment},
};

/// A record to be written, and who waits for it.
pub(super) struct Order {
    pub(super) bytes: Vec<u8>,
    pub(super) at: Timestamp,
    pub(super) answer: oneshot::Sender<Result<(), Arc<io::Error>>>,
}

/// Records that share one sync, at most.
const GROUP: usize = 256;
/// A segment is not continued beyond so many bytes: what is flushed frees its room.
const LONGEST: u64 = 8 * 1024 * 1024;

/// Writes until nobody can order any more.
pub(super) fn serve(shared: &Shared, mut orders: mpsc::Receiver<Order>) {
    let mut file: Option<Open> = None;
    while let Some(first) = orders.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP {
            let Ok(order) = orders.try_recv() else { break };
            group.push(order);
        }
        let written = write(shared, &mut file, &group).map_err(Arc::new);
        if let Err(error) = &written {
            tracing::error!(%error, "failed to write to the spool: requests are refused");
            shared.state().refused = Some(Instant::now());
            // What a failed sync has left on disk nobody knows: the next record begins a file of its own.
            abandon(shared, &mut file);
        }
        for order in group {
            // Whoever has gone away does not hear; its record is there.
            let _ = order.answer.send(written.clone());
        }
    }
}

/// The file that is written to.
struct Open {
    path: PathBuf,
    file: File,
}

fn write(shared: &Shared, file: &mut Option<Open>, group: &[Order]) -> io::Result<()> {
    let open = match file {
        Some(open) if goes_on(shared, &open.path) => &mut open.file,
        _ => &mut file.insert(begin(shared)?).file,
    };
    let bytes: Vec<u8> = group.iter().flat_map(|order| order.bytes.iter().copied()).collect();
    open.write_all(&bytes)?;
    open.sync_data()?;
    let mut state = shared.state();
    if let Some(segment) = state.segments.back_mut() {
        segment.durable += bytes.len() as u64;
        segment.records += group.len() as u64;
        segment.oldest = segment.oldest.or(group.first().map(|order| order.at));
    }
    state.refused = None;
    drop(state);
    shared.filled.notify_one();
    Ok(())
}

/// Is the open file still the last segment, and short enough?
fn goes_on(shared: &Shared, path: &Path) -> bool {
    let last = |segment: &Segment| segment.path == path && segment.durable < LONGEST;
    shared.state().segments.back().is_some_and(last)
}

/// A new file, whose name is synced, too: it would be lost with its folder's entry.
fn begin(shared: &Shared) -> io::Result<Open> {
    let mut state = shared.state();
    let path = shared.folder.join(segment::name(state.next));
    let mut file = File::options();
    file.create_new(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    state.next += 1;
    let file = file.open(&path)?;
    if let Err(error) = File::open(&shared.folder).and_then(|folder| folder.sync_all()) {
        // Each try would leave another one, as long as the disk is ill.
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    state.segments.push_back(Segment::new(path.clone()));
    Ok(Open { path, file })
}

/// Leaves a file to the flush as far as it is synced, and the rest to nobody.
fn abandon(shared: &Shared, file: &mut Option<Open>) {
    let Some(Open { path, file }) = file.take() else { return };
    let mut state = shared.state();
    let durable = state.segments.back().filter(|last| last.path == path).map_or(0, |last| last.durable);
    // Where even this fails, a restart finds the end torn or whole; both are right, since nobody was answered.
    let _ = file.set_len(durable);
    if durable == 0 {
        state.segments.retain(|segment| segment.path != path);
        let _ = std::fs::remove_file(path);
    }
}
