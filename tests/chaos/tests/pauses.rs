//! A process that is stopped for a while and goes on, and one that is asked to end.

use std::time::{Duration, Instant};

use rstest::rstest;
use rustix::process::Signal;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::stage::{CONCURRENCY, Crowd, Ground, Layout, SHOP, Scene, until, until_told};

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

/// Longer than a conversation's lease (5 s), an account's (10 s) and the deadline of what is under way (10 s).
const TAKEN_OVER: Duration = Duration::from_secs(12);

/// A worker is stopped where it holds conversations, or lines that it has claimed and marked. Another takes over and does
/// everything, twenty more customers' words too. The first one wakes with all of that still in its memory, in the midst of new
/// work for both: what it held is another's, and it neither sends nor writes any of it again.
///
/// proves: FI-01, CV-01, PL-04
#[rstest]
#[case::while_it_turns(false)]
#[case::while_it_sends(true)]
#[tokio::test]
async fn a_worker_that_wakes_after_another_took_over_repeats_nothing(#[case] sends: bool) {
    let mut scene = Scene::set_on(Ground::lay(Layout::Several { webs: 1, workers: 2 })).await;
    scene.house.start(None).await;
    scene.others[0].start(None).await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 200, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(48);
    let mut books = scene.books();
    match sends {
        true => until("lines are under way", || books.sending() > 0).await,
        false => until("turns are taken", || books.heard() >= 24).await,
    }
    scene.others[0].signal(Signal::STOP);
    let begun = Instant::now();
    let (held, under_way) = (books.waiting(), books.sending());
    scene.others[1].start(None).await;
    crowd.write(20);
    crowd.all_heard().await;
    scene.settle().await;
    let took = begun.elapsed();
    tokio::time::sleep(TAKEN_OVER.saturating_sub(took)).await;
    let before = scene.tally(&crowd.customers).await;
    assert_eq!((before.doubled, before.lost), (0, 0), "the other has done it all: {before:?}");
    crowd.write(32);
    scene.others[0].signal(Signal::CONT);
    crowd.all_heard().await;
    until_told("the first one is back", || scene.others[0].is_ready()).await;
    scene.settle().await;
    // Whatever it woke with has had the time to leave.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let tally = scene.tally(&crowd.customers).await;
    println!("stopped with {held} waiting and {under_way} under way; all was done after {took:?}: {tally:?}");
    tally.is_good(CONCURRENCY);
    assert_eq!((tally.accepted, scene.books().heard()), (100, 100));
    assert_eq!(scene.houses().filter_map(|house| house.ended()).count(), 0);
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

/// What a server says that begins to read a request's body: www.rfc-editor.org/rfc/rfc9110#name-100-continue
const CONTINUE: &[u8; 25] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A request that never ends would hold the stop open for ten seconds. Whoever asks a second time does not wait.
///
/// proves: PL-12
#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    for (second, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut scene = Scene::open().await;
        let mut endless = TcpStream::connect(("127.0.0.1", scene.house.port())).await.expect("a connection");
        let head = "POST /webhooks/instagram/main HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
        endless.write_all(head.as_bytes()).await.expect("sent");
        let mut told = [0; CONTINUE.len()];
        endless.read_exact(&mut told).await.expect("an answer");
        assert_eq!(&told, CONTINUE, "it waits for the rest");
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
