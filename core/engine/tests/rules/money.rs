//! Money: settled before it is heard, once, and no dead order keeps an open page.

use tradepost_domain::{OrderId, What, ledger::Payment};
use tradepost_testkit::script::Play;

use super::{
    secs,
    shop::{MONEY, Shop},
};

/// A shop whose customer has the page of a mug open.
fn with_open_page() -> Shop {
    let shop = Shop::new();
    shop.stocks(1);
    shop.answers("buy mug");
    shop.rests();
    shop
}

fn order(shop: &Shop) -> OrderId {
    shop.store.tables().orders()[0].id
}

fn pays(shop: &Shop) -> Payment {
    shop.payments.pay(order(shop)).expect("an open page")
}

/// proves: FI-05
#[test]
fn a_payment_is_settled_before_any_flow_hears_it() {
    let shop = with_open_page();
    shop.arrives(What::Paid { payment: pays(&shop) });
    shop.turns();
    let hop = shop.store.tables().journal().pop().expect("a hop");
    assert_eq!(shop.told().last().expect("told"), "paid on time");
    assert_eq!(hop.context["orders"][0]["state"], "paid");
    assert_eq!(shop.store.tables().on_hand(&"corner-shop".into(), "mug"), 0);
}

/// proves: FI-05
#[test]
fn a_payment_that_was_heard_before_is_not_stepped() {
    let shop = with_open_page();
    let payment = pays(&shop);
    shop.arrives(What::Paid { payment: payment.clone() });
    shop.arrives(What::Paid { payment });
    shop.rests();
    assert_eq!(shop.told().iter().filter(|told| told.starts_with("paid")).count(), 1);
    assert_eq!(shop.sent().last().expect("sent"), "thank you");
    assert!(!shop.told().iter().any(|told| told.starts_with("to refund")));
}

/// A notice told again is the same payment, though the storefront has changed its account meanwhile.
///
/// proves: FI-05
#[test]
fn a_payment_is_of_the_account_that_its_notice_came_through() {
    let shop = with_open_page();
    let payment = pays(&shop);
    shop.arrives(What::Paid { payment: payment.clone() });
    shop.rests();
    shop.arrives(What::Paid { payment });
    let moved = shop.another_paid_by("b", "pay:2");
    shop.turns_by(&moved, "b");
    assert_eq!(shop.told().last().expect("told"), "paid on time");
}

#[test]
fn money_is_right_whoever_has_the_conversation() {
    let shop = with_open_page();
    shop.takes_over();
    shop.arrives(What::Paid { payment: pays(&shop) });
    shop.rests();
    assert_eq!(shop.told().last().expect("told"), "paid on time");
    assert_eq!(shop.sent().last().expect("sent"), "thank you");
}

/// proves: FI-05
#[test]
fn a_notice_that_comes_before_the_answer_is_released_by_it() {
    let shop = Shop::new();
    shop.stocks(1);
    shop.payments.plan(Play::usual().answered_after(secs(1)));
    shop.answers("buy mug");
    let opening = shop.marks(MONEY).remove(0);
    let carried = shop.under_way(shop.house.carry(opening), || {
        shop.arrives(What::Paid { payment: pays(&shop) });
        shop.turns_all();
        assert_eq!(shop.store.tables().parked().len(), 1);
        shop.passes(secs(1));
    });
    carried.expect("settled");
    assert!(shop.store.tables().parked().is_empty(), "in the very commit that knows the page");
    shop.rests();
    assert!(shop.told().contains(&"paid on time".to_owned()), "{:?}", shop.told());
    let tables = shop.store.tables();
    let thanks = tables.messages().into_iter().find(|line| line.line.content.words() == Some("thank you"));
    let notice = tables.events().into_iter().find(|event| event.kind == "paid").expect("it came");
    assert_eq!(
        thanks.expect("thanked").correlation,
        notice.correlation,
        "the notice caused it, however late"
    );
}

/// proves: FI-05 TH-03
#[test]
fn an_ended_hold_closes_its_page_and_is_told() {
    let shop = with_open_page();
    shop.passes(secs(15 * 60));
    shop.rests();
    assert_eq!(shop.told().last().expect("told"), "hold ended");
    assert!(!shop.payments.pages()[0].open);
}

#[test]
fn a_cancelled_order_closes_its_page() {
    let shop = with_open_page();
    shop.answers("drop");
    shop.rests();
    assert!(!shop.payments.pages()[0].open);
}

/// Giving an order up does not fail for want of an account that could close its page: the call alone is a dead letter.
#[test]
fn an_order_is_cancelled_though_nobody_can_close_its_page() {
    let shop = with_open_page();
    shop.hears("drop");
    let other = shop.another_without_payments("b");
    shop.turns_by(&other, "b");
    let tables = shop.store.tables();
    assert_eq!(tables.orders()[0].state, tradepost_domain::ledger::OrderState::Cancelled);
    assert_eq!((tables.inbox().len(), tables.dead_letters().len()), (0, 1));
}

#[test]
fn a_page_that_opens_for_a_dead_order_is_closed() {
    let shop = Shop::new();
    shop.stocks(1);
    shop.answers("buy mug");
    let opening = shop.marks(MONEY);
    shop.answers("drop");
    shop.carries(opening);
    assert!(shop.payments.pages()[0].open);
    shop.rests();
    assert!(!shop.payments.pages()[0].open);
}

#[test]
fn a_page_that_nobody_can_close_any_more_is_a_dead_letter() {
    let shop = with_open_page();
    shop.passes(secs(15 * 60));
    let other = shop.another_without_payments("b");
    futures::executor::block_on(other.sweep()).expect("swept");
    let letters = shop.store.tables().dead_letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].0.reason.contains("no payments"), "{:?}", letters[0]);
    futures::executor::block_on(shop.house.retry_dead_letter(letters[0].0.id)).expect("retried");
    shop.rests();
    assert!(!shop.payments.pages()[0].open, "it is tried again when there is an account");
}

/// The sweep only writes down what the clock has decided.
///
/// proves: TH-03 FI-05
#[test]
fn a_hold_ends_by_the_clock() {
    let shop = with_open_page();
    shop.hears_from("bob", tradepost_domain::Content::text("buy mug"));
    shop.turns_all();
    assert_eq!(shop.store.tables().orders().len(), 1, "the only mug is held");
    shop.passes(secs(15 * 60));
    shop.hears_from("bob", tradepost_domain::Content::text("buy mug"));
    shop.turns_all();
    assert_eq!(shop.store.tables().orders().len(), 2, "no sweep was needed");
}

/// proves: FI-05
#[test]
fn a_late_payment_is_kept_while_something_is_left() {
    let shop = with_open_page();
    let payment = pays(&shop);
    shop.passes(secs(15 * 60));
    shop.rests();
    shop.arrives(What::Paid { payment });
    shop.rests();
    assert_eq!(shop.told().last().expect("told"), "paid late but kept");
}
