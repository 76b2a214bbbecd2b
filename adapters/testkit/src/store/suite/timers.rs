//! What every store promises of timers.

use tradepost_domain::{Region, Slot};
use tradepost_ports::{Store, store::Timer};

use super::conversations;
use crate::make;

pub async fn one_per_slot(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let second = Timer { effect: make::effect_id(2), ..make::timer(one, "talk", make::at(20)) };
    let put = second.clone();
    within!(store, |unit| {
        unit.set_timer(&make::timer(one, "talk", make::at(10))).await?;
        unit.set_timer(&put).await?;
        unit.set_timer(&make::timer(other, "talk", make::at(5))).await
    });
    assert_eq!(seen!(store, |unit| unit.timers_of(one).await), [second]);
    assert_eq!(seen!(store, |unit| unit.timers_of(other).await).len(), 1, "each conversation has its own");
}

pub async fn due_earliest_first(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    within!(store, |unit| {
        unit.set_timer(&make::timer(one, "talk", make::at(20))).await?;
        unit.set_timer(&make::timer(other, "talk", make::at(10))).await?;
        unit.set_timer(&make::timer(one, "purchase", make::at(21))).await
    });
    let expected = [make::timer(other, "talk", make::at(10)), make::timer(one, "talk", make::at(20))];
    assert_eq!(seen!(store, |unit| unit.due_timers(make::at(20), 9).await), expected);
    assert_eq!(seen!(store, |unit| unit.due_timers(make::at(99), 1).await), expected[..1]);
    assert_eq!(seen!(store, |unit| unit.due_timers(make::at(9), 9).await), []);
}

pub async fn cleared_by_region(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    within!(store, |unit| {
        for slot in ["talk", "talk.tool.7", "talkative", "purchase.talk", "ta_k.x"] {
            unit.set_timer(&make::timer(one, slot, make::at(10))).await?;
        }
        unit.set_timer(&make::timer(other, "talk", make::at(10))).await?;
        unit.clear_timers(one, &Region::fixed("talk")).await?;
        unit.clear_timers(one, &Region::fixed("ta_k")).await
    });
    let mut left: Vec<Slot> =
        seen!(store, |unit| unit.timers_of(one).await).into_iter().map(|timer| timer.slot).collect();
    left.sort();
    assert_eq!(left, [Slot::fixed("purchase.talk"), Slot::fixed("talkative")]);
    assert_eq!(seen!(store, |unit| unit.timers_of(other).await).len(), 1);
}
