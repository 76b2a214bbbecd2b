//! Claiming is not sending; what is under way has a deadline, and a late holder changes nothing.

use tradepost_domain::{Delivery, ErrorKind, Lane, What};
use tradepost_ports::{
    store::{Outbox, OutboxState},
    terms::Repeat,
};
use tradepost_testkit::script::Play;

use super::{
    hours, secs,
    shop::{LINES, MODEL, MONEY, Setup, Shop},
};

fn keyed() -> Shop {
    Shop::with(Setup { repeat: Repeat::Keyed, ..Setup::default() })
}

/// proves: FI-01
#[test]
fn a_claim_that_passed_is_taken_over() {
    let shop = Shop::new();
    shop.answers("say hello");
    let now = shop.now();
    shop.within(Box::new(move |unit| {
        Box::pin(async move {
            Outbox::claim(unit, &Lane::new(LINES), &"dead".into(), now, now + secs(5), 8).await.map(drop)
        })
    }));
    assert_eq!(shop.sends(), 0, "another means to send it");
    shop.passes(secs(5));
    shop.sends();
    assert_eq!((shop.sent(), shop.line("hello")), (vec!["hello".to_owned()], Delivery::Sent));
}

/// proves: FI-01
#[test]
fn a_line_is_marked_before_its_first_byte_leaves_and_then_never_claimed_again() {
    let shop = Shop::new();
    shop.answers("say hello");
    assert_eq!(shop.marks(LINES).len(), 1);
    assert_eq!(shop.store.tables().outbox()[0].state, OutboxState::Sending);
    shop.passes(secs(3_600));
    assert!(shop.marks(LINES).is_empty(), "its holder died, and it may have left");
    shop.rests();
    assert_eq!(shop.line("hello"), Delivery::Uncertain);
    assert!(shop.messenger.calls().is_empty());
}

#[test]
fn the_deadline_is_the_whole_time_limit_and_a_margin() {
    let shop = Shop::new();
    shop.answers("say hello");
    let marked = shop.marks(LINES);
    assert_eq!(marked[0].row.until, Some(shop.now() + secs(10 + 5)));
    shop.passes(secs(14));
    shop.sweeps();
    assert_eq!(shop.line("hello"), Delivery::Sending);
    shop.passes(secs(1));
    shop.sweeps();
    assert_eq!(shop.line("hello"), Delivery::Uncertain);
}

/// Three tries of ten seconds, two waits of five between them.
#[test]
fn the_deadline_of_a_call_counts_its_quick_retries() {
    let shop = Shop::new();
    shop.answers("ask tea");
    let marked = shop.marks(MODEL);
    assert_eq!(marked[0].row.until, Some(shop.now() + secs(3 * 10 + 2 * 5 + 5)));
}

#[test]
fn a_late_holder_sends_nothing() {
    let shop = Shop::new();
    shop.answers("say hello");
    let marked = shop.marks(LINES);
    shop.passes(secs(16));
    shop.sweeps();
    assert_eq!(shop.line("hello"), Delivery::Uncertain, "the sweep cannot know");
    shop.carries(marked);
    assert!(shop.messenger.calls().is_empty());
    assert_eq!(shop.line("hello"), Delivery::Queued, "its word that it has sent nothing is believed");
    shop.rests();
    assert_eq!(shop.sent(), ["hello"]);
}

/// It was thought uncertain, and then certainly never left.
///
/// proves: CV-12
#[test]
fn a_line_of_a_late_holder_may_expire() {
    let shop = Shop::new();
    shop.answers("say hello");
    let marked = shop.marks(LINES);
    shop.passes(secs(16));
    shop.sweeps();
    shop.carries(marked);
    shop.passes(hours(6));
    shop.rests();
    assert_eq!((shop.line("hello"), shop.sent().len()), (Delivery::Expired, 0));
}

/// Only the word of whoever was to send it frees a line from doubt.
#[test]
fn a_line_whose_holder_died_stays_uncertain() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.marks(LINES);
    shop.passes(secs(16));
    shop.sweeps();
    shop.passes(hours(6));
    shop.rests();
    assert_eq!((shop.line("hello"), shop.sent().len()), (Delivery::Uncertain, 0));
}

#[test]
fn a_settle_of_an_older_attempt_is_not_taken() {
    let shop = keyed();
    shop.answers("say hello");
    let first = shop.marks(LINES);
    shop.passes(secs(3_600));
    shop.sweeps();
    let second = shop.marks(LINES);
    shop.carries(first);
    let row = shop.store.tables().outbox().pop().expect("still under way");
    assert_eq!((row.state, row.attempt), (OutboxState::Sending, 2));
    shop.carries(second);
    assert_eq!(shop.sent(), ["hello"]);
}

/// The process stood still between the provider's answer and its settle, for longer than anybody waited for it.
///
/// proves: IN-08
#[test]
fn an_answer_that_comes_after_its_line_was_given_up_is_believed() {
    let shop = Shop::new();
    shop.answers("say hello");
    let line = shop.marks(LINES).remove(0);
    let carried = shop.held_at_the_door(shop.house.carry(line), || {
        given_up(&shop);
        shop.arrives(receipt_of("sim:1-line-1", Delivery::Delivered));
    });
    carried.expect("settled");
    assert_eq!(shop.line("hello"), Delivery::Delivered);
    shop.arrives(receipt_of("sim:1-line-1", Delivery::Read));
    shop.rests();
    assert_eq!((shop.line("hello"), shop.sent()), (Delivery::Read, vec!["hello".to_owned()]));
}

#[test]
fn an_answer_to_an_older_attempt_of_a_line_that_was_given_up_is_not_believed() {
    let shop = keyed();
    shop.answers("say hello");
    let first = shop.marks(LINES).remove(0);
    let carried = shop.held_at_the_door(shop.house.carry(first), || {
        shop.passes(secs(3_600));
        shop.sweeps();
        shop.messenger.plan(Play::fail_as(ErrorKind::Unexpected));
        shop.carries(shop.marks(LINES));
        given_up(&shop);
    });
    carried.expect("settled");
    let line = shop.store.tables().messages().pop().expect("a line");
    assert_eq!((line.line.delivery, line.reference), (Some(Delivery::Uncertain), None));
}

/// Waits until nobody waits for the line any more.
fn given_up(shop: &Shop) {
    for time in [15, 30] {
        shop.passes(secs(time));
        shop.sweeps();
    }
    assert_eq!((shop.line("hello"), shop.store.tables().outbox().len()), (Delivery::Uncertain, 0));
}

fn receipt_of(reference: &str, delivery: Delivery) -> What {
    let (peer, reference) = (Some("ann".into()), reference.into());
    What::Receipt { peer, reference, line: None, delivery, earlier_too: false, reason: None }
}

#[test]
fn what_a_provider_knows_by_its_key_is_repeated_under_it() {
    let shop = keyed();
    shop.answers("say hello");
    let effect = shop.marks(LINES)[0].row.effect;
    shop.passes(secs(3_600));
    shop.rests();
    assert_eq!(shop.messenger.taken()[0].effect, effect);
    assert_eq!(shop.line("hello"), Delivery::Sent);
}

#[test]
fn a_write_that_cannot_be_looked_up_is_told_as_uncertain_and_not_repeated() {
    let shop = Shop::new();
    shop.stocks(1);
    shop.answers("buy mug");
    assert_eq!(shop.marks(MONEY).len(), 1);
    shop.passes(secs(60));
    shop.sweeps();
    shop.turns();
    assert_eq!(shop.told().last().expect("told"), "failed as uncertain");
    assert!(shop.payments.calls().is_empty());
}

#[test]
fn a_write_that_may_have_arrived_is_looked_up() {
    let shop = Shop::with(Setup { repeat: Repeat::LookUp, ..Setup::default() });
    shop.stocks(1);
    shop.payments.plan(Play::lose());
    shop.answers("buy mug");
    shop.rests();
    assert_eq!(shop.told().last().expect("told"), "page checkout-1");
    assert_eq!((shop.payments.calls().len(), shop.payments.finding().calls().len()), (1, 1));
}

/// The model may be asked again at will.
#[test]
fn a_question_whose_asker_died_is_asked_again() {
    let shop = Shop::new();
    shop.answers("ask tea");
    shop.marks(MODEL);
    shop.passes(secs(60));
    shop.rests();
    assert_eq!(shop.sent(), ["Answer 1."]);
}
