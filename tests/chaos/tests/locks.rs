//! Somebody has locked conversations, as a worker does that was cut off in the midst of a turn.

use std::{sync::Arc, thread};

use tradepost_tests_servers::ask;

use crate::stage::{Crowd, Ground, Layout, SHOP, Scene, until};

/// As many units wait for a lock as there are places for units; everybody else is heard all the same, and those whose
/// conversations were locked are heard when they are free.
///
/// proves: IN-03
#[tokio::test]
async fn locked_conversations_keep_no_other_waiting() {
    let scene = Scene::open_on(Ground::lay(Layout::Single)).await;
    for customer in ["first", "second"] {
        assert_eq!(scene.provider.says(SHOP, customer, "Hello!").await["posts"][0]["status"], 200);
    }
    scene.settle().await;
    let url = scene.ground.database(None).expect("an address");
    let counted = |what: &str| ask(&url, what).expect("an answer").trim().to_owned();
    let lock = "BEGIN; SELECT id FROM conversations FOR UPDATE; SELECT pg_sleep(4); COMMIT";
    let locker = thread::spawn({
        let url = url.clone();
        move || ask(&url, lock)
    });
    let sleeps = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    until("the conversations are locked", || counted(sleeps) == "1").await;
    let mut waiting = Vec::new();
    for (place, customer) in ["first", "second"].into_iter().enumerate() {
        let provider = Arc::clone(&scene.provider);
        waiting.push(tokio::spawn(async move { provider.says(SHOP, customer, "Are you there?").await }));
        let all = (place + 1).to_string();
        until("a unit waits", || {
            counted("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted") == all
        })
        .await;
    }
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(20);
    crowd.all_heard().await;
    assert!(!locker.is_finished(), "they were heard while the conversations were locked");
    for told in waiting {
        assert_eq!(told.await.expect("told")["posts"][0]["status"], 200);
    }
    locker.join().expect("no panic").expect("unlocked");
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("beside locked conversations: {tally:?}");
    assert_eq!((tally.answered, tally.lost, tally.doubled), (20, 0, 2), "two have written twice");
}
