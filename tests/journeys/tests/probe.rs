//! The probe's stories: one test for each.

use tradepost_tests_journeys::play_probe;

/// Looked up, offered, held, paid in time.
///
/// proves: FI-05, FI-07, CV-02
#[test]
fn bought() {
    play_probe("bought");
}

/// A payment that is told twice is settled once.
///
/// proves: FI-05, IN-04
#[test]
fn paid_twice_told() {
    play_probe("paid_twice_told");
}

/// The money is there before we know the page that it was paid on.
///
/// proves: FI-05
#[test]
fn paid_before_known() {
    play_probe("paid_before_known");
}

/// A reminder, the end of the hold, and the page is closed.
///
/// proves: FI-05
#[test]
fn hold_ends() {
    play_probe("hold_ends");
}

/// Paid after the end, while nobody else took it: the sale stands.
///
/// proves: FI-05
#[test]
fn paid_late_and_kept() {
    play_probe("paid_late_and_kept");
}

/// Paid after the end, when others took it: the money goes back, and a person looks.
///
/// proves: FI-05
#[test]
fn paid_late_and_gone() {
    play_probe("paid_late_and_gone");
}

/// Two mugs, three buyers: the third is told at once.
///
/// proves: FI-05, TH-03
#[test]
fn sold_out() {
    play_probe("sold_out");
}

/// One mug is left, and twenty want it at the same time: one gets it, the others are told, and nothing is oversold.
///
/// proves: FI-05, TH-03
#[test]
fn last_one() {
    play_probe("last_one");
}

/// No is no; a tap on an old question is not a yes.
///
/// proves: FI-05
#[test]
fn no() {
    play_probe("no");
}

/// Cancelled while the page is open: it is closed.
///
/// proves: FI-05
#[test]
fn cancelled() {
    play_probe("cancelled");
}

/// The page was opened and its answer lost: it is asked for again under the same key.
///
/// proves: PL-11, FI-05
#[test]
fn answer_lost() {
    play_probe("answer_lost");
}

/// The model is away: the customer hears the stated line.
///
/// proves: FI-09
#[test]
fn model_away() {
    play_probe("model_away");
}
