//! The network between a worker and PostgreSQL: it goes silent, it breaks. The wire is the test's own, so that it has threads
//! enough to pass things on while the books are read.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::json;

use crate::stage::{
    BRANCH, CONCURRENCY, Crowd, Ground, Layout, SHOP, Scene, Wire, free_port, until, until_told,
};

/// Puts a wire between the first worker and PostgreSQL.
async fn wired(scene: &mut Scene) -> Wire {
    let postgres = scene.ground.postgres().port();
    let wire = Wire::to(free_port(), vec![postgres]).await;
    let (direct, through) = (format!("127.0.0.1:{postgres}/"), format!("127.0.0.1:{}/", wire.port()));
    scene.others[0].resettle(&direct, &through);
    wire
}

/// Its connections stay open and nobody answers. Another takes over what it held, and when the first one hears again it
/// changes nothing, and works again.
///
/// proves: CV-01, PL-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_worker_takes_over_from_one_that_is_cut_off() {
    let mut scene = Scene::set_on(Ground::lay(Layout::Several { webs: 1, workers: 2 })).await;
    let wire = wired(&mut scene).await;
    scene.house.start(None).await;
    scene.others[0].start(None).await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 200, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(30);
    let mut books = scene.books();
    until("the first worker sends", || books.sending() > 0).await;
    scene.others[1].start(None).await;
    wire.cut();
    let begun = Instant::now();
    crowd.write(20);
    crowd.all_heard().await;
    scene.settle().await;
    let took = begun.elapsed();
    // The one that is cut off could write none of this.
    let later = crowd.customers[30..].to_vec();
    let done = scene.tally(&later).await;
    assert_eq!((done.answered, done.lost, done.doubled), (20, 0, 0), "the second one has done it: {done:?}");
    let lines = books.lines();
    assert!(
        later
            .iter()
            .all(|customer| lines.iter().any(|line| line.peer == *customer && line.delivery == "sent"))
    );
    wire.mend();
    until_told("the first worker is ready again", || scene.others[0].is_ready()).await;
    // Whatever it held has had the time to come back.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(scene.others[0].ended(), None, "{}", scene.others[0].last_words());
    scene.others[1].stop().await;
    crowd.write(10);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("the other worker had done everything {took:?} after the cut: {tally:?}");
    tally.is_good(CONCURRENCY);
    let last = scene.tally(&crowd.customers[50..]).await;
    assert_eq!(last.answered, 10, "the first one works again: {last:?}");
}

/// How connections come to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Both sides are told.
    Told,
    /// Nobody is told.
    Silent,
}

/// Nobody is there to take over: the worker itself loses its connections between claiming, marking and settling, again and
/// again, and goes on by new ones. A settlement that broke off is tried again. Uncertain are, each time, only lines that were
/// under way: those whose mark was stored and whose confirmation was lost, and those whose settlement came too late.
///
/// proves: FI-01, CV-01
#[rstest]
#[case::told(End::Told, 6)]
#[case::silent(End::Silent, 2)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_loses_its_connections_loses_no_claim_for_good(#[case] end: End, #[case] times: usize) {
    let mut scene = Scene::set_on(Ground::lay(Layout::Several { webs: 1, workers: 1 })).await;
    let wire = wired(&mut scene).await;
    scene.start().await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 150, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    let mut books = scene.books();
    let mut under_way = Vec::new();
    for _ in 0..times {
        crowd.write(24);
        until("lines are under way", || books.sending() > 0).await;
        match end {
            End::Told => wire.breaks(),
            End::Silent => wire.cut(),
        }
        under_way.push(books.sending());
        wire.mend();
        crowd.all_heard().await;
    }
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("connections ended ({end:?}) with {under_way:?} lines under way: {tally:?}");
    tally.is_good(times * CONCURRENCY);
    assert_eq!((tally.accepted, scene.books().heard()), (24 * times, 24 * times));
    assert_eq!(scene.others[0].ended(), None, "{}", scene.others[0].last_words());
}

/// A turn whose connection broke is taken again soon, however busy the house is with others: their wake-ups do not put off
/// the look for what nobody tells of.
///
/// proves: CV-01
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_failed_is_taken_again_while_others_write() {
    const SOON: Duration = Duration::from_secs(8);
    let mut scene = Scene::set_on(Ground::lay(Layout::Several { webs: 1, workers: 1 })).await;
    let wire = wired(&mut scene).await;
    scene.start().await;
    let (mut crowd, mut others) = (Crowd::of(&scene.provider), Crowd::at(&scene.provider, BRANCH));
    while !scene.others[0].log().contains("failed to take a turn") {
        crowd.write(20);
        tokio::time::sleep(Duration::from_millis(150)).await;
        wire.breaks();
        others.write(1);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    let (mut books, begun) = (scene.books(), Instant::now());
    while books.unturned(SHOP) > 0 {
        assert!(begun.elapsed() < SOON, "others hold {} events up", books.unturned(SHOP));
        others.write(1);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("all turns were taken within {:?}", begun.elapsed());
    others.all_heard().await;
    crowd.all_heard().await;
    scene.settle().await;
    scene.tally(&crowd.customers).await.is_good(crowd.customers.len() / 20 * CONCURRENCY);
}
