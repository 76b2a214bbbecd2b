//! The stories on Telegram: one test for each.

fn play(name: &str) {
    tradepost_tests_journeys::play(&format!("telegram/{name}"));
}

/// The rules that come with the house answer; a button is tapped, a number and a title are typed.
///
/// proves: AD-01, RU-01, CV-09
#[test]
fn four_rules() {
    play("four_rules");
}

/// Buttons stay, even below older messages, and are known by their value; what is quoted is answered.
///
/// proves: AD-01, CV-09
#[test]
fn choices() {
    play("choices");
}

/// Delivered twice, fifty times at once, in quick succession, and by many people: each is answered once, in order.
///
/// proves: IN-04, CV-10
#[test]
fn posts() {
    play("posts");
}

/// Whatever a customer can send is kept, and none of it breaks the conversation; a picture of the shop's leaves.
///
/// proves: AD-01, IN-05, IN-11
#[test]
fn kinds() {
    play("kinds");
}

/// Files that are gone, too large or of a false type: the line says so, and the shop answers.
///
/// proves: IN-11
#[test]
fn media_trouble() {
    play("media_trouble");
}

/// Unknown kinds, reactions and groups are recorded, and no error.
///
/// proves: IN-05
#[test]
fn unknown_kinds() {
    play("unknown_kinds");
}

/// What she edits is changed, and answered no second time.
///
/// proves: AD-01
#[test]
fn edited() {
    play("edited");
}

/// Who blocks the shop wants no offers and is written to no more; who unblocks it has not said otherwise.
///
/// proves: CV-06, FI-04
#[test]
fn blocked() {
    play("blocked");
}

/// The provider says when to come again: the line leaves then, once.
///
/// proves: PL-11, AD-01
#[test]
fn busy() {
    play("busy");
}

/// The bot is throttled: everybody waits, and everybody is answered once.
///
/// proves: PL-11, AD-01
#[test]
fn throttled() {
    play("throttled");
}

/// The answer to a send is lost: nothing is sent twice, and the line is shown as one that nobody is sure of.
///
/// proves: PL-11, AD-01
#[test]
fn answer_lost() {
    play("answer_lost");
}

/// STOP and START are heard; the button that begins a chat says neither.
///
/// proves: CV-06, FI-04
#[test]
fn stop() {
    play("stop");
}

/// A chat that is begun by a link.
///
/// proves: AD-01
#[test]
fn link() {
    play("link");
}

/// Two bots, whose updates and messages have the same numbers.
///
/// proves: IN-01, IN-04, PL-01
#[test]
fn two_bots() {
    play("two_bots");
}

/// Three channels at once: everybody is answered where they wrote.
///
/// proves: CH-02, CH-03, AD-01, PL-01
#[test]
fn three_channels() {
    play("three_channels");
}

/// What is too long for one message leaves in several, in order and whole.
///
/// proves: CV-09, CV-10
#[test]
fn long_text() {
    play("long_text");
}

/// More lines to one customer than the provider takes: they wait, and nothing is refused.
///
/// proves: CV-10
#[test]
fn pair_limit() {
    play("pair_limit");
}
