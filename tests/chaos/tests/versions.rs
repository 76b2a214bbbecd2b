//! Processes that do not agree: about the time, or about the shape of what is stored.

use rstest::rstest;

use crate::stage::{CONCURRENCY, Crowd, Ground, Layout, SHOP, Scene, until};

const TWO_WORKERS: Layout = Layout::Several { webs: 1, workers: 2 };

/// Leases and deadlines are times. A worker whose clock is off may take others' for passed, or hold its own for longer; then
/// the other is slower, and nothing else.
///
/// proves: CV-01, FI-01
#[rstest]
#[case::five_minutes_ahead("+5m")]
#[case::five_minutes_behind("-5m")]
#[tokio::test]
async fn a_worker_whose_clock_is_off_loses_nothing_and_doubles_nothing(#[case] off: &str) {
    let mut scene = Scene::set_on(Ground::lay(TWO_WORKERS)).await;
    // What waits is counted in seconds, which pass for it as for everybody.
    let wrapper = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", off];
    let wrapper: Vec<String> = wrapper.iter().map(|word| (*word).to_owned()).collect();
    scene.house.start(None).await;
    scene.others[0].start_under(&wrapper, None).await;
    scene.others[1].start(None).await;
    let fault = serde_json::json!({ "fault": "pass", "delay_ms": 60, "times": 0 });
    scene.provider.fails(SHOP, fault).await;
    let mut crowd = Crowd::of(&scene.provider);
    for _ in 0..4 {
        crowd.write(25);
        crowd.all_heard().await;
    }
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("a clock is off by {off}: {tally:?}");
    tally.is_good(CONCURRENCY);
}

/// A conversation that a newer worker has written is left to it, with whatever comes for it; all others go on.
///
/// proves: PL-22, CV-01
#[tokio::test]
async fn what_a_newer_worker_has_written_is_left_to_it() {
    let mut scene = Scene::open_on(Ground::lay(Layout::Several { webs: 1, workers: 1 })).await;
    scene.provider.says(SHOP, "7700001", "What are your opening hours?").await;
    scene.settle().await;
    let shape = |from: u32, to: u32| {
        format!(
            "UPDATE conversations SET inside = replace(inside::text, '\"shape\":{from}', '\"shape\":{to}')::json \
             WHERE inside::text LIKE '%\"shape\":{from}%'"
        )
    };
    let known = scene.books().shape();
    scene.books().change(&shape(known, 99));
    scene.provider.says(SHOP, "7700001", "What are your opening hours? (2)").await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(20);
    crowd.all_heard().await;
    let mut books = scene.books();
    until("everybody else is answered", || books.waiting() == 1).await;
    let tally = scene.tally(&crowd.customers).await;
    assert_eq!((tally.answered, tally.lost, tally.doubled), (20, 0, 0), "{tally:?}");
    let got = |sent: Vec<crate::stage::Sent>| sent.iter().filter(|one| one.customer == "7700001").count();
    assert_eq!(got(scene.provider.sent(SHOP).await), 1, "nothing is answered that it cannot read");
    assert_eq!(scene.books().dead_letters(), 0);
    // The newer worker takes its turn; here it only gives the conversation back as it was.
    scene.books().change(&shape(99, known));
    scene.settle().await;
    assert_eq!(got(scene.provider.sent(SHOP).await), 2);
    assert_eq!(scene.houses().filter_map(|house| house.ended()).count(), 0);
}
