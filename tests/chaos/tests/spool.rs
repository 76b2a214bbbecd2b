//! PostgreSQL is away, and customers write all the same.

use std::{os::unix::process::ExitStatusExt, time::Duration};

use rstest::rstest;
use rustix::process::Signal;
use serde_json::json;
use tradepost_tests_servers::Stop;

use crate::stage::{CONCURRENCY, Crowd, Ground, House, Layout, SHOP, Scene, Tracee, until, until_told};

const ASKED: &str = "What are your opening hours?";
const ONE_OF_EACH: Layout = Layout::Several { webs: 1, workers: 1 };

/// Is the process ready, but for the database?
async fn degraded(house: &House) -> bool {
    house.readiness().await.is_some_and(|told| told["status"] == "degraded")
}

/// What is taken while the database is away is answered afterwards, in the order of writing, once.
///
/// proves: FI-13, PL-06
#[rstest]
#[case::one_process(Layout::Single)]
#[case::roles(ONE_OF_EACH)]
#[tokio::test]
async fn webhooks_are_taken_while_postgres_is_away(#[case] layout: Layout) {
    const CUSTOMERS: usize = 10;
    const WORDS: usize = 4;
    let mut scene = Scene::open_on(Ground::lay(layout)).await;
    scene.ground.postgres().stop(Stop::Fast);
    for number in 0..WORDS {
        for customer in 0..CUSTOMERS {
            let told =
                scene.provider.says(SHOP, &format!("77{customer:05}"), &format!("{ASKED} ({number})")).await;
            assert_eq!(
                (&told["posts"][0]["status"], &told["posts"][0]["attempts"]),
                (&200.into(), &1.into()),
                "{told}"
            );
        }
    }
    until_told("it says so", || degraded(&scene.house)).await;
    let told = scene.house.readiness().await.unwrap_or_default();
    assert_eq!(told["spool"]["waiting"], (WORDS * CUSTOMERS) as u64, "{told}");
    scene.ground.postgres().start_again();
    let mut books = scene.books();
    until("everything is in the store", || books.heard() == WORDS * CUSTOMERS).await;
    scene.settle().await;
    until_told("it is ready again", || scene.house.is_ready()).await;
    let told = scene.house.readiness().await.unwrap_or_default();
    assert_eq!((&told["spool"]["waiting"], &told["spool"]["bytes"]), (&0.into(), &0.into()), "{told}");
    let (sent, lines) = (scene.provider.sent(SHOP).await, books.lines());
    for customer in 0..CUSTOMERS {
        let customer = format!("77{customer:05}");
        let said = books.words_of(&customer);
        assert_eq!(said.len(), WORDS, "all of them: {said:?}");
        assert!(
            said.iter().zip(0..).all(|(words, n)| words.contains(&format!("({n})"))),
            "in order: {said:?}"
        );
        // Words that waited together are answered together, with the first one's; no later words are answered earlier.
        let got: Vec<_> = sent.iter().filter(|one| one.customer == customer).map(|one| &one.text).collect();
        let mut once = got.clone();
        once.sort();
        once.dedup();
        assert_eq!(got, once, "{customer}'s answers, each once and in order");
        assert!(got.first().is_some_and(|first| first.contains("(0)")), "{customer} got {got:?}");
        let ours: Vec<_> = lines.iter().filter(|line| line.peer == customer).collect();
        assert!(
            ours.len() == got.len() && ours.iter().all(|line| line.delivery == "sent"),
            "{ours:?}, {got:?}"
        );
    }
    assert_eq!(books.unanswered(), 0, "nobody's last words are without an answer");
}

/// What was answered with 200 survives the process that took it.
///
/// proves: FI-13, FI-01
#[tokio::test]
async fn a_kill_while_postgres_is_away_loses_nothing() {
    let mut scene = Scene::open_on(Ground::lay(ONE_OF_EACH)).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(10);
    crowd.all_heard().await;
    scene.ground.postgres().stop(Stop::Immediate);
    crowd.write(40);
    crowd.all_heard().await;
    scene.house.signal(Signal::KILL);
    assert_eq!(scene.house.end().await.signal(), Some(9));
    scene.ground.postgres().start_again();
    scene.house.start(None).await;
    scene.settle().await;
    let mut books = scene.books();
    until("everything is in the store", || books.heard() == 50).await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("killed with a full spool: {tally:?}");
    tally.is_good(CONCURRENCY);
}

/// Kills while the spool is being flushed: what is filed twice has one effect.
///
/// proves: FI-13, IN-04
#[tokio::test]
async fn kills_while_the_spool_is_flushed_double_nothing() {
    let mut scene = Scene::open_on(Ground::lay(ONE_OF_EACH)).await;
    let mut crowd = Crowd::of(&scene.provider);
    for round in 0..3_u64 {
        scene.ground.postgres().stop(Stop::Fast);
        crowd.write(60);
        crowd.all_heard().await;
        scene.ground.postgres().start_again();
        tokio::time::sleep(Duration::from_millis(100 * round)).await;
        scene.house.signal(Signal::KILL);
        assert_eq!(scene.house.end().await.signal(), Some(9));
        scene.house.start(None).await;
    }
    let mut books = scene.books();
    until("everything is in the store", || books.heard() == 180).await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("killed while flushing: {tally:?}");
    tally.is_good(3 * CONCURRENCY);
    assert_eq!(scene.books().heard(), 180);
}

/// A real file system without room, where only this process sees it: what does not fit is refused, and comes again; what was
/// taken is kept.
///
/// proves: FI-13
#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let mut scene = Scene::set_on(Ground::lay(Layout::Several { webs: 1, workers: 1 })).await;
    let small = scene.house.settings().with_file_name("data");
    std::fs::create_dir_all(&small).expect("made");
    let script = "mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\"";
    let wrapper = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, &small.to_string_lossy()];
    scene.house.start_under(&wrapper.map(str::to_owned), None).await;
    scene.others[0].start(None).await;
    scene.ground.postgres().stop(Stop::Fast);
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(150);
    until_told("the disk is full", || async {
        let told = scene.house.readiness().await.unwrap_or_default();
        told["status"] == "not_ready"
            && told["spool"]["full"].as_str().is_some_and(|why| why.contains("disk"))
    })
    .await;
    let held = scene.house.readiness().await.unwrap_or_default()["spool"]["waiting"].clone();
    println!("the disk was full with {held} records");
    assert!(held.as_u64().is_some_and(|held| held > 10), "{held}");
    scene.ground.postgres().start_again();
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("with a full disk: {tally:?}");
    tally.is_good(CONCURRENCY);
    assert_eq!(scene.books().heard(), 150);
}

/// A disk that fails to sync, as the kernel would say it: strace puts the error in the place of the system call's answer.
/// Whoever's record was not synced hears 503, and nothing of that record is left, on disk or later in the store; what was
/// synced before and after is kept, through a `kill -9`, too.
///
/// proves: FI-13
#[rstest]
#[case::of_records("fdatasync", "3..6", [200, 200, 503, 503, 503, 503, 200, 200])]
#[case::of_a_new_files_name("fsync", "1..3", [503, 503, 503, 200, 200, 200, 200, 200])]
#[tokio::test]
async fn a_failed_sync_refuses_and_keeps_what_was_taken(
    #[case] call: &str,
    #[case] which: &str,
    #[case] answers: [u16; 8],
) {
    let mut scene = Scene::set_on(Ground::lay(ONE_OF_EACH)).await;
    let data = scene.house.settings().with_file_name("data");
    let (spool, calls) = (data.join("spool/00"), data.with_file_name("calls"));
    std::fs::create_dir_all(&spool).expect("made");
    let fails = Tracee::new(calls.clone()).failing(call, which, (call == "fsync").then_some(&*spool));
    scene.house.start_under(&fails, None).await;
    scene.others[0].start(None).await;
    scene.ground.postgres().stop(Stop::Fast);
    let (mut told, mut taken) = (Vec::new(), Vec::new());
    for number in 0..answers.len() {
        let customer = format!("88{number:05}");
        let once =
            json!({ "kind": "text", "text": format!("{ASKED} ({number})"), "deliver": { "retries": 0 } });
        let post = scene.provider.does(SHOP, &customer, once).await["posts"][0].clone();
        told.push(post["status"].as_u64().unwrap_or_default());
        taken.extend((post["status"] == 200).then_some(customer));
    }
    let failed = std::fs::read_to_string(&calls).expect("strace writes");
    assert_eq!(told, answers.map(u64::from), "{failed}");
    let refused = told.iter().filter(|status| **status == 503).count();
    assert_eq!(
        failed.lines().filter(|line| line.contains("EIO") && line.contains("INJECTED")).count(),
        refused,
        "{failed}"
    );
    let readiness = scene.house.readiness().await.unwrap_or_default();
    assert_eq!(readiness["spool"]["waiting"], taken.len() as u64, "{readiness}");
    assert!(scene.house.log().contains("failed to write to the spool"), "{}", scene.house.last_words());
    let names =
        std::fs::read_dir(&spool).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let files: Vec<_> = names.filter(|name| name.to_string_lossy().ends_with(".spool")).collect();
    assert_eq!(files.len(), if call == "fsync" { 1 } else { 2 }, "no file is left of what failed: {files:?}");
    scene.house.signal(Signal::KILL);
    scene.house.end().await;
    scene.house.is_gone().await;
    scene.ground.postgres().start_again();
    scene.house.start(None).await;
    let mut books = scene.books();
    until("everything is in the store", || books.heard() == taken.len()).await;
    scene.settle().await;
    let tally = scene.tally(&taken).await;
    println!("{call} failed {refused} times: {tally:?}");
    tally.is_good(0);
    let mut answered: Vec<_> = scene.provider.sent(SHOP).await.into_iter().map(|one| one.customer).collect();
    answered.sort();
    assert_eq!((answered, books.heard()), (taken.clone(), taken.len()), "and nobody else's words were taken");
}
