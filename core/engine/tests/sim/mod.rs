//! The simulation: an in-memory store, a virtual clock, ports that keep keys, random order of enabled actions, a crash
//! before and after every commit and call, two workers. A failing run prints its seed and replays with
//! `TRADEPOST_SEED=<seed>`.

mod checks;
mod crowd;
mod deaf;
mod parts;
mod rest;
mod world;

pub use crowd::message;
pub use deaf::Deaf;
use world::World;

/// Runs of one test.
const RUNS: u64 = 500;

fn seeds() -> Vec<u64> {
    match std::env::var("TRADEPOST_SEED") {
        Ok(seed) => vec![seed.parse().expect("TRADEPOST_SEED is a number")],
        Err(_) => (0..RUNS).collect(),
    }
}

fn run_all(first: u64, make: impl Fn(u64) -> World) {
    for seed in seeds() {
        let seed = first + seed;
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| make(seed).run()));
        if let Err(panic) = outcome {
            eprintln!("the run failed; replay it with TRADEPOST_SEED={}", seed - first);
            std::panic::resume_unwind(panic);
        }
    }
}

/// Nothing fails, nobody crashes: the order of things alone is random.
///
/// proves: CV-01 CV-02 CV-10 FI-07 FI-08
#[test]
fn quiet_days() {
    run_all(1_000_000, |seed| World::new(seed).with_customers(3));
}

/// Workers crash anywhere; providers answer late.
///
/// proves: CV-01 CV-02 IN-04 FI-07
#[test]
fn days_with_crashes() {
    run_all(2_000_000, |seed| World::new(seed).with_customers(2).with_crashes(6));
}

/// Providers fail, lose answers and are slow; workers crash.
///
/// proves: CV-02 CV-08 FI-07
#[test]
fn days_with_bad_providers() {
    run_all(3_000_000, |seed| World::new(seed).with_customers(2).with_crashes(3).with_bad_providers());
}

/// One mug left, three who want it, who pay late, twice, or before we know the page.
#[test]
fn days_with_one_mug() {
    run_all(4_000_000, |seed| {
        World::new(seed).with_customers(3).with_stock(1).with_crashes(2).with_eager_buyers()
    });
}

/// Staff takes over and hands back; echoes and receipts, with marks and without, overtake answers; workers crash.
///
/// proves: CV-05 IN-08
#[test]
fn days_with_people_and_receipts() {
    run_all(5_000_000, |seed| World::new(seed).with_customers(2).with_crashes(2).with_people_and_receipts());
}

/// Everything at once.
///
/// proves: CV-02 CV-05 CV-08
#[test]
fn bad_days_with_people() {
    run_all(6_000_000, |seed| {
        let world = World::new(seed).with_customers(3).with_stock(2).with_crashes(3);
        world.with_bad_providers().with_people_and_receipts()
    });
}

/// A crash at every single point of one scripted day, one point a run.
///
/// proves: CV-02
#[rstest::rstest]
fn a_crash_at_every_point(#[values(0, 1, 2, 3, 4, 5)] seed: u64) {
    let points = World::new(seed).with_customers(1).run();
    for point in 0..points {
        let world = World::new(seed).with_customers(1).crashing_at(point);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.run()));
        assert!(outcome.is_ok(), "seed {seed} fails with a crash at point {point} of {points}");
    }
}
