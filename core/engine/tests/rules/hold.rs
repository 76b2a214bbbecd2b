//! Hold and replace: what the customer's newer words do to lines that have not left.

use tradepost_domain::Delivery;

use super::shop::{LINES, MODEL, Shop};

#[test]
fn a_line_with_a_topic_does_not_leave_while_words_wait() {
    let shop = Shop::new();
    shop.answers("tell hello");
    shop.answers("say welcome");
    shop.hears("wait");
    assert_eq!(shop.sends(), 0);
    shop.turns();
    shop.sends();
    assert_eq!(shop.sent(), ["hello", "welcome"], "the turn did not touch the topic");
}

#[test]
fn a_line_that_must_arrive_leaves_while_words_wait() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.hears("wait");
    shop.sends();
    assert_eq!(shop.sent(), ["hello"]);
}

#[test]
fn a_newer_line_takes_the_place_of_an_unsent_one() {
    let shop = Shop::new();
    shop.answers("tell one");
    shop.answers("tell two");
    shop.sends();
    assert_eq!(shop.sent(), ["two"]);
    assert_eq!(shop.line("one"), Delivery::Withdrawn);
}

#[test]
fn a_new_call_under_the_topic_withdraws_the_unsent_line() {
    let shop = Shop::new();
    shop.answers("tell one");
    shop.answers("ask tea");
    shop.rests();
    assert_eq!(shop.sent(), ["Answer 1."]);
    assert_eq!(shop.line("one"), Delivery::Withdrawn);
}

#[test]
fn a_topic_that_the_turn_does_not_touch_keeps_its_line() {
    let shop = Shop::new();
    shop.answers("offer a mug");
    shop.answers("tell hello");
    shop.sends();
    assert_eq!(shop.sent(), ["a mug", "hello"]);
}

/// The model has been told of the first line as said.
#[test]
fn only_said_withdraws() {
    let shop = Shop::new();
    shop.answers("look milk");
    shop.answers("ask tea");
    shop.sends_on(MODEL);
    shop.sends();
    assert_eq!(shop.sent(), ["Answer 1.", "Answer 2."]);
}

#[test]
fn a_line_that_may_have_left_is_not_withdrawn() {
    let shop = Shop::new();
    shop.answers("tell one");
    let marked = shop.marks(LINES);
    shop.answers("tell two");
    shop.carries(marked);
    shop.sends();
    assert_eq!(shop.sent(), ["one", "two"]);
    assert_eq!(shop.line("one"), Delivery::Sent);
}

#[test]
fn lines_of_one_turn_do_not_withdraw_each_other() {
    let shop = Shop::new();
    shop.hears("tell one");
    shop.hears("tell two");
    shop.turns();
    shop.sends();
    assert_eq!(shop.sent(), ["one", "two"]);
}

/// What a flow asks "had the question left when the yes was written?" with.
#[test]
fn a_step_knows_when_its_lines_left() {
    let shop = Shop::new();
    shop.answers("offer a mug");
    shop.answers("hm");
    assert_eq!(said_at(&shop), serde_json::json!({ "purchase": null }));
    shop.sends();
    shop.answers("hm");
    assert_eq!(said_at(&shop), serde_json::json!({ "purchase": shop.now() }));
}

fn said_at(shop: &Shop) -> serde_json::Value {
    shop.store.tables().journal().last().expect("a hop").context["said_at"].clone()
}
