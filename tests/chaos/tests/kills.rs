//! `kill -9` of the real process at every stage of the route, while customers write.

use std::{
    os::unix::process::ExitStatusExt,
    time::{Duration, Instant},
};

use futures::future::join_all;
use rstest::rstest;
use rustix::process::Signal;
use serde_json::json;

use crate::stage::{AT_THE_LATEST, CONCURRENCY, Crowd, Ground, Layout, SHOP, Scene, Tally};

/// The stages of the route, as the engine names them.
const STAGES: [&str; 6] = ["accepted", "turning", "claimed", "sending", "answered", "settling"];
/// A process dies when it reaches the stage for the so-manieth time; then the next one is started.
const TIMES: [usize; 4] = [1, 2, 4, 7];
/// Customers who write at once.
const AT_ONCE: usize = 8;
/// How long a process that has taken everything is watched before more customers write.
const WATCHED: Duration = Duration::from_secs(2);

/// proves: FI-01
#[rstest]
#[case::sqlite(Layout::File)]
#[case::postgres(Layout::Single)]
#[case::postgres_and_redis(Layout::Several { webs: 1, workers: 1 })]
#[tokio::test]
async fn a_kill_at_any_stage_loses_nothing_and_doubles_nothing(#[case] layout: Layout) {
    let tallies = join_all(STAGES.map(|stage| killed_at(layout, stage))).await;
    println!("{}", table(layout, &tallies));
    for tally in &tallies {
        tally.is_good(TIMES.len() * CONCURRENCY);
        assert!(tally.accepted >= TIMES.len() * AT_ONCE / 2, "customers wrote: {tally:?}");
    }
}

/// Kills again and again at one stage, then lets the last process finish.
async fn killed_at(layout: Layout, stage: &str) -> Tally {
    let mut scene = Scene::set_on(Ground::lay(layout)).await;
    let mut crowd = Crowd::of(&scene.provider);
    for times in TIMES {
        let victim = scene.at_stage(stage).port();
        for house in scene.houses() {
            let place = format!("{stage}:{times}");
            let place = (house.port() == victim).then_some(place.as_str());
            if place.is_some() || !house.runs() {
                house.start(place).await;
            }
        }
        write_until_it_dies(&mut scene, &mut crowd, stage).await;
        let status = scene.at_stage(stage).end().await;
        assert_eq!(status.signal(), Some(9), "{stage}: killed, not ended: {status}");
    }
    scene.at_stage(stage).start(None).await;
    crowd.all_heard().await;
    scene.settle().await;
    scene.tally(&crowd.customers).await
}

/// Eight at once; when all are heard and the process lives on for a while, the next eight.
async fn write_until_it_dies(scene: &mut Scene, crowd: &mut Crowd, stage: &str) {
    let begun = Instant::now();
    let victim = scene.at_stage(stage);
    while victim.ended().is_none() {
        assert!(begun.elapsed() < AT_THE_LATEST, "the process reached its end at last");
        crowd.write(AT_ONCE);
        let mut heard_at = None;
        while victim.ended().is_none() && heard_at.is_none_or(|at: Instant| at.elapsed() < WATCHED) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if heard_at.is_none() && crowd.is_heard() {
                heard_at = Some(Instant::now());
            }
            assert!(begun.elapsed() < AT_THE_LATEST, "the house took the words");
        }
    }
}

fn table(layout: Layout, tallies: &[Tally]) -> String {
    let mut text = format!(
        "the kill table: {}\n{:<10}{:>6}{:>10}{:>10}{:>9}{:>6}{:>11}",
        layout.words(),
        "stage",
        "kills",
        "accepted",
        "answered",
        "doubled",
        "lost",
        "uncertain"
    );
    for (stage, tally) in STAGES.iter().zip(tallies) {
        let Tally { accepted, answered, doubled, lost, uncertain, .. } = tally;
        let kills = TIMES.len();
        text += &format!(
            "\n{stage:<10}{kills:>6}{accepted:>10}{answered:>10}{doubled:>9}{lost:>6}{uncertain:>11}"
        );
    }
    text + &format!("\nuncertain may be kills x concurrency: {}", TIMES.len() * CONCURRENCY)
}

/// Kills at random: any process, at any moment, while customers write; the killed one is started at once.
///
/// proves: FI-01, PL-04, CV-01
#[rstest]
#[case::sqlite(Layout::File)]
#[case::postgres(Layout::Single)]
#[case::one_of_each(Layout::Several { webs: 1, workers: 1 })]
#[case::two_of_each(Layout::Several { webs: 2, workers: 2 })]
#[tokio::test]
async fn kills_at_random_under_load_lose_nothing_and_double_nothing(#[case] layout: Layout) {
    const KILLS: usize = 8;
    let mut scene = Scene::open_on(Ground::lay(layout)).await;
    scene.provider.fails(SHOP, json!({ "fault": "pass", "delay_ms": 40, "times": 0 })).await;
    let mut crowd = Crowd::of(&scene.provider);
    let mut dice = 0x5eed_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let mut sends = 0;
    for _ in 0..KILLS {
        crowd.write(12);
        tokio::time::sleep(Duration::from_millis(50 + roll(700))).await;
        let (count, chosen) = (1 + scene.others.len() as u64, 0);
        let chosen = chosen + usize::try_from(roll(count)).expect("a small number");
        let victim = scene.houses().nth(chosen).expect("a process");
        victim.signal(Signal::KILL);
        assert_eq!(victim.end().await.signal(), Some(9));
        sends += usize::from(victim.role() != "web");
        victim.start(None).await;
    }
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("killed at random {KILLS} times, {sends} of those that send ({}): {tally:?}", layout.words());
    tally.is_good(sends * CONCURRENCY);
}
