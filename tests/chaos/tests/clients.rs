//! Clients who take up room: those who write byte by byte, and those who are so many that no more fit.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};

use crate::stage::{AT_THE_LATEST, Crowd, Ground, House, Layout, SHOP, Scene, until, until_told};

const ASKED: &str = "What are your opening hours?";
const ONE_OF_EACH: Layout = Layout::Several { webs: 1, workers: 1 };
/// Clients of each kind of slowness.
const SLOW: usize = 100;
/// As the settings of these houses say.
const HEADER_WAIT: Duration = Duration::from_secs(2);
const BODY_WAIT: Duration = Duration::from_secs(6);
/// The door's own limits, which must not be what ends a client here: 10 s for headers, 15 s for a body.
const DEFAULTS: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(15));

/// Slow loris, two hundred of them: half are slow with their headers, half with their bodies. As long as any of them is
/// there, others write and are heard at their first try.
///
/// proves: PL-09, PL-23
#[rstest]
#[case::sqlite(Layout::File)]
#[case::roles(ONE_OF_EACH)]
#[tokio::test]
async fn two_hundred_slow_clients_are_ended_and_hold_nobody_up(#[case] layout: Layout) {
    let mut scene = Scene::set_on(Ground::lay(layout)).await;
    scene.house.resettle("header_wait = \"2 s\"\n", "header_wait = \"2 s\"\nbody_wait = \"6 s\"\n");
    scene.start().await;
    let port = scene.house.port();
    let headers = many(port, "POST /webhooks/instagram/main HTTP/1.1\r\nx-slow: ");
    let bodies =
        many(port, "POST /webhooks/instagram/main HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n");
    let (mut customers, mut took) = (Vec::new(), Vec::new());
    while !headers.iter().chain(&bodies).all(JoinHandle::is_finished) {
        let customer = format!("88{:05}", customers.len());
        let begun = Instant::now();
        let told = scene.provider.says(SHOP, &customer, ASKED).await;
        took.push(begun.elapsed());
        let post = &told["posts"][0];
        assert_eq!((&post["status"], &post["attempts"]), (&json!(200), &json!(1)), "{told}");
        customers.push(customer);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.settle().await;
    let (headers, bodies) = (ended(headers).await, ended(bodies).await);
    let longest = |ends: &[Ended]| ends.iter().map(|end| end.after).max().unwrap_or_default();
    took.sort();
    println!(
        "slow headers were cut off after {:?} at most, slow bodies after {:?}; {} letters meanwhile, the slowest in {:?}",
        longest(&headers),
        longest(&bodies),
        took.len(),
        took.last()
    );
    for end in &headers {
        assert!((HEADER_WAIT..DEFAULTS.0).contains(&end.after) && end.answer.is_empty(), "{end:?}");
    }
    for end in &bodies {
        assert!((BODY_WAIT..DEFAULTS.1).contains(&end.after), "{end:?}");
        let (head, problem) = end.answer.split_once("\r\n\r\n").unwrap_or_default();
        assert!(head.starts_with("HTTP/1.1 408 ") && problem.contains("request-timeout"), "{end:?}");
    }
    assert!(took.len() > 10 && took[took.len() / 2] < Duration::from_secs(1), "{took:?}");
    let tally = scene.tally(&customers).await;
    tally.is_good(0);
    assert_eq!((tally.answered, scene.books().heard()), (customers.len(), customers.len()));
}

/// What became of a slow client.
#[derive(Debug)]
struct Ended {
    after: Duration,
    answer: String,
}

fn many(port: u16, beginning: &'static str) -> Vec<JoinHandle<Ended>> {
    (0..SLOW).map(|_| tokio::spawn(dribble(port, beginning))).collect()
}

async fn ended(clients: Vec<JoinHandle<Ended>>) -> Vec<Ended> {
    join_all(clients).await.into_iter().map(|end| end.expect("cut off")).collect()
}

/// Sends a beginning and then a byte every 200 ms, for ever; returns when it was cut off.
async fn dribble(port: u16, beginning: &str) -> Ended {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.write_all(beginning.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    loop {
        let pause = tokio::time::timeout(Duration::from_millis(200), stream.read_buf(&mut answer));
        match pause.await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) => {}
            Err(_) if stream.write_all(b"z").await.is_err() => break,
            Err(_) => assert!(begun.elapsed() < AT_THE_LATEST, "a slow client is cut off"),
        }
    }
    Ended { after: begun.elapsed(), answer: String::from_utf8_lossy(&answer).into_owned() }
}

/// What a process of these houses may have open: enough for itself, and for a few clients.
const FILES: u64 = 128;
/// Clients who connect and say nothing.
const IDLE: usize = 200;
/// A failed accept waits that long for others to finish.
const PAUSE: Duration = Duration::from_millis(100);

/// File descriptors run out in the midst of work. What was taken is finished, what comes waits before the door, and the
/// log says why; when the idle ones have gone, all is as before.
///
/// proves: FI-01, PL-09
#[rstest]
#[case::sqlite(Layout::File)]
#[case::postgres(Layout::Single)]
#[case::roles(ONE_OF_EACH)]
#[tokio::test]
async fn nothing_is_lost_when_file_descriptors_run_out(#[case] layout: Layout) {
    let mut scene = Scene::set_on(Ground::lay(layout)).await;
    let few = ["prlimit".to_owned(), format!("--nofile={FILES}")];
    for house in scene.houses() {
        // Who is idle is not cut off here.
        house.resettle("header_wait = \"2 s\"", "header_wait = \"2 min\"");
        house.start_under(&few, None).await;
    }
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 200, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(40);
    let mut books = scene.books();
    until("lines are under way", || books.sending() > 0).await;
    let begun = Instant::now();
    let mut idle = Vec::new();
    for port in scene.houses().map(|house| house.port()).collect::<Vec<_>>() {
        let at_once = (0..IDLE).map(|_| TcpStream::connect(("127.0.0.1", port)));
        idle.extend(join_all(at_once).await.into_iter().map(|one| one.expect("a place in the queue")));
    }
    for house in scene.houses() {
        until("it runs out of them", || refusals(house) > 0).await;
    }
    crowd.write(20);
    tokio::time::sleep(Duration::from_secs(5)).await;
    for house in scene.houses() {
        assert_eq!(house.ended(), None, "{}", house.last_words());
    }
    drop(idle);
    for house in scene.houses() {
        until_told("it is ready again", || house.is_ready()).await;
    }
    crowd.write(10);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    // A connection that ends gives one back, which is worth a try at once.
    let most = begun.elapsed().as_millis() / PAUSE.as_millis() + (IDLE + 70) as u128;
    println!("without file descriptors ({}): {tally:?}", layout.words());
    tally.is_good(0);
    assert_eq!((tally.answered, scene.books().heard()), (70, 70));
    for house in scene.houses() {
        let told = refusals(house);
        println!(
            "{}: {told} failed accepts, {:?} files open afterwards",
            house.role(),
            open_files(house).await
        );
        assert!(told as u128 <= most, "it does not try again and again: {told} of {most}");
        assert!(open_files(house).await.is_some_and(|open| open < FILES / 2), "they are given back");
    }
}

/// How often a house has told that no more could be taken.
fn refusals(house: &House) -> usize {
    let told =
        |line: &&str| line.contains("failed to accept a connection") && line.contains("Too many open files");
    house.log().lines().filter(told).count()
}

async fn open_files(house: &House) -> Option<u64> {
    house.readiness().await?["process"]["open_files"].as_u64()
}
