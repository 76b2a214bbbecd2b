//! Segments: the files of a spool. One is written to, the others wait to be flushed.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use tradepost_domain::Timestamp;

use super::Record;

/// A file of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// Bytes that are synced.
    pub(super) durable: u64,
    /// Bytes that the store has.
    pub(super) flushed: u64,
    /// Records that are synced.
    pub(super) records: u64,
    /// Records that the store has.
    pub(super) done: u64,
    /// When the first record came that the store does not have.
    pub(super) oldest: Option<Timestamp>,
}

impl Segment {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, durable: 0, flushed: 0, records: 0, done: 0, oldest: None }
    }

    pub(super) fn waiting(&self) -> u64 {
        self.records - self.done
    }

    /// The next records, at least one if there is any, and no more bytes than about `most`; each with where it ends.
    pub(super) fn next(&self, most: usize) -> io::Result<Vec<(Record, u64)>> {
        let mut bytes = self.read(most)?;
        if Record::first_of(&bytes).is_none() {
            bytes = self.read(usize::MAX)?;
        }
        let (mut records, mut at) = (Vec::new(), 0);
        while let Some((record, length)) = Record::first_of(&bytes[at..]) {
            at += length;
            records.push((record, self.flushed + at as u64));
        }
        match records.is_empty() && self.waiting() > 0 {
            true => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "a record that was synced cannot be read"))
            }
            false => Ok(records),
        }
    }

    fn read(&self, most: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.durable - self.flushed).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(most)];
        File::open(&self.path)?.read_exact_at(&mut bytes, self.flushed)?;
        Ok(bytes)
    }
}

/// The name of a segment's file.
pub(super) fn name(number: u64) -> String {
    format!("{number:012}.spool")
}

/// The segments that a folder holds, oldest first, and the number of the next.
pub(super) fn all_in(folder: &Path) -> io::Result<(VecDeque<Segment>, u64)> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        numbers.extend(name.strip_suffix(".spool").and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    let next = numbers.last().map_or(0, |last| last + 1);
    let segments = numbers.into_iter().map(|number| opened(folder.join(name(number))));
    let segments = segments.collect::<io::Result<VecDeque<_>>>()?;
    Ok((segments.into_iter().filter(|segment| segment.records > 0).collect(), next))
}

/// Counts a file's records. A torn one at its end was never answered: it is cut off. Nothing that was answered can follow
/// it, but whatever does is kept aside for people.
fn opened(path: PathBuf) -> io::Result<Segment> {
    let bytes = fs::read(&path)?;
    let mut segment = Segment::new(path);
    let mut at = 0;
    while let Some((record, length)) = Record::first_of(&bytes[at..]) {
        at += length;
        segment.records += 1;
        segment.oldest = segment.oldest.or(Some(record.at));
    }
    segment.durable = at as u64;
    if at < bytes.len() {
        let left = bytes.len() - at;
        let aside = segment.path.with_extension("torn");
        fs::write(&aside, &bytes[at..])?;
        File::open(&aside)?.sync_all()?;
        tracing::warn!(path = %segment.path.display(), bytes = left, "the end of a spool's file was torn and is set aside");
        let file = File::options().write(true).open(&segment.path)?;
        file.set_len(segment.durable)?;
        file.sync_all()?;
    }
    if segment.records == 0 {
        fs::remove_file(&segment.path)?;
    }
    Ok(segment)
}
