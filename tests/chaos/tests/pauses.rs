//! A process that is stopped for a while and goes on, and one that is asked to end.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::stage::{CONCURRENCY, Crowd, SHOP, Scene, until};

/// Longer than the deadline of what is under way: 5 s of the call and 5 s of margin.
const STOPPED: Duration = Duration::from_secs(30);

/// The process sleeps past every deadline in the middle of its sends, while customers go on writing and the provider
/// goes on delivering.
///
/// proves: FI-01
#[tokio::test]
async fn a_process_that_wakes_after_30_s_sends_nothing_twice() {
    let mut scene = Scene::open().await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 300, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(32);
    let mut books = scene.books();
    until("lines are under way", || books.sending() > 0).await;
    scene.house.signal(Signal::STOP);
    let under_way = books.sending();
    crowd.write(8);
    tokio::time::sleep(STOPPED).await;
    scene.house.signal(Signal::CONT);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("stopped for {} s with {under_way} lines under way: {tally:?}", STOPPED.as_secs());
    tally.is_good(CONCURRENCY);
}

/// proves: PL-06, PL-12
#[tokio::test]
async fn a_stop_under_load_ends_in_time_and_loses_nothing() {
    let mut scene = Scene::open().await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 100, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(60);
    let mut books = scene.books();
    until("lines are under way", || books.sending() > 0).await;
    let begun = Instant::now();
    scene.house.signal(Signal::TERM);
    crowd.write(20);
    let status = scene.house.end().await;
    let took = begun.elapsed();
    assert_eq!(status.code(), Some(0), "{}", scene.house.last_words());
    // The settings give it 20 s.
    assert!(took < Duration::from_secs(25), "it took {took:?}");
    scene.house.start(None).await;
    assert!(scene.house.is_ready().await);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("stopped under load in {took:?}: {tally:?}");
    tally.is_good(0);
    assert_eq!(tally.answered, tally.accepted);
}

/// A request that never ends would hold the stop open for ten seconds. Whoever asks a second time does not wait.
///
/// proves: PL-12
#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    for (second, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut scene = Scene::open().await;
        let mut endless = TcpStream::connect(("127.0.0.1", scene.house.port())).await.expect("a connection");
        let head = "POST /webhooks/instagram/main HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
        endless.write_all(head.as_bytes()).await.expect("sent");
        scene.house.signal(Signal::TERM);
        until("the first one is heard", || scene.house.last_words().contains("stopping")).await;
        assert_eq!(scene.house.ended(), None, "it finishes what is in hand");
        let begun = Instant::now();
        scene.house.signal(second);
        let status = scene.house.end().await;
        let (took, words) = (begun.elapsed(), scene.house.last_words());
        assert_eq!(status.code(), Some(code), "{status}: {words}");
        assert!(took < Duration::from_secs(5), "it took {took:?}");
        assert!(words.lines().last().is_some_and(|line| line.contains("a second signal")), "{words}");
        scene.house.start(None).await;
    }
}
