//! `kill -9` of the real process at every stage of the route, while customers write.

use std::{
    os::unix::process::ExitStatusExt,
    time::{Duration, Instant},
};

use futures::future::join_all;

use crate::stage::{AT_THE_LATEST, CONCURRENCY, Crowd, Scene, Tally};

/// The stages of the route, as the engine names them.
const STAGES: [&str; 6] = ["accepted", "turning", "claimed", "sending", "answered", "settling"];
/// A process dies when it reaches the stage for the so-manieth time; then the next one is started.
const TIMES: [usize; 4] = [1, 2, 4, 7];
/// Customers who write at once.
const AT_ONCE: usize = 8;
/// How long a process that has taken everything is watched before more customers write.
const WATCHED: Duration = Duration::from_secs(2);

/// proves: FI-01
#[tokio::test]
async fn a_kill_at_any_stage_loses_nothing_and_doubles_nothing() {
    let tallies = join_all(STAGES.map(killed_at)).await;
    println!("{}", table(&tallies));
    for tally in &tallies {
        tally.is_good(TIMES.len() * CONCURRENCY);
        assert!(tally.accepted >= TIMES.len() * AT_ONCE / 2, "customers wrote: {tally:?}");
    }
}

/// Kills again and again at one stage, then lets the last process finish.
async fn killed_at(stage: &str) -> Tally {
    let mut scene = Scene::set().await;
    let mut crowd = Crowd::of(&scene.provider);
    for times in TIMES {
        scene.house.start(Some(&format!("{stage}:{times}"))).await;
        write_until_it_dies(&mut scene, &mut crowd).await;
        let status = scene.house.end().await;
        assert_eq!(status.signal(), Some(9), "{stage}: killed, not ended: {status}");
    }
    scene.house.start(None).await;
    crowd.all_heard().await;
    scene.settle().await;
    scene.tally(&crowd.customers).await
}

/// Eight at once; when all are heard and the process lives on for a while, the next eight.
async fn write_until_it_dies(scene: &mut Scene, crowd: &mut Crowd) {
    let begun = Instant::now();
    while scene.house.ended().is_none() {
        assert!(begun.elapsed() < AT_THE_LATEST, "the process reached its end at last");
        crowd.write(AT_ONCE);
        let mut heard_at = None;
        while scene.house.ended().is_none() && heard_at.is_none_or(|at: Instant| at.elapsed() < WATCHED) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if heard_at.is_none() && crowd.is_heard() {
                heard_at = Some(Instant::now());
            }
            assert!(begun.elapsed() < AT_THE_LATEST, "the house took the words");
        }
    }
}

fn table(tallies: &[Tally]) -> String {
    let mut text = format!(
        "the kill table\n{:<10}{:>6}{:>10}{:>10}{:>9}{:>6}{:>11}",
        "stage", "kills", "accepted", "answered", "doubled", "lost", "uncertain"
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
