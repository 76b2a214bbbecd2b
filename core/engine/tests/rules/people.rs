//! People: staff takes over, a person writes in the provider's app, the customer says STOP.

use tradepost_domain::{Content, Delivery, Mode, Party, Purpose, What, consent::Evidence};
use tradepost_ports::{store::StaffWord, terms::Repeat};
use tradepost_testkit::script::Play;

use super::{
    hours, secs,
    shop::{LINES, MODEL, Setup, Shop},
};

fn echo(reference: &str, words: &str) -> What {
    let to = Party::new("ann");
    What::Echo { to, reference: reference.into(), content: Content::text(words) }
}

/// proves: CV-05
#[test]
fn at_a_take_over_unsent_lines_with_a_topic_are_drafts_and_others_are_sent() {
    let shop = Shop::new();
    shop.answers("tell maybe");
    shop.answers("say certainly");
    shop.takes_over();
    shop.rests();
    assert_eq!(shop.sent(), ["certainly"]);
    assert_eq!(shop.line("maybe"), Delivery::Draft);
}

/// proves: CV-05
#[test]
fn while_a_person_has_it_answers_are_drafts_and_words_are_kept_for_the_flow() {
    let shop = Shop::new();
    shop.answers("ask tea");
    shop.takes_over();
    shop.turns();
    shop.sends_on(MODEL);
    shop.hears("hello?");
    shop.hears("say nothing");
    shop.rests();
    assert_eq!((shop.sent().len(), shop.line("Answer 1.")), (0, Delivery::Draft));
    shop.staff(StaffWord::HandBack);
    shop.rests();
    assert_eq!(shop.told().last().expect("told"), "handed back: hello? + say nothing");
    shop.answers("say hello");
    shop.sends();
    assert_eq!(shop.sent(), ["hello"]);
}

/// proves: CV-05
#[test]
fn what_staff_says_is_sent() {
    let shop = Shop::new();
    shop.answers("hello");
    shop.takes_over();
    shop.staff(StaffWord::Say { by: "Staff".into(), content: Content::text("this is me") });
    shop.rests();
    assert_eq!(shop.sent(), ["this is me"]);
}

/// Nobody has said a word since.
///
/// proves: CV-05
#[test]
fn a_take_over_for_a_time_ends_by_itself() {
    let shop = taken_over_for_a_minute();
    shop.answers("say one");
    shop.passes(secs(59));
    shop.rests();
    assert!(shop.conversation().mode.is_person());
    shop.passes(secs(1));
    shop.rests();
    assert_eq!(shop.told()[1..], ["Staff took over", "handed back: say one"]);
    assert_eq!(shop.conversation().mode, Mode::Bot);
}

/// proves: CV-05
#[test]
fn what_comes_after_the_end_of_a_take_over_is_the_flows() {
    for swept in [false, true] {
        let shop = taken_over_for_a_minute();
        shop.answers("say one");
        shop.passes(secs(60));
        shop.hears("say two");
        if swept {
            shop.sweeps();
        }
        shop.turns();
        assert_eq!(
            shop.told()[1..],
            ["Staff took over", "handed back: say one", "said say two"],
            "swept: {swept}"
        );
    }
}

/// The end is told, and before its turn comes, a person takes over anew.
#[test]
fn a_take_over_that_was_begun_anew_does_not_end_with_the_former_one() {
    let shop = taken_over_for_a_minute();
    shop.passes(secs(60));
    shop.takes_over();
    shop.sweeps();
    shop.turns();
    assert!(shop.conversation().mode.is_person());
}

/// The flow cannot bear the end of the take-over: words go on being kept, and in the end it is a dead letter and the
/// person's until somebody hands back by hand.
///
/// proves: CV-08
#[test]
fn a_take_over_whose_end_fails_for_ever_stays_with_the_person() {
    let shop = taken_over_for_a_minute();
    shop.answers("boom");
    shop.passes(secs(60));
    for _ in 0..10 {
        shop.sweeps();
        shop.turns();
        shop.hears("hello?");
        shop.turns();
        assert!(shop.store.tables().inbox().iter().all(|row| row.tries > 0), "words are taken");
        shop.passes(secs(300));
    }
    assert_eq!(shop.store.tables().dead_letters().len(), 1);
    assert!(shop.conversation().mode.is_person());
}

fn taken_over_for_a_minute() -> Shop {
    let shop = Shop::new();
    shop.answers("hello");
    let until = Some(shop.now() + secs(60));
    shop.staff(StaffWord::TakeOver { by: "Staff".into(), until });
    shop.turns();
    shop
}

/// proves: CV-05
#[test]
fn a_wish_for_a_person_is_shown_and_the_flow_goes_on() {
    let shop = Shop::new();
    shop.answers("person please");
    assert!(matches!(shop.conversation().mode, Mode::Wanted { .. }));
    shop.answers("say hello");
    shop.sends();
    assert_eq!(shop.sent(), ["hello"]);
}

/// Without taking over first; the flow has missed nothing and is told nothing.
///
/// proves: CV-05
#[test]
fn a_wish_for_a_person_can_be_put_away() {
    let shop = Shop::new();
    shop.answers("person please");
    shop.staff(StaffWord::HandBack);
    shop.turns();
    assert_eq!(shop.conversation().mode, Mode::Bot);
    assert_eq!(shop.told(), ["said person please"]);
}

/// proves: CV-06 FI-04
#[test]
fn stop_is_the_engines() {
    let shop = Shop::new();
    shop.answers("begin");
    shop.answers("STOP");
    shop.sends();
    assert_eq!(shop.told(), ["said begin"]);
    assert!(shop.sent()[0].contains("no more offers"));
    let consents = shop.store.tables().consents();
    assert_eq!((consents[0].purpose, consents[0].given), (Purpose::Marketing, false));
    assert!(matches!(consents[0].source, Evidence::Message(_)) && consents.len() == 1);
    assert_eq!(consents[0].words.as_deref(), Some("STOP"));
}

/// proves: CV-06
#[test]
fn a_stop_in_another_language_is_confirmed_in_it() {
    let shop = Shop::new();
    shop.answers("Abmelden");
    shop.sends();
    assert!(shop.sent()[0].starts_with("Du bekommst keine Angebote mehr"), "{:?}", shop.sent());
    assert_eq!(shop.store.tables().consents()[0].words.as_deref(), Some("Abmelden"));
}

/// A messenger's client writes it by itself when somebody opens the chat: a greeting, and no yes to anything.
///
/// proves: CV-06 FI-04
#[test]
fn a_start_as_a_command_is_the_flows_and_no_consent() {
    let shop = Shop::new();
    shop.answers("/start");
    assert_eq!(shop.told(), ["said /start"]);
    assert!(shop.store.tables().consents().is_empty());
    shop.answers("start");
    assert!(shop.store.tables().consents()[0].given, "the word itself is one");
    assert_eq!(shop.told(), ["said /start"]);
}

/// proves: CV-06
#[test]
fn a_tapped_stop_is_a_stop_and_other_taps_are_the_flows() {
    let shop = Shop::new();
    let taps =
        |title: &str| shop.hears_from("ann", Content::Tap { payload: "p".into(), title: title.into() });
    taps("Start");
    shop.turns();
    assert!(shop.store.tables().consents().is_empty());
    taps("Stop");
    shop.turns();
    assert_eq!((shop.told(), shop.store.tables().consents().len()), (vec!["said tap p".to_owned()], 1));
}

/// proves: CV-06
#[test]
fn cancel_is_the_flows_while_it_has_something_open() {
    let shop = Shop::new();
    shop.answers("cancel");
    assert_eq!((shop.told().len(), shop.store.tables().consents().len()), (0, 1));
    shop.answers("begin");
    shop.answers("cancel");
    assert_eq!(shop.told(), ["said begin", "said cancel"]);
    assert_eq!(shop.store.tables().consents().len(), 1);
}

#[test]
fn an_echo_that_overtakes_its_lines_answer_is_ours() {
    let shop = Shop::new();
    shop.messenger.plan(Play::usual().answered_after(secs(1)));
    shop.answers("say hello");
    let line = shop.marks(LINES).remove(0);
    let carried = shop.under_way(shop.house.carry(line), || {
        // As the provider writes it: only the answer tells whose it is.
        shop.arrives(echo("sim:1-line-1", "hello."));
        shop.turns_all();
        shop.passes(secs(1));
    });
    carried.expect("settled");
    shop.passes(secs(3_600));
    shop.rests();
    assert_eq!(shop.conversation().mode, Mode::Bot);
    assert_eq!(shop.lines(), [("hello".to_owned(), Delivery::Sent)]);
}

#[test]
fn an_echo_of_a_line_that_was_answered_is_ours() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.sends();
    shop.arrives(echo("sim:1-line-1", "hello"));
    shop.rests();
    assert_eq!((shop.conversation().mode, shop.lines().len()), (Mode::Bot, 1));
}

/// proves: CV-05
#[test]
fn a_person_in_the_providers_app_pauses_the_flow_for_a_while() {
    let shop = Shop::new();
    shop.answers("hello");
    shop.arrives(echo("by-hand", "I see to it"));
    shop.turns();
    shop.answers("say one");
    shop.passes(secs(30 * 60));
    shop.answers("say two");
    shop.sends();
    let told = shop.told();
    assert_eq!(told[1..], ["the provider's app took over", "handed back: say one", "said say two"]);
    assert_eq!(shop.line("I see to it"), Delivery::Sent);
    assert_eq!(shop.sent(), ["two"]);
}

/// Its first holder died; the line waits to be repeated under its key.
#[test]
fn an_echo_of_a_line_that_is_to_be_repeated_is_ours() {
    let shop = Shop::with(Setup { repeat: Repeat::Keyed, ..Setup::default() });
    shop.answers("say hello");
    let line = shop.marks(LINES).remove(0);
    let carried = shop.held_at_the_door(shop.house.carry(line), || {
        shop.passes(secs(3_600));
        shop.sweeps();
        shop.arrives(echo("sim:1-line-1", "hello"));
        shop.rests();
    });
    carried.expect("settled");
    assert_eq!(shop.conversation().mode, Mode::Bot);
    assert_eq!(shop.lines(), [("hello".to_owned(), Delivery::Sent)]);
}

/// However much has been said since.
#[test]
fn an_echo_proves_that_an_uncertain_line_had_left() {
    let shop = Shop::new();
    shop.messenger.plan(Play::lose());
    shop.answers("say hello");
    shop.sends();
    assert_eq!(shop.line("hello"), Delivery::Uncertain);
    for _ in 0..101 {
        shop.answers("hm");
    }
    shop.arrives(echo("sim:1-line-1", "hello"));
    shop.rests();
    assert_eq!((shop.line("hello"), shop.conversation().mode), (Delivery::Sent, Mode::Bot));
}

/// Whoever wrote the same words by hand weeks later is a person.
///
/// proves: CV-05
#[test]
fn an_echo_proves_nothing_of_an_old_line() {
    let shop = Shop::new();
    shop.messenger.plan(Play::lose());
    shop.answers("say hello");
    shop.sends();
    shop.passes(hours(24 * 14));
    shop.arrives(echo("by-hand", "hello"));
    shop.turns();
    assert_eq!(shop.lines()[0], ("hello".to_owned(), Delivery::Uncertain));
    assert!(shop.conversation().mode.is_person());
}
