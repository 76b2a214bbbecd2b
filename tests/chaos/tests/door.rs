//! What comes through the door: the same again and again, too much; and a house that cannot be opened.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::stage::{AT_THE_LATEST, SHOP, Scene, client, command, refused, tradepost};

const ASKED: &str = "What are your opening hours?";

/// proves: IN-04
#[tokio::test]
async fn an_event_from_50_connections_at_once_has_one_effect_and_none_after_a_restart() {
    let mut scene = Scene::open().await;
    let wish = json!({ "kind": "text", "text": ASKED, "deliver": { "times": 50, "at_once": true } });
    let told = scene.provider.does(SHOP, "8800001", wish).await;
    let posts = told["posts"].as_array().cloned().unwrap_or_default();
    assert_eq!(posts.len(), 50);
    assert!(posts.iter().all(|post| post["status"] == 200), "{told}");
    one_effect(&scene).await;
    scene.house.restart().await;
    let http = client();
    let again = || async {
        let post = http.post(scene.house.url("/webhooks/instagram/main"));
        let post = post.header("x-hub-signature-256", posts[0]["signature"].as_str().expect("signed"));
        post.body(posts[0]["body"].as_str().expect("a body").to_owned())
            .send()
            .await
            .expect("answered")
            .status()
    };
    let answers = join_all((0..50).map(|_| again())).await;
    assert!(answers.iter().all(|status| status.as_u16() == 200), "{answers:?}");
    one_effect(&scene).await;
}

async fn one_effect(scene: &Scene) {
    scene.settle().await;
    let mut books = scene.books();
    assert_eq!((books.events("filed"), books.heard(), books.lines().len()), (1, 1, 1));
    assert_eq!(scene.provider.sent(SHOP).await.len(), 1);
}

/// What was accepted is durable; what becomes of it is nobody's wait.
///
/// proves: IN-03
#[tokio::test]
async fn an_accepted_event_waits_for_no_provider() {
    const SLOW: Duration = Duration::from_secs(3);
    let scene = Scene::open().await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": SLOW.as_millis(), "times": 0 })).await;
    let begun = Instant::now();
    let told = scene.provider.says(SHOP, "6600001", ASKED).await;
    let took = begun.elapsed();
    assert_eq!(told["posts"][0]["status"], 200, "{told}");
    assert!(took < SLOW, "it took {took:?}");
    scene.settle().await;
    assert!(begun.elapsed() >= SLOW, "the provider was slow");
    assert_eq!(scene.provider.sent(SHOP).await.len(), 1);
}

/// proves: CV-01
#[tokio::test]
async fn two_messages_of_one_contact_at_once_are_both_heard() {
    const CONTACTS: usize = 20;
    let scene = Scene::open().await;
    let pairs = (0..CONTACTS).map(|number| {
        let (scene, customer) = (&scene, format!("77{number:05}"));
        async move {
            let first = scene.provider.says(SHOP, &customer, "What are your opening hours? (1)");
            let second = scene.provider.says(SHOP, &customer, "What are your opening hours? (2)");
            tokio::join!(first, second)
        }
    });
    join_all(pairs).await;
    scene.settle().await;
    let (mut books, sent) = (scene.books(), scene.provider.sent(SHOP).await);
    let lines = books.lines();
    assert_eq!((books.heard(), books.dead_letters()), (2 * CONTACTS, 0));
    assert_eq!(sent.len(), lines.len(), "each line once");
    for number in 0..CONTACTS {
        let customer = format!("77{number:05}");
        let mut got: Vec<_> =
            sent.iter().filter(|one| one.customer == customer).map(|one| &one.text).collect();
        let lines = got.len();
        got.dedup();
        assert!(matches!(lines, 1 | 2) && got.len() == lines, "{customer} got {got:?}");
    }
}

/// proves: IN-04, IN-05
#[tokio::test]
async fn a_thousand_messages_in_one_post_with_a_bad_one_among_them_are_all_taken() {
    let scene = Scene::open().await;
    let now = scene.provider.now_ms().await;
    let good = |number: usize| {
        json!({ "sender": { "id": format!("66{:05}", number % 100) }, "recipient": { "id": SHOP },
            "timestamp": now, "message": { "mid": format!("mid-{number}"), "text": ASKED } })
    };
    let mut messages: Vec<_> = (0..1_000).map(good).collect();
    messages[500] = json!({ "sender": "nobody", "message": 17 });
    let body =
        json!({ "object": "instagram", "entry": [{ "id": SHOP, "time": now, "messaging": messages }] });
    let told =
        scene.provider.does(SHOP, "6600000", json!({ "kind": "raw_body", "body": body.to_string() })).await;
    assert_eq!(
        (&told["posts"][0]["status"], &told["posts"][0]["attempts"]),
        (&json!(200), &json!(1)),
        "{told}"
    );
    scene.settle().await;
    let mut books = scene.books();
    assert_eq!((books.events("filed"), books.events("unparsed"), books.heard()), (999, 1, 999));
    let (sent, lines) = (scene.provider.sent(SHOP).await, books.lines());
    assert_eq!(sent.len(), lines.len());
    assert!(lines.len() >= 100 && lines.iter().all(|line| line.delivery == "sent"), "{} lines", lines.len());
}

/// The answer comes as soon as the headers are read. Who goes on writing meanwhile reads it all the same: what is sent is
/// read away before the connection is closed.
///
/// proves: PL-09
#[tokio::test]
async fn four_mebibytes_are_refused_and_the_house_goes_on() {
    let scene = Scene::open().await;
    let body = "x".repeat(4 * 1024 * 1024);
    let head = format!(
        "POST /webhooks/instagram/main HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", scene.house.port())).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    let read = tokio::time::timeout(AT_THE_LATEST, stream.read_to_string(&mut answer)).await;
    read.expect("in time").expect("an answer");
    let (line, problem) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let problem: Value = serde_json::from_str(problem).expect("a problem document");
    assert!(line.starts_with("HTTP/1.1 413 ") && problem["status"] == 413, "{answer}");
    let (http, url) = (client(), scene.house.url("/webhooks/instagram/main"));
    let at_once = join_all((0..20).map(|_| http.post(&url).body(body.clone()).send())).await;
    for answer in at_once {
        assert_eq!(answer.expect("an answer, no reset").status().as_u16(), 413);
    }
    let mut stream = TcpStream::connect(("127.0.0.1", scene.house.port())).await.expect("a connection");
    stream.write_all([head, body].concat().as_bytes()).await.expect("all of it");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("no reset");
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("problem+json"), "{answer}");
    goes_on(&scene).await;
}

/// A customer is answered.
async fn goes_on(scene: &Scene) {
    scene.provider.says(SHOP, "8800009", ASKED).await;
    scene.settle().await;
    assert_eq!(scene.provider.sent(SHOP).await.len(), 1);
    assert!(scene.house.is_ready().await);
}

/// A data directory that cannot be one, since a file has its place.
#[tokio::test]
async fn an_unwritable_data_directory_is_told_at_start() {
    let scene = Scene::set().await;
    scene.house.resettle("data = \"data\"", "data = \"tradepost.toml/data\"");
    let (code, told) = refused(command(tradepost()).args(["serve", "--config"]).arg(scene.house.settings()));
    assert_eq!(code, Some(3), "{told}");
    assert!(
        told.contains("failed to use the data directory") && told.contains("tradepost.toml/data"),
        "{told}"
    );
}

/// Real file systems, mounted where only this process sees them. Whatever it is that fails — the first proof, the lock,
/// the store's file, its schema — one message tells which directory it is, and what can be done.
///
/// proves: FI-11
#[tokio::test]
async fn a_disk_without_room_or_rights_is_told_at_start() {
    let full = ("No space left on device", "make room for 1 MiB at least");
    let read_only = ("Read-only file system", "let this user write there");
    let cases = [
        ("serve", "size=32k", full),
        ("serve", "size=64k", full),
        ("serve", "size=200k", full),
        ("serve", "size=500k", full),
        ("serve", "size=1000k", full),
        ("serve", "nr_inodes=2", full),
        ("serve", "ro", read_only),
        // These prove nothing before: the store's own schema finds no room.
        ("migrate", "size=64k", full),
        ("migrate", "size=200k", full),
        ("migrate", "nr_inodes=2", full),
        ("migrate", "ro", read_only),
    ];
    let scene = Scene::set().await;
    let small = scene.house.settings().with_file_name("small");
    std::fs::create_dir(&small).expect("made");
    scene.house.resettle("data = \"data\"", "data = \"small\"");
    for (order, mount, (cause, mending)) in cases {
        let script = "mount -t tmpfs -o \"$1\" none \"$2\" && exec \"$3\" \"$4\" --config \"$5\"";
        let mut house = command("unshare");
        house.args(["--mount", "--map-root-user", "sh", "-c", script, "sh", mount]).arg(&small);
        let (code, words) = refused(house.arg(tradepost()).arg(order).arg(scene.house.settings()));
        assert_eq!(code, Some(3), "{order} {mount}: {words}");
        let told: Vec<_> = words.lines().filter(|line| line.starts_with("tradepost: ")).collect();
        let [told] = told[..] else { panic!("{order} {mount}: one message, not {told:?}") };
        let begins = format!("tradepost: failed to use the data directory {}: {cause}", small.display());
        assert!(told.starts_with(&begins) && told.contains(mending), "{order} {mount}: {told}");
        assert!(told.contains("[store]"), "{order} {mount}: {told}");
    }
}
