//! Every answered group of events is on disk: counted in the system calls of the real process.

use std::os::unix::process::ExitStatusExt;

use futures::{StreamExt, stream};
use rustix::process::Signal;
use tradepost_store_sql::{SqliteOptions, SqliteStore};

use crate::stage::{CONCURRENCY, Crowd, Scene, Tracee};

/// Events that are answered one after the other.
const ALONE: usize = 50;
/// Events in all; the rest come so many at once.
const EVENTS: usize = 1_000;
const AT_ONCE: usize = 16;
/// An account that no storefront has: its events are kept, and nothing else is written.
const STRANGER: &str = "17841400000000099";

/// proves: IN-03
#[tokio::test]
async fn an_event_is_on_disk_before_it_is_answered() {
    let mut scene = Scene::set().await;
    scene.provider.adds_account(STRANGER).await;
    let tracee = Tracee::new(scene.house.settings().with_file_name("calls"));
    scene.house.start_under(&tracee.wrapper(), None).await;
    let begun = tracee.so_far();
    for number in 0..ALONE {
        scene.provider.says(STRANGER, "8800001", &format!("alone {number}")).await;
    }
    let alone = tracee.since(begun);
    let begun = tracee.so_far();
    let rest = stream::iter(ALONE..EVENTS).for_each_concurrent(AT_ONCE, |number| {
        let provider = &scene.provider;
        async move { drop(provider.says(STRANGER, "8800001", &format!("together {number}")).await) }
    });
    rest.await;
    let together = tracee.since(begun);
    let settings = settings(&scene).await;
    let mut books = scene.books();
    println!("the store's settings, read back: {settings:?}");
    println!("one after the other: {alone:?}");
    println!("{AT_ONCE} at once: {together:?}");
    assert_eq!(books.events("unrouted"), EVENTS);
    assert_eq!((alone.answers, together.answers), (ALONE, EVENTS - ALONE));
    assert_eq!(alone.groups, ALONE, "no two answers one after the other share a write to disk");
    assert!(alone.syncs >= alone.groups, "{alone:?}");
    assert!(together.groups >= (EVENTS - ALONE) / AT_ONCE, "a group answers {AT_ONCE} at most: {together:?}");
    assert!(together.syncs >= together.groups, "{together:?}");
    assert!(settings.contains(&("synchronous".to_owned(), "2".to_owned())), "FULL: {settings:?}");
}

/// The settings of a connection that is opened as the house opens its own.
async fn settings(scene: &Scene) -> Vec<(String, String)> {
    let store = SqliteStore::open(scene.house.store(), SqliteOptions::default()).await.expect("a store");
    let settings = store.writer_pragmas().await.expect("settings");
    store.close().await;
    settings
}

/// The disk below the embedded store fails to sync for a while (strace puts the error in the place of the system call's
/// answer): what is not kept is not answered with 200, and comes again; turns and sends wait. A `kill -9` afterwards finds
/// everything that was answered, once.
///
/// proves: IN-03, IN-04, FI-01
#[tokio::test]
async fn a_store_that_fails_to_sync_takes_nothing_meanwhile_and_loses_nothing() {
    const ROUNDS: usize = 20;
    let mut scene = Scene::set().await;
    let calls = scene.house.settings().with_file_name("calls");
    let fails = Tracee::new(calls.clone()).failing("fsync", "12..24", None);
    scene.house.start_under(&fails, None).await;
    let mut crowd = Crowd::of(&scene.provider);
    for _ in 0..ROUNDS {
        crowd.write(4);
        crowd.all_heard().await;
    }
    let calls = std::fs::read_to_string(&calls).expect("strace writes");
    let failed = calls.lines().filter(|line| line.contains("INJECTED")).count();
    scene.house.signal(Signal::KILL);
    assert_eq!(scene.house.end().await.signal(), Some(9));
    scene.house.is_gone().await;
    scene.house.start(None).await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("{failed} syncs failed: {tally:?}");
    assert!(
        failed > 0 && scene.house.log().contains("disk I/O error"),
        "the store had its bad days: {calls}"
    );
    // What was under way when the disk failed, and what was when the process was killed.
    tally.is_good(2 * CONCURRENCY);
    let mut books = scene.books();
    assert_eq!((books.heard(), books.dead_letters()), (4 * ROUNDS, 0));
}
