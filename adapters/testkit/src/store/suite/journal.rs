//! What every store promises of journal.

use serde_json::json;
use tradepost_domain::EventId;
use tradepost_ports::{
    Store,
    store::{DeadLetter, DeadWork},
};

use super::conversations;
use crate::make;

/// proves: FI-07
pub async fn hops_in_order(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    within!(store, |unit| {
        for hop in [0, 1, 2, 3] {
            unit.log(&make::journal_row(one, hop)).await?;
        }
        unit.log(&make::journal_row(other, 0)).await
    });
    let hops = seen!(store, |unit| unit.journal(one, 1, 2).await);
    assert_eq!(hops, [make::journal_row(one, 1), make::journal_row(one, 2)]);
    assert_eq!(seen!(store, |unit| unit.journal(one, 0, 99).await).len(), 4);
    assert_eq!(seen!(store, |unit| unit.journal(one, 4, 99).await), []);
}

pub async fn parts_once(store: &dyn Store) {
    within!(store, |unit| {
        unit.keep_part("a1", "{\"name\":\"Café\"}").await?;
        unit.keep_part("a1", "something else").await
    });
    assert_eq!(seen!(store, |unit| unit.part("a1").await).as_deref(), Some("{\"name\":\"Café\"}"));
    assert_eq!(seen!(store, |unit| unit.part("b2").await), None);
}

/// proves: CV-08
pub async fn dead_letters_wait_and_are_retried_once(store: &dyn Store) {
    let [one] = conversations(store).await;
    let effect =
        DeadWork::Effect { effect: make::effect_id(1), class: "do".into(), work: json!({ "work": "x" }) };
    let letters = [
        make::dead_letter(1, one),
        DeadLetter { work: effect, ..make::dead_letter(2, one) },
        make::dead_letter(3, one),
    ];
    let buried = letters.clone();
    within!(store, |unit| {
        for letter in &buried {
            unit.bury(letter).await?;
        }
        Ok(())
    });
    let [first, second, third] = letters;
    assert_eq!(seen!(store, |unit| unit.dead_letters(2).await), [third, second.clone()], "newest first");
    assert_eq!(seen!(store, |unit| unit.dead_letter(make::dead_letter_id(2)).await), Some(second.clone()));
    let id = make::dead_letter_id(3);
    assert!(within!(store, |unit| unit.resurrect(id, make::at(9)).await));
    assert!(!within!(store, |unit| unit.resurrect(id, make::at(9)).await), "it was already");
    assert!(!within!(store, |unit| unit.resurrect(make::dead_letter_id(9), make::at(9)).await), "none");
    assert_eq!(seen!(store, |unit| unit.dead_letters(9).await), [second, first]);
    let retried = seen!(store, |unit| unit.dead_letter(id).await).map(|letter| letter.work);
    let body = json!({ "inbox": "idle" });
    let event: EventId = make::event_id(3);
    assert_eq!(retried, Some(DeadWork::Event { event, body }), "it stays to be seen");
}
