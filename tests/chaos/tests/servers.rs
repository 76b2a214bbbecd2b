//! The servers' bad days: PostgreSQL stops, gives few connections, cannot be used; Redis stops, forgets, is slow.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tradepost_tests_servers::Stop;

use crate::stage::{
    BRANCH, CONCURRENCY, Crowd, Ground, House, Layout, SHOP, Scene, command, refused, tradepost, until,
    until_told,
};

const ONE_OF_EACH: Layout = Layout::Several { webs: 1, workers: 1 };

/// What is under way at the moment may be uncertain; everything else is as if nothing had happened.
///
/// proves: PL-11, FI-01
#[rstest]
#[case::one_process_fast(Layout::Single, Stop::Fast)]
#[case::one_process_crash(Layout::Single, Stop::Immediate)]
#[case::roles_fast(ONE_OF_EACH, Stop::Fast)]
#[case::roles_crash(ONE_OF_EACH, Stop::Immediate)]
#[tokio::test]
async fn postgres_stops_and_starts_under_load(#[case] layout: Layout, #[case] how: Stop) {
    let mut scene = Scene::open_on(Ground::lay(layout)).await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 100, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    const STOPS: usize = 2;
    for _ in 0..STOPS {
        crowd.write(30);
        let mut books = scene.books();
        until("lines are under way", || books.sending() > 0).await;
        scene.ground.postgres().stop(how);
        crowd.write(10);
        tokio::time::sleep(Duration::from_secs(3)).await;
        for house in scene.houses() {
            assert_eq!(house.ended(), None, "{}", house.last_words());
        }
        scene.ground.postgres().start_again();
    }
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("PostgreSQL stopped ({how:?}) {STOPS} times under {}: {tally:?}", layout.words());
    tally.is_good(STOPS * CONCURRENCY);
}

/// Redis only makes things fast.
///
/// proves: PL-03, PL-04
#[tokio::test]
async fn redis_stops_forgets_and_is_slow_under_load() {
    let mut scene = Scene::open_on(Ground::lay(ONE_OF_EACH)).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(20);
    scene.ground.redis().stop();
    crowd.write(20);
    crowd.all_heard().await;
    let begun = Instant::now();
    scene.settle().await;
    println!("without Redis everything was settled in {:?}", begun.elapsed());
    until_told("readiness tells that Redis is away", || async { !scene.house.reaches_others().await }).await;
    scene.ground.redis().start_again();
    until_told("readiness tells that Redis is back", || async { scene.house.reaches_others().await }).await;
    crowd.write(20);
    scene.ground.redis().flush();
    crowd.write(20);
    crowd.all_heard().await;
    scene.settle().await;
    scene.ground.redis().pause();
    crowd.write(20);
    crowd.all_heard().await;
    scene.settle().await;
    scene.ground.redis().resume();
    crowd.write(20);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("Redis stopped, forgot and was slow: {tally:?}");
    tally.is_good(0);
    assert_eq!(tally.answered, 120);
}

/// A worker hears of work through Redis at once, not by its sweep.
///
/// proves: PL-04
#[tokio::test]
async fn words_travel_between_roles_without_waiting_for_a_sweep() {
    let scene = Scene::open_on(Ground::lay(ONE_OF_EACH)).await;
    scene.provider.says(SHOP, "8800001", "What are your opening hours?").await;
    scene.settle().await;
    let mut took = Vec::new();
    for number in 0..10 {
        let begun = Instant::now();
        scene.provider.says(BRANCH, &format!("99{number:05}"), "What are your opening hours?").await;
        while scene.provider.sent(BRANCH).await.len() <= number {
            assert!(begun.elapsed() < Duration::from_secs(20), "answered");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        took.push(begun.elapsed());
    }
    took.sort();
    println!("from a customer's word to the answer, over two processes: {took:?}");
    assert!(took[5] < Duration::from_millis(700), "the median is below a sweep's second: {took:?}");
}

/// Two connections for everything: units wait for each other, and none is lost.
#[tokio::test]
async fn few_connections_are_enough() {
    let mut scene = Scene::set_on(Ground::lay(Layout::Single)).await;
    scene.house.resettle("[store]\n", "[store]\nconnections = 2\n");
    scene.start().await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(150);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("with two connections: {tally:?}");
    tally.is_good(0);
}

/// proves: PL-03
#[tokio::test]
async fn a_second_process_without_redis_is_refused() {
    let mut scene = Scene::open_on(Ground::lay(Layout::Single)).await;
    let lines = scene.ground.settings("data", None);
    let second = House::furnish(scene.folder().join("second"), "all", &lines, scene.provider.base());
    let (code, told) = refused(command(tradepost()).args(["serve", "--config"]).arg(second.settings()));
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("is taken") && told.contains("another tradepost process uses it"), "{told}");
    let ours = scene.house.run(&["inbox", "list"]);
    assert!(ours.status.success(), "commands work beside it: {ours:?}");
    let (code, told) =
        refused(command(tradepost()).args(["serve", "--role", "web", "--config"]).arg(second.settings()));
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("need PostgreSQL and Redis"), "{told}");
    assert_eq!(scene.house.ended(), None);
}

/// proves: PL-22
#[tokio::test]
async fn five_processes_migrate_at_once_and_a_newer_schema_is_refused() {
    let mut scene = Scene::set_on(Ground::lay(Layout::Single)).await;
    let database = scene.ground.postgres().fresh_database();
    let mut migrating = Vec::new();
    for number in 0..5 {
        let lines = format!("[store]\npostgres = \"{database}\"\n");
        let folder = scene.folder().join(format!("migrates{number}"));
        let house = House::furnish(folder, "all", &lines, scene.provider.base());
        migrating.push(tokio::task::spawn_blocking(move || house.run(&["migrate"])));
    }
    for migrated in join_all(migrating).await {
        let migrated = migrated.expect("run");
        assert!(migrated.status.success(), "{migrated:?}");
    }
    scene.books().change("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    let (code, told) = refused(command(tradepost()).args(["serve", "--config"]).arg(scene.house.settings()));
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("9999") && told.contains("start a newer program"), "{told}");
}

/// What stands in the way of PostgreSQL is said with what can be done.
#[rstest]
#[case::nobody_there("127.0.0.1:1/", "start PostgreSQL")]
#[case::no_database("/nowhere_to_be_found", "make the database")]
#[case::unreadable("postgres:/;", "cannot be read")]
#[tokio::test]
async fn a_database_that_cannot_be_used_is_said_plainly(#[case] wrong: &str, #[case] mending: &str) {
    let mut scene = Scene::set_on(Ground::lay(Layout::Single)).await;
    let good = scene.ground.database(None).expect("an address");
    let bad = match wrong.strip_prefix("127.0.0.1:1/") {
        Some(_) => good.replace(&format!(":{}/", scene.ground.postgres().port()), ":1/"),
        None if wrong.starts_with('/') => good.rsplit_once('/').expect("a path").0.to_owned() + wrong,
        None => wrong.to_owned(),
    };
    scene.house.resettle(&good, &bad);
    let (code, told) = refused(command(tradepost()).args(["serve", "--config"]).arg(scene.house.settings()));
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains(mending), "{told}");
}
