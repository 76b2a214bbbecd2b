//! What a customer takes back or edits, before and after somebody has heard it.

use futures::executor::block_on;
use rstest::rstest;
use tradepost_domain::{Content, Media, MediaKind, Party, What};
use tradepost_engine::{RepairError, TurnEnd};
use tradepost_ports::store::StaffWord;

use super::{secs, shop::Shop};

/// Ann writes a message that the provider knows by that id.
fn writes(shop: &Shop, reference: &str, content: Content) -> tradepost_domain::EventId {
    let (from, reference) = (Party::new("ann"), Some(reference.to_owned()));
    shop.arrives(What::Message { from, reference, content, about: None, referral: None }).events[0]
}

fn takes_back(shop: &Shop, reference: &str) {
    shop.arrives(What::Unsent { reference: reference.into() });
}

fn edits(shop: &Shop, reference: &str, text: &str) {
    shop.arrives(What::Edited { reference: reference.into(), text: text.into() });
}

/// The words of all lines of the transcript.
fn transcript(shop: &Shop) -> Vec<Option<String>> {
    let lines = shop.store.tables().messages().into_iter();
    lines.map(|line| line.line.content.words().map(str::to_owned)).collect()
}

/// proves: FI-08
#[test]
fn what_is_taken_back_in_the_quiet_time_is_not_heard() {
    let shop = Shop::with_quiet_time(secs(2));
    let event = writes(&shop, "m1", Content::text("say secret"));
    takes_back(&shop, "m1");
    shop.passes(secs(2));
    assert_eq!(shop.turns(), TurnEnd::Nothing);
    shop.rests();
    assert_eq!((shop.told(), shop.sent(), transcript(&shop)), (vec![], vec![], vec![None]));
    let stored = shop.store.tables().event(event).expect("it came");
    assert_eq!((stored.raw.as_str(), stored.arrival), ("", None));
}

#[test]
fn what_is_taken_back_takes_no_other_word_with_it() {
    let shop = Shop::with_quiet_time(secs(2));
    writes(&shop, "m1", Content::text("say secret"));
    writes(&shop, "m2", Content::text("say hello"));
    takes_back(&shop, "m1");
    shop.passes(secs(2));
    shop.rests();
    assert_eq!((shop.told(), shop.sent()), (vec!["said say hello".to_owned()], vec!["hello".to_owned()]));
}

#[test]
fn what_is_edited_in_the_quiet_time_is_heard_as_it_is_now() {
    let shop = Shop::with_quiet_time(secs(2));
    writes(&shop, "m1", Content::text("say one"));
    writes(&shop, "m2", Content::text("say three"));
    edits(&shop, "m1", "say two");
    shop.passes(secs(2));
    shop.rests();
    assert_eq!(shop.told(), ["said say two + say three"]);
    assert_eq!(transcript(&shop)[0].as_deref(), Some("say two"));
}

/// proves: IN-06
#[test]
fn what_was_taken_back_cannot_be_filed_again() {
    let shop = Shop::new();
    let event = writes(&shop, "m1", Content::text("say hello"));
    edits(&shop, "m1", "say good day");
    takes_back(&shop, "m1");
    let refused = block_on(shop.house.retry_event(event)).expect_err("nothing is left to file");
    assert!(
        matches!(&refused, RepairError::Impossible { why, .. } if why.contains("taken it back")),
        "{refused}"
    );
    let tables = shop.store.tables();
    assert!(tables.events().iter().all(|event| event.reference.is_none() || event.arrival.is_none()));
}

/// A shop with words that no turn could take in, given up.
fn with_dead_words() -> (Shop, tradepost_domain::DeadLetterId) {
    let shop = Shop::new();
    writes(&shop, "m1", Content::text("boom"));
    for _ in 0..8 {
        shop.turns();
        shop.passes(secs(300));
    }
    let letter = shop.store.tables().dead_letters().remove(0).0.id;
    (shop, letter)
}

/// proves: CV-08
#[test]
fn a_dead_letter_that_was_taken_back_stays_dead() {
    let (shop, letter) = with_dead_words();
    takes_back(&shop, "m1");
    let refused = block_on(shop.house.retry_dead_letter(letter)).expect_err("nothing is left to file");
    assert!(refused.to_string().contains("taken it back"), "{refused}");
    assert!(shop.store.tables().inbox().is_empty());
}

/// proves: CV-08
#[test]
fn a_dead_letter_that_was_edited_is_tried_as_it_is_now() {
    let (shop, letter) = with_dead_words();
    edits(&shop, "m1", "say hello");
    block_on(shop.house.retry_dead_letter(letter)).expect("retried");
    shop.rests();
    assert_eq!(shop.sent(), ["hello"]);
}

#[test]
fn every_copy_is_taken_back() {
    let shop = Shop::with_quiet_time(secs(2));
    let event = writes(&shop, "m1", Content::text("say secret"));
    block_on(shop.house.retry_event(event)).expect("retried");
    takes_back(&shop, "m1");
    shop.passes(secs(2));
    shop.rests();
    assert_eq!((shop.told(), transcript(&shop)), (vec![], vec![None, None]));
}

/// proves: CV-05
#[test]
fn what_changes_during_a_take_over_is_handed_back_as_it_is_now() {
    let shop = Shop::new();
    shop.answers("hello");
    shop.takes_over();
    shop.turns();
    for (reference, words) in [("m1", "say secret"), ("m2", "say one"), ("m3", "say three")] {
        writes(&shop, reference, Content::text(words));
    }
    shop.turns();
    takes_back(&shop, "m1");
    edits(&shop, "m2", "say two");
    shop.staff(StaffWord::HandBack);
    shop.rests();
    assert_eq!(shop.told().last().expect("told"), "handed back: say two + say three");
}

/// What the flow was really given stays, so that a replay comes to the same.
#[test]
fn what_was_heard_already_leaves_the_transcript_only() {
    let shop = Shop::new();
    writes(&shop, "m1", Content::text("say hello"));
    shop.rests();
    takes_back(&shop, "m1");
    shop.rests();
    assert_eq!((shop.told(), shop.sent()), (vec!["said say hello".to_owned()], vec!["hello".to_owned()]));
    assert_eq!(transcript(&shop), [None, Some("hello".to_owned())]);
}

/// proves: IN-11
#[test]
fn pictures_that_were_taken_back_are_not_fetched() {
    let shop = Shop::new();
    let media = vec![Media::remote(MediaKind::Image, "https://cdn.example/private")];
    writes(&shop, "m1", Content::Media { media, text: None });
    assert_eq!(shop.store.tables().outbox().len(), 1);
    takes_back(&shop, "m1");
    assert!(shop.store.tables().outbox().is_empty());
}

/// proves: IN-11
#[test]
fn a_picture_keeps_its_place_when_its_words_change() {
    let shop = Shop::new();
    let media = vec![Media::remote(MediaKind::Image, "https://cdn.example/1")];
    writes(&shop, "m1", Content::Media { media: media.clone(), text: Some("say one".into()) });
    edits(&shop, "m1", "say two");
    assert_eq!(shop.store.tables().outbox().len(), 1, "it is still to be fetched");
    let line = shop.store.tables().messages().remove(0).line;
    assert_eq!(line.content, Content::Media { media, text: Some("say two".into()) });
    shop.turns();
    assert_eq!(shop.told(), ["said say two"]);
}

/// proves: IN-06
#[test]
fn an_edited_message_is_filed_again_as_it_is_now() {
    let shop = Shop::new();
    let event = writes(&shop, "m1", Content::text("say one"));
    shop.turns();
    edits(&shop, "m1", "say two");
    block_on(shop.house.retry_event(event)).expect("filed again");
    shop.rests();
    assert_eq!(shop.told(), ["said say one", "said say two"]);
}

/// Another app has the thread: the words were noted only, and are blanked all the same.
#[test]
fn what_was_only_noted_is_taken_back_too() {
    let shop = Shop::new();
    let what = What::Other { kind: "standby".into(), reference: Some("m1".into()) };
    let event = shop.arrives(what).events[0];
    takes_back(&shop, "m1");
    let stored = shop.store.tables().event(event).expect("it came");
    assert_eq!((stored.raw.as_str(), stored.arrival), ("", None));
}

#[test]
fn an_edit_brings_nothing_back() {
    let shop = Shop::with_quiet_time(secs(2));
    writes(&shop, "m1", Content::text("say secret"));
    takes_back(&shop, "m1");
    edits(&shop, "m1", "say secret again");
    shop.passes(secs(2));
    shop.rests();
    assert_eq!((shop.told(), transcript(&shop)), (vec![], vec![None]));
}

/// The news came through another connection, and first.
///
/// proves: FI-08
#[test]
fn what_is_taken_back_before_it_is_there_is_not_heard() {
    let shop = Shop::with_quiet_time(secs(10));
    takes_back(&shop, "m1");
    edits(&shop, "m2", "say two");
    let event = writes(&shop, "m1", Content::text("say secret"));
    writes(&shop, "m2", Content::text("say one"));
    shop.passes(secs(5));
    shop.sweeps();
    shop.passes(secs(5));
    shop.rests();
    assert_eq!((shop.told(), shop.sent()), (vec!["said say two".to_owned()], vec!["two".to_owned()]));
    let stored = shop.store.tables().event(event).expect("it came");
    assert_eq!((stored.raw.as_str(), stored.arrival), ("", None));
    assert!(shop.store.tables().parked().is_empty());
}

/// Its provider could not deliver it at first, and does so much later.
#[test]
fn news_of_a_message_waits_for_it_as_long_as_it_may_come() {
    let shop = Shop::new();
    takes_back(&shop, "m1");
    for _ in 0..3_600 / 5 {
        shop.passes(secs(5));
        shop.sweeps();
    }
    writes(&shop, "m1", Content::text("say secret"));
    shop.rests();
    shop.passes(secs(3_600));
    shop.sweeps();
    assert_eq!(transcript(&shop)[0], None);
    takes_back(&shop, "never");
    for _ in 0..80 {
        shop.passes(secs(3_600));
        shop.sweeps();
    }
    assert!(shop.store.tables().parked().is_empty(), "it is not looked for for ever");
}

/// The first came before its message, the second after it.
#[rstest]
#[case::it_is_there_for_the_newer_one(true)]
#[case::both_wait(false)]
fn an_older_edit_does_not_undo_a_newer_one(#[case] there: bool) {
    let shop = Shop::with_quiet_time(secs(30));
    edits(&shop, "m1", "say two");
    shop.passes(secs(1));
    if there {
        writes(&shop, "m1", Content::text("say one"));
    }
    edits(&shop, "m1", "say three");
    shop.passes(secs(1));
    if !there {
        writes(&shop, "m1", Content::text("say one"));
    }
    for _ in 0..10 {
        shop.passes(secs(3));
        shop.sweeps();
    }
    shop.rests();
    assert_eq!((shop.told(), shop.sent()), (vec!["said say three".to_owned()], vec!["three".to_owned()]));
    assert!(shop.store.tables().parked().is_empty());
}
