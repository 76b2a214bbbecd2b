//! What every store promises of ledger.

use futures::future::join_all;
use tradepost_domain::{
    AccountKey, ConversationId, Money, OrderId,
    ledger::{Item, Order, OrderState},
};
use tradepost_ports::{
    Store,
    store::{Parked, ParkedNews, StoredEvent},
};

use super::conversations;
use crate::make;

const BOOK: &str = "book-1";

/// One conversation, and so many of one book on hand.
async fn stocked(store: &dyn Store, on_hand: u32) -> ConversationId {
    let [one] = conversations(store).await;
    within!(store, |unit| unit
        .stock(&make::storefront(), &make::item(BOOK, "Wizard's Almanac"), on_hand)
        .await);
    one
}

async fn free(store: &dyn Store, now: i64) -> u32 {
    let item = seen!(store, |unit| unit.item(&make::storefront(), BOOK, make::at(now)).await);
    item.expect("an item in stock").free
}

async fn reserve(store: &dyn Store, order: Order, now: i64) -> bool {
    within!(store, |unit| unit.reserve(&order, make::at(now)).await)
}

async fn move_order(store: &dyn Store, id: OrderId, from: OrderState, to: OrderState) -> bool {
    within!(store, |unit| unit.move_order(id, from, to).await)
}

fn payments() -> AccountKey {
    AccountKey::of("pay", "1")
}

pub async fn found_by_key_or_title(store: &dyn Store) {
    within!(store, |unit| {
        for (sku, title, on_hand) in
            [("b-1", "Zen and b-3", 1), ("b-2", "Apple Pie", 0), ("b-3", "The Zenith", 3), ("b-4", "Zen", 4)]
        {
            unit.stock(&make::storefront(), &make::item(sku, title), on_hand).await?;
        }
        unit.stock(&"elsewhere".into(), &make::item("b-9", "Zen Elsewhere"), 9).await?;
        let dearer = Item { price: make::dollars(99), ..make::item("b-4", "Zen for All") };
        unit.stock(&make::storefront(), &dearer, 5).await
    });
    for (label, words, most, expected) in [
        ("by title, any case", "zEN", 9, &["b-3", "b-1", "b-4"][..]),
        ("at most", "zen", 2, &["b-3", "b-1"]),
        ("a key's match first", "B-3", 9, &["b-3", "b-1"]),
        ("of two words", "apple pie", 9, &["b-2"]),
        ("nothing", "owl", 9, &[]),
    ] {
        let found = seen!(store, |unit| unit.find(&make::storefront(), words, make::at(0), most).await);
        assert_eq!(found.iter().map(|item| item.sku.as_str()).collect::<Vec<_>>(), expected, "{label}");
    }
    let item = seen!(store, |unit| unit.item(&make::storefront(), "b-4", make::at(0)).await);
    let expected = Item { price: make::dollars(99), free: 5, ..make::item("b-4", "Zen for All") };
    assert_eq!(item, Some(expected), "stocked anew");
    assert_eq!(seen!(store, |unit| unit.item(&make::storefront(), "b-9", make::at(0)).await), None);
}

/// proves: PL-23
pub async fn wildcards_are_words(store: &dyn Store) {
    within!(store, |unit| {
        unit.stock(&make::storefront(), &make::item("b-1", "100% Wool_Socks"), 1).await?;
        unit.stock(&make::storefront(), &make::item("b-2", "Hat"), 1).await
    });
    for (words, expected) in [("%", 1), ("_", 1), ("H%t", 0), ("h_t", 0), ("'; --", 0), ("\\", 0), ("*", 0)] {
        let found = seen!(store, |unit| unit.find(&make::storefront(), words, make::at(0), 9).await);
        assert_eq!(found.len(), expected, "{words}: {found:?}");
    }
}

/// proves: FI-05
pub async fn reserved_until_sold_out(store: &dyn Store) {
    let one = stocked(store, 3).await;
    let order = |n, quantity| Order { quantity, ..make::order(n, one, BOOK) };
    assert!(reserve(store, order(1, 2), 0).await, "two of three");
    assert_eq!(free(store, 0).await, 1);
    assert!(!reserve(store, order(2, 2), 0).await, "two of one");
    assert_eq!(seen!(store, |unit| unit.order(make::order_id(2)).await), None, "nothing changed");
    assert!(reserve(store, order(3, 1), 0).await, "the last");
    assert_eq!(free(store, 0).await, 0);
    assert!(!reserve(store, Order { sku: "unknown".into(), ..order(4, 1) }, 0).await, "no such item");
    assert_eq!(seen!(store, |unit| unit.order(make::order_id(1)).await), Some(order(1, 2)));
}

/// proves: FI-05
pub async fn never_oversold_by_many_at_once(store: &dyn Store) {
    let one = stocked(store, 7).await;
    let tries = (1..=20).map(|n| reserve(store, make::order(n, one, BOOK), 0));
    let held = join_all(tries).await.into_iter().filter(|held| *held).count();
    assert_eq!(held, 7);
    assert_eq!(free(store, 0).await, 0);
    assert_eq!(seen!(store, |unit| unit.orders_of(one, 99).await).len(), 7);
}

/// proves: FI-05
pub async fn a_hold_ends_by_the_clock(store: &dyn Store) {
    let one = stocked(store, 1).await;
    assert!(reserve(store, make::order(1, one, BOOK), 0).await);
    assert_eq!(free(store, 899).await, 0, "held until its end");
    assert_eq!(free(store, 900).await, 1, "free without a sweep");
    let next = Order { ends: make::at(1_800), ..make::order(2, one, BOOK) };
    assert!(reserve(store, next, 900).await);
    assert_eq!(free(store, 900).await, 0);
}

pub async fn moved_only_from_its_state(store: &dyn Store) {
    let one = stocked(store, 1).await;
    assert!(reserve(store, make::order(1, one, BOOK), 0).await);
    let id = make::order_id(1);
    assert!(!move_order(store, id, OrderState::Ended, OrderState::Cancelled).await, "it is held");
    assert_eq!(free(store, 0).await, 0);
    assert!(move_order(store, id, OrderState::Held, OrderState::Cancelled).await);
    assert_eq!(free(store, 0).await, 1, "a cancelled order holds nothing");
    assert!(!move_order(store, id, OrderState::Held, OrderState::Paid).await, "a second move finds it gone");
    assert_eq!(free(store, 0).await, 1);
    assert!(!move_order(store, make::order_id(9), OrderState::Held, OrderState::Paid).await, "unknown");
}

/// proves: FI-05
pub async fn paying_takes_stock(store: &dyn Store) {
    let one = stocked(store, 5).await;
    assert!(reserve(store, Order { quantity: 2, ..make::order(1, one, BOOK) }, 0).await);
    assert!(move_order(store, make::order_id(1), OrderState::Held, OrderState::Paid).await);
    assert_eq!(free(store, 0).await, 3);
    assert_eq!(free(store, 9_999).await, 3, "for good");
    assert!(reserve(store, make::order(2, one, BOOK), 0).await);
    assert!(move_order(store, make::order_id(2), OrderState::Held, OrderState::Ended).await);
    assert_eq!(free(store, 0).await, 3, "an ended hold takes nothing");
    assert!(move_order(store, make::order_id(2), OrderState::Ended, OrderState::Paid).await);
    assert_eq!(free(store, 0).await, 2, "late, but kept");
}

pub async fn known_by_checkout(store: &dyn Store) {
    let one = stocked(store, 5).await;
    assert!(reserve(store, make::order(1, one, BOOK), 0).await);
    within!(store, |unit| unit.know_checkout(make::order_id(1), &payments(), "checkout-1").await);
    let expected = Order { checkout: Some("checkout-1".into()), ..make::order(1, one, BOOK) };
    let found = seen!(store, |unit| unit.order_by_checkout(&payments(), "checkout-1").await);
    assert_eq!(found.as_ref(), Some(&expected));
    assert_eq!(seen!(store, |unit| unit.order(make::order_id(1)).await), Some(expected));
    assert_eq!(seen!(store, |unit| unit.order_by_checkout(&payments(), "checkout-2").await), None);
    let elsewhere = AccountKey::of("pay", "2");
    assert_eq!(seen!(store, |unit| unit.order_by_checkout(&elsewhere, "checkout-1").await), None);
}

pub async fn orders_newest_first(store: &dyn Store) {
    let one = stocked(store, 5).await;
    for n in 1..=3 {
        assert!(reserve(store, make::order(n, one, BOOK), 0).await);
    }
    let orders = seen!(store, |unit| unit.orders_of(one, 2).await);
    assert_eq!(orders.iter().map(|order| order.id).collect::<Vec<_>>(), [3, 2].map(make::order_id));
    assert_eq!(seen!(store, |unit| unit.orders_of(make::conversation_id(9), 9).await), []);
}

/// proves: FI-05
pub async fn a_payment_is_heard_once(store: &dyn Store) {
    let one = stocked(store, 5).await;
    assert!(reserve(store, make::order(1, one, BOOK), 0).await);
    for (label, account, payment, expected) in [
        ("the first time", "pay:1", 1, true),
        ("again", "pay:1", 1, false),
        ("another payment", "pay:1", 2, true),
        ("another account's of the same name", "pay:2", 1, true),
    ] {
        let mut payment = make::payment(payment, "checkout-1");
        payment.amount = Money { minor: 1, ..payment.amount };
        let heard = within!(store, |unit| {
            unit.hear_payment(&account.into(), &payment, make::order_id(1), make::at(0)).await
        });
        assert_eq!(heard, expected, "{label}");
    }
}

pub async fn ended_holds(store: &dyn Store) {
    let one = stocked(store, 9).await;
    for (n, ends) in [(1, 30), (2, 20), (3, 40), (4, 10)] {
        assert!(reserve(store, Order { ends: make::at(ends), ..make::order(n, one, BOOK) }, 0).await);
    }
    assert!(move_order(store, make::order_id(4), OrderState::Held, OrderState::Cancelled).await);
    let mut ended = seen!(store, |unit| unit.ended_holds(make::at(30), 9).await);
    ended.sort_by_key(|order| order.id);
    assert_eq!(ended.iter().map(|order| order.id).collect::<Vec<_>>(), [1, 2].map(make::order_id));
    assert_eq!(seen!(store, |unit| unit.ended_holds(make::at(99), 1).await).len(), 1, "at most");
    assert!(move_order(store, make::order_id(1), OrderState::Held, OrderState::Ended).await);
    assert_eq!(seen!(store, |unit| unit.ended_holds(make::at(30), 9).await).len(), 1, "written down");
}

async fn park(store: &dyn Store, all: Vec<Parked>) {
    within!(store, |unit| {
        for parked in &all {
            unit.record(&StoredEvent { id: parked.event, ..make::stored_event(1) }).await?;
            unit.park(parked).await?;
        }
        Ok(())
    });
}

pub async fn parked_and_taken_out(store: &dyn Store) {
    let paid = ParkedNews::Paid { payment: make::payment(1, "ref-1") };
    let first = Parked { news: paid, ..make::parked(1, "ref-1") };
    let elsewhere = Parked { account: "sandbox:2".into(), ..make::parked(4, "ref-1") };
    let second = make::parked(2, "ref-1");
    park(store, vec![first.clone(), second.clone(), make::parked(3, "ref-2"), elsewhere]).await;
    let account = make::account();
    let out = within!(store, |unit| unit.unpark(&account, "ref-1").await);
    assert_eq!(out, [first, second], "oldest first");
    let again = within!(store, |unit| unit.unpark(&make::account(), "ref-1").await);
    assert_eq!(again, [], "taken out once");
    let other = within!(store, |unit| unit.unpark(&make::account(), "ref-2").await);
    assert_eq!(other.len(), 1, "the others stay");
}

pub async fn parked_too_long(store: &dyn Store) {
    let until = |n, seconds| Parked { until: make::at(seconds), ..make::parked(n, "ref") };
    park(store, vec![until(1, 10), until(2, 20), until(3, 30)]).await;
    for (now, due) in [(9, false), (10, true), (99, true)] {
        assert_eq!(seen!(store, |unit| unit.parked_due(make::at(now)).await), due, "at {now}");
    }
    assert_eq!(within!(store, |unit| unit.unpark_old(make::at(9), 9).await), []);
    assert_eq!(within!(store, |unit| unit.unpark_old(make::at(20), 1).await), [until(1, 10)], "at most");
    assert_eq!(within!(store, |unit| unit.unpark_old(make::at(20), 9).await), [until(2, 20)]);
    assert!(!seen!(store, |unit| unit.parked_due(make::at(20)).await), "what is due has been taken out");
    assert_eq!(within!(store, |unit| unit.unpark(&make::account(), "ref").await), [until(3, 30)]);
}
