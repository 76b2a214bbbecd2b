//! A customer who writes while we wait: gather, and words go first.

use tradepost_domain::Conversation;
use tradepost_engine::TurnEnd;

use super::{
    secs,
    shop::{LINES, MODEL, MONEY, Shop},
};

/// proves: FI-08
#[test]
fn a_burst_is_gathered_and_heard_as_one() {
    let shop = Shop::with_quiet_time(secs(2));
    shop.hears("one");
    shop.passes(secs(1));
    shop.hears("two");
    shop.passes(secs(1));
    assert_eq!(shop.turns(), TurnEnd::Nothing, "it has been quiet for a second only");
    shop.passes(secs(1));
    assert_eq!(shop.turns(), TurnEnd::Done);
    assert_eq!(shop.told(), ["said one + two"]);
}

/// proves: FI-08
#[test]
fn the_wait_for_quiet_is_bounded() {
    let shop = Shop::with_quiet_time(secs(2));
    for word in ["one", "two", "three", "four", "five"] {
        shop.hears(word);
        shop.passes(secs(1));
    }
    assert_eq!(shop.turns(), TurnEnd::Done, "five seconds after the first word");
}

#[test]
fn a_tap_ends_the_wait() {
    let shop = Shop::with_quiet_time(secs(2));
    shop.hears("one");
    shop.hears_tap("pick:tea");
    assert_eq!(shop.turns(), TurnEnd::Done);
    assert_eq!(shop.told(), ["said one + tap pick:tea"]);
}

#[test]
fn words_go_first() {
    let shop = Shop::new();
    shop.answers("ask tea");
    let asked = shop.marks(MODEL);
    another_has(&shop, shop.conversation());
    shop.carries(asked);
    shop.hears("ask milk");
    shop.passes(secs(5));
    shop.turns();
    assert_eq!(shop.told(), ["said ask tea", "said ask milk"], "the overtaken answer is stale");
}

#[test]
fn words_go_first_even_while_more_of_them_are_awaited() {
    let shop = Shop::with_quiet_time(secs(2));
    shop.hears("ask tea");
    shop.passes(secs(2));
    shop.turns();
    let asked = shop.marks(MODEL);
    shop.hears("ask milk");
    shop.carries(asked);
    assert_eq!(shop.told(), ["said ask tea"], "the answer waits with the words");
    shop.passes(secs(2));
    shop.turns();
    assert_eq!(shop.told(), ["said ask tea", "said ask milk"]);
}

/// The world has changed: that is told at once.
#[test]
fn the_answer_of_a_write_does_not_wait_for_words() {
    let shop = Shop::with_quiet_time(secs(2));
    shop.stocks(1);
    shop.hears("buy mug");
    shop.passes(secs(2));
    shop.turns();
    let opening = shop.marks(MONEY);
    shop.hears("hello?");
    shop.carries(opening);
    assert_eq!(shop.told().last().expect("told"), "page checkout-1");
}

#[test]
fn whether_words_wait_is_asked_inside_the_turns_transaction() {
    let shop = Shop::new();
    shop.answers("ask tea");
    let asked = shop.marks(MODEL);
    another_has(&shop, shop.conversation());
    shop.carries(asked);
    shop.passes(secs(5));
    let worker = "a".into();
    let turn = shop.house.turn(shop.conversation().id, &worker);
    let end = shop.held_at_the_door(turn, || {
        shop.hears("ask milk");
    });
    assert_eq!(end, Ok(TurnEnd::Done));
    assert_eq!(shop.told(), ["said ask tea", "said ask milk"]);
}

#[test]
fn whether_words_wait_is_asked_inside_the_transaction_that_marks_a_line() {
    let shop = Shop::new();
    shop.answers("tell hello");
    let (lane, worker) = (LINES.into(), "a".into());
    let claim = shop.house.claim(&lane, &worker, 8);
    let marked = shop.held_at_the_door(claim, || {
        shop.hears("wait");
    });
    assert_eq!(marked.expect("claimed"), []);
}

/// Another worker has leased the conversation, so that an answer is stored alone.
fn another_has(shop: &Shop, conversation: Conversation) {
    let (now, until) = (shop.now(), shop.now() + secs(5));
    shop.within(Box::new(move |unit| {
        Box::pin(async move { unit.lease(&[conversation.id], &"another".into(), now, until).await.map(drop) })
    }));
}
