//! One test for each story.

mod probe;
mod telegram;
mod whatsapp;

use tradepost_tests_journeys::play;

/// The starting rules answer, the fallback offers them, and a wish for a person is heard.
///
/// proves: CH-03, RU-01, RU-02
#[test]
fn four_rules() {
    play("four_rules");
}

/// A typed number or title is the choice that it names.
///
/// proves: RU-01
#[test]
fn typed_number() {
    play("typed_number");
}

/// A burst is heard as one, and each of its questions is answered once.
///
/// proves: FI-08
#[test]
fn burst() {
    play("burst");
}

/// Several messages in one post are all taken and answered in order.
///
/// proves: IN-04, CV-10
#[test]
fn batch() {
    play("batch");
}

/// Pictures, sounds and files are kept by their hash.
///
/// proves: IN-11, CH-03
#[test]
fn media() {
    play("media");
}

/// A reply to a story and a mention in one are answered as such.
///
/// proves: CH-03
#[test]
fn story() {
    play("story");
}

/// What we sent ourselves comes back and is not taken for a person.
///
/// proves: CH-03, IN-04
#[test]
fn echo() {
    play("echo");
}

/// An echo that overtakes the answer to its own send is ours all the same.
///
/// proves: CH-03, IN-04
#[test]
fn echo_first() {
    play("echo_first");
}

/// A message that is delivered twice, or fifty times at once, is answered once.
///
/// proves: IN-04
#[test]
fn twice() {
    play("twice");
}

/// A person types in the app: the bot is silent for half an hour, then answers again.
///
/// proves: CV-05
#[test]
fn app() {
    play("app");
}

/// A person takes over through us, answers, and hands back.
///
/// proves: CV-05, CH-03
#[test]
fn staff() {
    play("staff");
}

/// The customer has read it: so has every earlier line been read.
///
/// proves: IN-08
#[test]
fn receipts() {
    play("receipts");
}

/// After a day the provider would refuse: so do we, and say why.
///
/// proves: CV-07
#[test]
fn window_closed() {
    play("window_closed");
}

/// Where a person may answer for a week, a person may and the bot may not.
///
/// proves: CV-07
#[test]
fn window_for_persons() {
    play("window_for_persons");
}

/// STOP and START are heard whatever the flow does.
///
/// proves: CV-06
#[test]
fn stop() {
    play("stop");
}

/// What is too long for one message leaves in several, in order and whole.
///
/// proves: CH-03, CV-10
#[test]
fn long_text() {
    play("long_text");
}

/// Emoji and scripts that run from right to left come and go unchanged.
///
/// proves: CH-03
#[test]
fn signs() {
    play("signs");
}

/// What a customer takes back is gone; what she edits is changed.
///
/// proves: CH-03
#[test]
fn taken_back() {
    play("taken_back");
}

/// What nobody knows or can read is acknowledged, kept and not answered.
///
/// proves: IN-05
#[test]
fn unknown_kinds() {
    play("unknown_kinds");
}

/// Events of an account that no storefront has are kept and shown.
///
/// proves: IN-01
#[test]
fn unknown_account() {
    play("unknown_account");
}

/// Two shops behind one callback: each answers its own customers in its own words.
///
/// proves: IN-01, PL-01
#[test]
fn two_shops() {
    play("two_shops");
}

/// A question at the website is answered at once, whole or as a stream.
///
/// proves: CH-05
#[test]
fn website() {
    play("website");
}

/// After a day of silence the talk begins anew, and the customer is known.
///
/// proves: CV-04
#[test]
fn returning() {
    play("returning");
}

/// An event that is tried again is a new one that names the old, and may answer.
///
/// proves: IN-06, FI-07
#[test]
fn tried_again() {
    play("tried_again");
}

/// What keeps failing is put aside after its last try, keeps nobody from being answered, and is tried again by a person.
///
/// proves: CV-08
#[test]
fn given_up() {
    play("given_up");
}

/// No story is forgotten.
#[test]
fn every_story_has_a_test() {
    let folders = [
        ("stories", include_str!("main.rs")),
        ("stories/probe", include_str!("probe.rs")),
        ("stories/telegram", include_str!("telegram.rs")),
        ("stories/whatsapp", include_str!("whatsapp.rs")),
    ];
    for (folder, tests) in folders {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(&folder).expect("a folder of stories");
        for file in files.map(|file| file.expect("a file").path()).filter(|file| file.is_file()) {
            let name = file.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            assert!(tests.contains(&format!("(\"{name}\");")), "{} is never played", file.display());
        }
    }
}
