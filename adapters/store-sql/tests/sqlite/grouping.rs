//! Units that wait share one commit, and nothing else.

use std::{
    pin::pin,
    sync::{Arc, mpsc},
};

use futures::FutureExt as _;
use tradepost_ports::{
    Store,
    store::{StoreError, UnitWork},
};
use tradepost_store_sql::{Committed, SqliteOptions, SqliteStore};
use tradepost_testkit::make;

use super::house::{folder, open, record, recorded, recording};

/// Keeps the writer busy until the returned end is dropped; what is handed in meanwhile waits and is one group.
async fn busy(
    store: &Arc<SqliteStore>,
) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), StoreError>>) {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (held, until) = mpsc::channel::<()>();
    let work: UnitWork = Box::new(move |_| {
        Box::pin(async move {
            let _ = begun.send(());
            let _ = until.recv();
            Ok(())
        })
    });
    let store = Arc::clone(store);
    let running = tokio::spawn(async move { store.write(work).await });
    has_begun.await.expect("the writer runs it");
    (held, running)
}

/// Hands units in while the writer is busy, and returns what they came to and what was committed for them.
async fn together(
    store: &Arc<SqliteStore>,
    works: impl IntoIterator<Item = UnitWork>,
) -> (Vec<Result<(), StoreError>>, Committed) {
    let (held, running) = busy(store).await;
    let mut waiting: Vec<_> = works.into_iter().map(|work| Box::pin(store.write(work))).collect();
    for unit in &mut waiting {
        assert!(unit.as_mut().now_or_never().is_none(), "answered before its commit");
    }
    let before = store.committed();
    drop(held);
    running.await.expect("a task").expect("the first unit");
    let results = futures::future::join_all(waiting).await;
    let after = store.committed();
    let committed =
        Committed { units: after.units - before.units - 1, commits: after.commits - before.commits - 1 };
    (results, committed)
}

/// proves: IN-03
#[tokio::test]
async fn units_that_wait_share_one_commit() {
    let folder = folder();
    let store = Arc::new(open(&folder, SqliteOptions::default()).await);
    let (results, committed) = together(&store, (0..40).map(recording)).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(committed, Committed { units: 40, commits: 1 });
    assert!(recorded(&*store, 0).await && recorded(&*store, 39).await);
}

#[tokio::test]
async fn a_group_is_bounded() {
    let folder = folder();
    let store = Arc::new(open(&folder, SqliteOptions { group: 8, ..SqliteOptions::default() }).await);
    let (results, committed) = together(&store, (0..20).map(recording)).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(committed, Committed { units: 20, commits: 3 });
}

fn failing(n: u64, how: fn() -> Result<(), StoreError>) -> UnitWork {
    Box::new(move |unit| {
        Box::pin(async move {
            unit.record(&make::stored_event(n)).await?;
            how()
        })
    })
}

fn waiting(n: u64) -> UnitWork {
    Box::new(move |unit| {
        Box::pin(async move {
            unit.record(&make::stored_event(n)).await?;
            std::future::pending().await
        })
    })
}

/// proves: CV-02
#[tokio::test]
async fn a_unit_that_fails_panics_or_waits_loses_only_itself() {
    let folder = folder();
    let store = Arc::new(open(&folder, SqliteOptions::default()).await);
    let works = [
        recording(0),
        failing(1, || Err(StoreError::Abandoned("no".into()))),
        recording(2),
        failing(3, || panic!("a fault in a unit")),
        recording(4),
        waiting(5),
        recording(0),
        recording(6),
    ];
    let (results, committed) = together(&store, works).await;
    assert_eq!(committed, Committed { units: 8, commits: 1 });
    let expected = [true, false, true, false, true, false, false, true];
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), expected);
    assert_eq!(results[1], Err(StoreError::Abandoned("no".into())));
    assert!(matches!(&results[3], Err(StoreError::Broken(words)) if words.contains("a fault in a unit")));
    assert!(matches!(&results[5], Err(StoreError::Broken(words)) if words.contains("waited")));
    assert_eq!(results[6], Err(StoreError::Conflict), "the same event twice");
    for (n, kept) in [(0, true), (1, false), (2, true), (3, false), (4, true), (5, false), (6, true)] {
        assert_eq!(recorded(&*store, n).await, kept, "event {n}");
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_cancel_its_unit() {
    let folder = folder();
    let store = Arc::new(open(&folder, SqliteOptions::default()).await);
    let (held, running) = busy(&store).await;
    {
        let mut unit = pin!(record(&*store, 1));
        assert!(unit.as_mut().now_or_never().is_none());
    }
    drop(held);
    running.await.expect("a task").expect("the first unit");
    record(&*store, 2).await.expect("a later unit");
    assert!(recorded(&*store, 1).await);
}

#[tokio::test]
async fn a_caller_beyond_the_queue_waits_for_a_place() {
    let folder = folder();
    let store = Arc::new(open(&folder, SqliteOptions { waiting: 2, ..SqliteOptions::default() }).await);
    let (results, _) = together(&store, (0..10).map(recording)).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

#[tokio::test]
async fn readers_do_not_wait_for_the_writer() {
    let folder = folder();
    let store = Arc::new(open(&folder, SqliteOptions::default()).await);
    record(&*store, 1).await.expect("a unit");
    let (held, running) = busy(&store).await;
    assert!(recorded(&*store, 1).await, "read while the writer is busy");
    drop(held);
    running.await.expect("a task").expect("the first unit");
}
