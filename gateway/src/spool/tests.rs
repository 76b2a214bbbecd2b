//! The spool on a real disk: restarts, torn tails, limits.

use std::fs;

use rstest::rstest;
use tradepost_domain::Correlation;

use super::*;
use crate::spool::record::Request;

const ROOM: Room = Room { most_bytes: 1 << 20, most_age: Duration::from_secs(3600) };

fn record(n: i64) -> Record {
    let correlation: Correlation = format!("request-{n}").parse().expect("a correlation");
    let what = What::Unparsed { raw: format!("body {n}"), reason: "no JSON".into() };
    let request = Request { endpoint: "/webhooks/a/b".into(), kind: "a".into(), correlation, what };
    Record { at: Timestamp::from_second(1_768_298_400 + n).expect("a time"), request }
}

/// What a spool holds, oldest first.
fn held(spool: &Spool) -> Vec<Record> {
    let state = spool.shared.state();
    let next = |segment: &Segment| segment.next(100).expect("records");
    state.segments.iter().flat_map(next).map(|(record, _)| record).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("00")).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "spool"));
    files.sort();
    files
}

/// proves: FI-13
#[tokio::test]
async fn what_was_put_is_there_after_a_restart_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    assert!(!spool.is_in_use());
    for n in 0..5 {
        spool.put(&record(n)).await.expect("put");
    }
    assert!(spool.is_in_use());
    assert_eq!(spool.holding().oldest, Some(record(0).at));
    drop(spool);
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    assert_eq!(
        held(&spool).iter().map(|record| record.at).collect::<Vec<_>>(),
        (0..5).map(|n| record(n).at).collect::<Vec<_>>()
    );
    spool.put(&record(5)).await.expect("put");
    assert_eq!(spool.holding().records, 6);
    assert_eq!(files(folder.path()).len(), 2, "a file of another process's time is not continued");
}

/// Whatever stands at the end of a file that was being written: it was never answered.
///
/// proves: FI-13
#[rstest]
#[case::a_head_without_its_text(|bytes: &mut Vec<u8>| bytes.extend([9, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, b'x']))]
#[case::half_a_head(|bytes: &mut Vec<u8>| bytes.extend([9, 0, 0]))]
#[case::nothing_but_zeros(|bytes: &mut Vec<u8>| bytes.extend([0; 4096]))]
#[case::a_length_beyond_belief(|bytes: &mut Vec<u8>| bytes.extend([255; 64]))]
#[case::an_altered_byte(|bytes: &mut Vec<u8>| {
    let mut torn = record(9).to_bytes().expect("bytes");
    *torn.last_mut().expect("a byte") ^= 1;
    bytes.extend(torn);
})]
#[tokio::test]
async fn a_torn_tail_is_cut_off(#[case] tear: fn(&mut Vec<u8>)) {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    for n in 0..3 {
        spool.put(&record(n)).await.expect("put");
    }
    drop(spool);
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    let whole = fs::read(file).expect("bytes");
    let mut torn = whole.clone();
    tear(&mut torn);
    fs::write(file, torn).expect("written");
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    assert_eq!(held(&spool), [record(0), record(1), record(2)]);
    assert_eq!(fs::read(file).expect("bytes"), whole);
}

/// proves: FI-13
#[tokio::test]
async fn a_full_spool_takes_nothing_more_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let room = Room { most_bytes: 1_000, ..ROOM };
    let spool = Spool::open(folder.path(), room).expect("a spool");
    let mut taken = 0;
    while spool.put(&record(taken)).await.is_ok() {
        taken += 1;
    }
    assert!(taken > 2, "{taken}");
    assert!(matches!(spool.put(&record(99)).await, Err(SpoolError::Full(_))));
    assert_eq!(held(&spool).len() as i64, taken);
    assert!(spool.holding().bytes <= room.most_bytes);
}

/// proves: FI-13
#[tokio::test]
async fn a_spool_whose_oldest_record_waits_too_long_takes_nothing_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    spool.put(&record(0)).await.expect("put");
    spool.put(&record(3_599)).await.expect("still in time");
    assert!(matches!(spool.put(&record(3_600)).await, Err(SpoolError::Full(_))));
    assert!(spool.full(record(3_600).at).is_some());
}

#[tokio::test]
async fn two_processes_have_a_spool_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Spool::open(folder.path(), ROOM).expect("a spool");
    let two = Spool::open(folder.path(), ROOM).expect("another");
    one.put(&record(1)).await.expect("put");
    assert_eq!((one.holding().records, two.holding().records), (1, 0));
    assert_ne!(one.shared.folder, two.shared.folder);
}

/// What a process has left that is no more is filed by another one; a process that lives keeps its own.
///
/// proves: FI-13
#[tokio::test]
async fn what_nobody_has_any_more_is_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Spool::open(folder.path(), ROOM).expect("a spool");
    let two = Spool::open(folder.path(), ROOM).expect("another");
    two.put(&record(1)).await.expect("put");
    drop(two);
    let two = Spool::open(folder.path(), ROOM).expect("the same again");
    two.put(&record(2)).await.expect("put, into a file of its own");
    assert_eq!(one.adopt().expect("looked"), 0, "the other one lives");
    drop(two);
    one.put(&record(3)).await.expect("put");
    assert_eq!(one.adopt().expect("looked"), 2);
    assert_eq!(one.adopt().expect("looked"), 0, "once");
    one.put(&record(4)).await.expect("put");
    assert_eq!(held(&one), [1, 2, 3, 4].map(record));
    drop(one);
    let again = Spool::open(folder.path(), ROOM).expect("a spool");
    assert_eq!(again.holding().records, 4, "each is in one place");
}

/// A record that is whole and that this version cannot read is kept as a body that could not be read, and what comes behind
/// it is read.
///
/// proves: FI-13
#[tokio::test]
async fn a_record_of_another_version_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    spool.put(&record(1)).await.expect("put");
    drop(spool);
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    let strange = record::framed(record(2).at, br#"{"news":"of a later version"}"#).expect("bytes");
    let whole = [fs::read(file).expect("bytes"), strange, record(3).to_bytes().expect("bytes")].concat();
    fs::write(file, whole).expect("written");
    let spool = Spool::open(folder.path(), ROOM).expect("a spool");
    let held = held(&spool);
    assert_eq!((held.len(), &held[0], &held[2]), (3, &record(1), &record(3)));
    let What::Unparsed { raw, reason } = &held[1].request.what else { panic!("{:?}", held[1]) };
    assert!(raw.contains("later version") && reason.contains("another version"), "{reason}");
}
