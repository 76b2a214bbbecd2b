//! What was answered is on disk, and what stands in the way is said clearly.

use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use rstest::rstest;
use std::time::Duration;
use tradepost_ports::{Store as _, store::StoreError};
use tradepost_store_sql::{SqliteOptions, SqliteStore};
use tradepost_testkit::{make, store::write};

use super::house::{folder, open, path_in, record, recorded, recording};

/// Another process at the same file.
fn another(folder: &tempfile::TempDir) -> SqliteConnection {
    SqliteConnection::establish(&path_in(folder).to_string_lossy()).expect("a connection")
}

#[tokio::test]
async fn opening_again_finds_everything() {
    let folder = folder();
    {
        let store = open(&folder, SqliteOptions::default()).await;
        record(&store, 1).await.expect("a unit");
    }
    let store = open(&folder, SqliteOptions::default()).await;
    assert!(recorded(&store, 1).await);
}

#[tokio::test]
async fn closing_finishes_what_was_handed_in_and_tidies_the_journal_away() {
    let folder = folder();
    let store = open(&folder, SqliteOptions::default()).await;
    record(&store, 1).await.expect("a unit");
    let journal = folder.path().join("store.db-wal");
    assert!(std::fs::metadata(&journal).expect("a journal").len() > 0);
    store.close().await;
    assert!(!journal.exists() || std::fs::metadata(&journal).expect("a journal").len() == 0);
    assert!(matches!(record(&store, 2).await, Err(StoreError::Away(_))));
    assert!(matches!(store.health().await, Err(StoreError::Away(_))));
    store.close().await;
    let store = open(&folder, SqliteOptions::default()).await;
    assert!(recorded(&store, 1).await && !recorded(&store, 2).await);
}

/// proves: IN-03
#[tokio::test]
async fn every_commit_is_on_disk_before_it_counts() {
    let folder = folder();
    let store = open(&folder, SqliteOptions::default()).await;
    let settings = store.writer_pragmas().await.expect("settings");
    let value = |name| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(value("journal_mode"), Some("wal"));
    assert_eq!(value("synchronous"), Some("2"), "FULL");
    assert_eq!(value("busy_timeout"), Some("5000"));
}

#[tokio::test]
async fn two_at_the_same_file_wait_for_each_other() {
    let folder = folder();
    let (one, two) =
        (open(&folder, SqliteOptions::default()).await, open(&folder, SqliteOptions::default()).await);
    let ours = futures::future::join_all((0..50).map(|n| record(&one, n)));
    let theirs = futures::future::join_all((50..100).map(|n| record(&two, n)));
    let (ours, theirs) = futures::future::join(ours, theirs).await;
    assert!(ours.iter().chain(&theirs).all(Result::is_ok), "{ours:?} {theirs:?}");
    for n in 0..100 {
        assert!(recorded(&one, n).await && recorded(&two, n).await, "event {n}");
    }
}

#[tokio::test]
async fn a_store_that_another_process_holds_too_long_is_away_until_it_is_let_go() {
    let folder = folder();
    let patience = SqliteOptions { busy_timeout: Duration::from_millis(1), ..SqliteOptions::default() };
    let store = open(&folder, patience).await;
    let mut other = another(&folder);
    other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    assert!(matches!(record(&store, 1).await, Err(StoreError::Away(_))));
    assert!(matches!(store.health().await, Err(StoreError::Away(_))));
    other.batch_execute("ROLLBACK").expect("the lock's end");
    record(&store, 1).await.expect("a unit");
    store.health().await.expect("a healthy store");
}

/// What was answered and what is there must agree, whatever the database did to the group.
#[tokio::test]
async fn a_full_store_says_so_and_works_again() {
    let folder = folder();
    let full = SqliteOptions { most_pages: Some(120), ..SqliteOptions::default() };
    let store = open(&folder, full).await;
    let large = |n: u64| {
        let mut event = make::stored_event(n);
        event.raw = "x".repeat(100_000);
        event
    };
    let units = (1..20_u64).map(|n| {
        let (small, event) = (recording(1_000 + n), large(n));
        let large = store.write(Box::new(move |unit| Box::pin(async move { unit.record(&event).await })));
        futures::future::join(large, store.write(small))
    });
    let results = futures::future::join_all(units).await;
    assert!(results.iter().any(|(large, _)| matches!(large, Err(StoreError::Away(_)))), "{results:?}");
    for (n, (large, small)) in (1..).zip(&results) {
        assert_eq!(recorded(&store, n).await, large.is_ok(), "large event {n}");
        assert_eq!(recorded(&store, 1_000 + n).await, small.is_ok(), "small event {n}");
    }
    another(&folder).batch_execute("DELETE FROM events").expect("room");
    record(&store, 1).await.expect("a unit, now that there is room");
}

#[derive(Debug, Clone, Copy)]
enum Obstacle {
    NoFolder,
    FileForFolder,
    FolderForFile,
    NoStore,
    Newer,
}

/// proves: PL-22
#[rstest]
#[case::no_folder(Obstacle::NoFolder, "its directory must exist")]
#[case::a_file_for_a_folder(Obstacle::FileForFolder, "its directory must exist")]
#[case::a_folder_for_a_file(Obstacle::FolderForFile, "cannot be opened")]
#[case::no_store(Obstacle::NoStore, "is not a store")]
#[case::newer(Obstacle::Newer, "start a newer program")]
#[tokio::test]
async fn what_stands_in_the_way_of_opening_is_said(#[case] obstacle: Obstacle, #[case] words: &str) {
    let folder = folder();
    let path = match obstacle {
        Obstacle::NoFolder => folder.path().join("none").join("store.db"),
        Obstacle::FileForFolder => {
            std::fs::write(folder.path().join("file"), "text").expect("a file");
            folder.path().join("file").join("store.db")
        }
        Obstacle::FolderForFile => folder.path().to_owned(),
        Obstacle::NoStore => {
            std::fs::write(path_in(&folder), "no store at all. ".repeat(100)).expect("a file");
            path_in(&folder)
        }
        Obstacle::Newer => {
            drop(open(&folder, SqliteOptions::default()).await);
            let step = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
            another(&folder).batch_execute(step).expect("a step from the future");
            path_in(&folder)
        }
    };
    let refused = SqliteStore::open(path, SqliteOptions::default()).await.expect_err("a refusal");
    assert!(refused.to_string().contains(words), "{refused}");
}

/// A file system that is full while the schema is made: here a file that may not grow.
///
/// proves: FI-11
#[tokio::test]
async fn a_schema_that_finds_no_room_is_said_with_what_can_be_done() {
    let folder = folder();
    let small = SqliteOptions { most_pages: Some(10), ..SqliteOptions::default() };
    let refused = SqliteStore::open(path_in(&folder), small).await.expect_err("a refusal").to_string();
    assert!(refused.contains("has no room on its disk: make room"), "{refused}");
    open(&folder, SqliteOptions::default()).await.health().await.expect("a store, now that there is room");
}

/// A statement that is not kept prepared fails like the others: the unit goes on.
#[tokio::test]
async fn an_order_made_twice_is_a_conflict_that_a_unit_may_pass_over() {
    let folder = folder();
    let store = open(&folder, SqliteOptions::default()).await;
    let order = make::order(1, make::conversation_id(1), "mug");
    let twice = write(&store, move |unit| {
        Box::pin(async move {
            unit.stock(&make::storefront(), &make::item("mug", "Mug"), 9).await?;
            let first = unit.reserve(&order, make::at(0)).await?;
            Ok((first, unit.reserve(&order, make::at(0)).await))
        })
    });
    assert_eq!(twice.await, Ok((true, Err(StoreError::Conflict))));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let store = open(&folder, SqliteOptions::default()).await;
    record(&store, 1).await.expect("a unit");
    for name in ["store.db", "store.db-wal"] {
        let file = std::fs::metadata(folder.path().join(name)).expect("a file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[rstest]
#[case::an_item("Red Mug", 1)]
#[case::longer_than_any_title(&"mug ".repeat(20_000), 0)]
#[tokio::test]
async fn words_of_any_length_may_be_looked_for(#[case] words: &str, #[case] found: usize) {
    let folder = folder();
    let store = open(&folder, SqliteOptions::default()).await;
    let words = words.to_owned();
    let items = write(&store, move |unit| {
        Box::pin(async move {
            unit.stock(&make::storefront(), &make::item("mug", "A red mug"), 9).await?;
            unit.find(&make::storefront(), &words, make::at(0), 9).await
        })
    });
    assert_eq!(items.await.expect("a unit").len(), found);
}

/// What the suite does not try yet: an event keeps its arrival, and news that is due is told before it is taken out.
#[tokio::test]
async fn an_arrival_is_kept_and_due_news_is_told() {
    let folder = folder();
    let store = open(&folder, SqliteOptions::default()).await;
    let mut event = make::stored_event(1);
    event.arrival = Some("{\"account\":\"1\"}".into());
    let (known, mut parked) = (event.clone(), make::parked(1, "m1"));
    parked.until = make::at(10);
    let told = write(&store, move |unit| {
        Box::pin(async move {
            unit.record(&event).await?;
            unit.park(&parked).await?;
            let due = (unit.parked_due(make::at(9)).await?, unit.parked_due(make::at(10)).await?);
            Ok((unit.event(event.id).await?, due))
        })
    });
    assert_eq!(told.await, Ok((Some(known), (false, true))));
}
