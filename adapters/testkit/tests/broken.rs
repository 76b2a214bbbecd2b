//! Deliberately broken adapters, one per case: each is caught by its case, and by no other.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use tradepost_testkit::{messenger, report::Broken, webhook};

use crate::pigeon;

/// Adapters that are tried at the same time; most of their time they wait.
const TOGETHER: usize = 12;

/// The names of the cases that fail.
fn failing<C>(cases: &[(&'static str, C)], run: impl Fn(&C)) -> Vec<String> {
    let fails = |case: &C| catch_unwind(AssertUnwindSafe(|| run(case))).is_err();
    cases.iter().filter(|(_, case)| fails(case)).map(|(name, _)| (*name).to_owned()).collect()
}

fn messenger_failures(flaw: Option<pigeon::messenger::Flaw>) -> Vec<String> {
    failing(messenger::CASES, |case| {
        tradepost_testkit::run(case(Arc::new(pigeon::messenger::Loft { flaw })));
    })
}

fn webhook_failures(flaw: Option<pigeon::webhook::Flaw>) -> Vec<String> {
    failing(webhook::CASES, |case| {
        case(&pigeon::webhook::Loft { flaw });
    })
}

/// Every flaw meets all cases, and every case has a flaw.
fn assert_caught<F: std::fmt::Debug + Copy + Sync>(
    suite: &str,
    cases: &[&'static str],
    flaws: &[(F, &'static str)],
    failures: impl Fn(F) -> Vec<String> + Sync,
) {
    let broken = |(flaw, case): &(F, &str)| {
        let (flaw, caught) = (format!("{flaw:?}"), failures(*flaw));
        Broken { suite: suite.into(), flaw, case: (*case).into(), caught }
    };
    let table: Vec<Broken> = flaws
        .chunks(TOGETHER)
        .flat_map(|some| {
            thread::scope(|scope| {
                let running: Vec<_> = some.iter().map(|flaw| scope.spawn(|| broken(flaw))).collect();
                running.into_iter().map(|one| one.join().expect("a table's row")).collect::<Vec<_>>()
            })
        })
        .collect();
    for row in &table {
        println!("{suite:<10} {:<36} {}", row.flaw, row.caught.join(", "));
        row.keep();
    }
    let wrong: Vec<&Broken> = table.iter().filter(|row| !row.right()).collect();
    assert!(wrong.is_empty(), "not caught by their case alone: {wrong:#?}");
    let (known, seen): (BTreeSet<_>, BTreeSet<_>) =
        (cases.iter().copied().collect(), flaws.iter().map(|(_, case)| *case).collect());
    assert_eq!(known, seen, "every case has its flaw");
}

/// proves: CH-06, FI-02
#[test]
fn every_broken_messenger_is_caught_by_its_case_alone() {
    assert_eq!(messenger_failures(None), Vec::<String>::new(), "the good one");
    let cases: Vec<_> = messenger::CASES.iter().map(|(name, _)| *name).collect();
    assert_caught("messenger", &cases, pigeon::messenger::Flaw::ALL, |flaw| messenger_failures(Some(flaw)));
}

/// proves: CH-06, FI-02
#[test]
fn every_broken_webhook_is_caught_by_its_case_alone() {
    assert_eq!(webhook_failures(None), Vec::<String>::new(), "the good one");
    let cases: Vec<_> = webhook::CASES.iter().map(|(name, _)| *name).collect();
    assert_caught("webhook", &cases, pigeon::webhook::Flaw::ALL, |flaw| webhook_failures(Some(flaw)));
}
