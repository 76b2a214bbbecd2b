//! Slots: one idea for waiting.

use super::{
    secs,
    shop::{MODEL, MONEY, Shop},
};

#[test]
fn a_call_under_a_slot_replaces_the_slots_former_one() {
    let shop = Shop::new();
    shop.answers("ask tea");
    shop.answers("ask milk");
    assert_eq!(shop.sends_on(MODEL), 1, "the former call has not left and never does");
    assert_eq!(shop.told(), ["said ask tea", "said ask milk", "reply Answer 1."]);
}

#[test]
fn a_stale_answer_of_a_read_is_dropped() {
    let shop = Shop::new();
    shop.answers("ask tea");
    let asked = shop.marks(MODEL);
    shop.answers("ask milk");
    shop.carries(asked);
    assert_eq!(shop.llm.calls().len(), 1, "it had left");
    assert_eq!(shop.told(), ["said ask tea", "said ask milk"]);
}

#[test]
fn a_stale_answer_of_a_write_is_told() {
    let shop = Shop::new();
    shop.stocks(1);
    shop.answers("buy mug");
    let opening = shop.marks(MONEY);
    shop.answers("drop");
    shop.carries(opening);
    assert_eq!(shop.told().last().expect("told"), "page checkout-1, not awaited");
}

#[test]
fn a_forgotten_region_waits_for_nothing() {
    let shop = Shop::new();
    shop.answers("look milk");
    shop.answers("alarm 60 talk.later");
    shop.answers("forget");
    shop.passes(secs(60));
    shop.rests();
    assert!(shop.llm.calls().is_empty() && shop.sent().is_empty());
    assert!(shop.conversation().inner.pending.is_empty());
}

/// A slot is its own name: what is below it is forgotten with its region, not replaced with it.
#[test]
fn an_alarm_below_a_slot_outlives_a_call_under_it() {
    let shop = Shop::new();
    shop.answers("alarm 60 talk.later");
    shop.answers("alarm 120 talk.later.still");
    shop.answers("ask tea");
    shop.rests();
    for _ in 0..2 {
        shop.passes(secs(60));
        shop.rests();
    }
    assert_eq!(shop.sent(), ["Answer 1.", "ring talk.later", "ring talk.later.still"]);
}

#[test]
fn an_alarm_replaces_the_slots_former_one() {
    let shop = Shop::new();
    shop.answers("alarm 60 talk.later");
    shop.answers("alarm 90 talk.later");
    shop.passes(secs(60));
    shop.rests();
    assert!(shop.sent().is_empty());
    shop.passes(secs(30));
    shop.rests();
    assert_eq!(shop.sent(), ["ring talk.later"]);
}
