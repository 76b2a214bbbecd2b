//! What every store promises of events.

use tradepost_ports::{
    Store,
    store::{Fate, StoredEvent},
};

use super::conversations;
use crate::make;

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|&key| key.into()).collect()
}

/// proves: IN-04
pub async fn a_key_is_new_once(store: &dyn Store) {
    for (label, kind, given, expected) in [
        (
            "of two equal ones in one call the first",
            "sandbox",
            &["b", "a", "b"][..],
            &[true, true, false][..],
        ),
        ("across calls", "sandbox", &["c", "a"], &[true, false]),
        ("another kind's keys are its own", "other", &["a"], &[true]),
        ("none", "sandbox", &[], &[]),
    ] {
        let given = keys(given);
        let new = within!(store, |unit| unit.remember(kind, &given, make::at(0)).await);
        assert_eq!(new, expected, "{label}");
    }
    let new = within!(store, |unit| {
        let first = unit.remember("sandbox", &keys(&["d"]), make::at(0)).await?;
        let second = unit.remember("sandbox", &keys(&["d"]), make::at(0)).await?;
        Ok([first, second].concat())
    });
    assert_eq!(new, [true, false], "in one unit");
}

/// proves: PL-13
pub async fn keys_are_forgotten(store: &dyn Store) {
    within!(store, |unit| {
        unit.remember("sandbox", &keys(&["a", "b", "c"]), make::at(1)).await?;
        unit.remember("sandbox", &keys(&["d"]), make::at(5)).await
    });
    assert_eq!(within!(store, |unit| unit.forget_keys(make::at(1), 9).await), 0, "not before its time");
    assert_eq!(within!(store, |unit| unit.forget_keys(make::at(5), 2).await), 2, "at most");
    assert_eq!(within!(store, |unit| unit.forget_keys(make::at(5), 2).await), 1, "the rest");
    let new = within!(store, |unit| unit.remember("sandbox", &keys(&["a", "d"]), make::at(6)).await);
    assert_eq!(new, [true, false], "what was forgotten is new again");
}

/// proves: IN-06
pub async fn an_event_is_kept_whole(store: &dyn Store) {
    let [one] = conversations(store).await;
    let first = make::stored_event(1);
    let second = StoredEvent {
        endpoint: None,
        conversation: Some(one),
        note: Some("no storefront has it".into()),
        raw: "{\"text\":\"größe 🧙\"}".into(),
        arrival: Some("{\"what\":\"grüße 🧙\"}".into()),
        correlation: "req-1".parse().expect("harmless"),
        reference: Some("m-1".into()),
        repeats: Some(first.id),
        fate: Fate::Unrouted,
        ..make::stored_event(2)
    };
    let events = [first.clone(), second.clone()];
    within!(store, |unit| {
        for event in &events {
            unit.record(event).await?;
        }
        Ok(())
    });
    assert_eq!(seen!(store, |unit| unit.event(make::event_id(1)).await), Some(first));
    assert_eq!(seen!(store, |unit| unit.event(make::event_id(2)).await), Some(second));
    assert_eq!(seen!(store, |unit| unit.event(make::event_id(3)).await), None);
}

/// The message itself, its edits, and whoever filed it again: nothing of any is left.
pub async fn what_was_taken_back_is_blanked(store: &dyn Store) {
    let words = |n, account: &str, reference: Option<&str>| StoredEvent {
        account: account.into(),
        arrival: Some("words".into()),
        reference: reference.map(str::to_owned),
        ..make::stored_event(n)
    };
    let ours = make::account();
    let events = [
        words(1, ours.as_str(), Some("m1")),
        words(2, ours.as_str(), Some("m2")),
        words(3, ours.as_str(), Some("m1")),
        words(4, ours.as_str(), None),
        words(5, "sandbox:2", Some("m1")),
    ];
    let kept = events.clone();
    let blanked = within!(store, |unit| {
        for event in &events {
            unit.record(event).await?;
        }
        unit.blank(&make::account(), "m1", "taken back").await
    });
    assert_eq!(blanked, 2);
    for event in kept {
        let id = event.id;
        let blank = StoredEvent {
            raw: String::new(),
            arrival: None,
            note: Some("taken back".into()),
            ..event.clone()
        };
        let expected = if [1, 3].map(make::event_id).contains(&id) { blank } else { event };
        assert_eq!(seen!(store, |unit| unit.event(id).await), Some(expected));
    }
    assert_eq!(within!(store, |unit| unit.blank(&make::account(), "m9", "taken back").await), 0);
}

/// proves: IN-05
pub async fn events_by_fate_newest_first(store: &dyn Store) {
    within!(store, |unit| {
        for (n, fate) in [(1, Fate::Unparsed), (2, Fate::Filed), (3, Fate::Unparsed), (4, Fate::Unparsed)] {
            unit.record(&StoredEvent { fate, ..make::stored_event(n) }).await?;
        }
        Ok(())
    });
    let found = seen!(store, |unit| unit.events(Fate::Unparsed, 2).await);
    assert_eq!(found.iter().map(|event| event.id).collect::<Vec<_>>(), [4, 3].map(make::event_id));
    assert_eq!(seen!(store, |unit| unit.events(Fate::Parked, 2).await), []);
}
