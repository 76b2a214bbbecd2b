//! What every store promises of inbox.

use serde_json::json;
use tradepost_domain::{Answer, Answered, Content, Conversation, Slot};
use tradepost_ports::{
    Store, Unit,
    store::{InboxBody, InboxRow, Kept, StaffWord, StoredEvent},
};

use super::conversations;
use crate::make;

/// Records the row's event and files the row.
async fn file(unit: &mut dyn Unit, row: InboxRow) -> Kept<()> {
    unit.record(&StoredEvent { id: row.event, ..make::stored_event(1) }).await?;
    unit.file(&row).await
}

/// proves: CV-01
pub async fn rows_wait_in_the_order_of_filing(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    within!(store, |unit| {
        file(unit, InboxRow { seq: 900, ..make::inbox_row(3, one) }).await?;
        file(unit, make::inbox_row(7, other)).await?;
        file(unit, make::inbox_row(2, one)).await
    });
    within!(store, |unit| file(unit, make::inbox_row(1, one)).await);
    let rows = seen!(store, |unit| unit.waiting(one).await);
    let events: Vec<_> = rows.iter().map(|row| row.event).collect();
    assert_eq!(events, [3, 2, 1].map(make::event_id));
    assert!(rows.is_sorted_by(|a, b| a.seq < b.seq), "places should grow: {rows:?}");
}

pub async fn every_body_is_kept(store: &dyn Store) {
    let [one] = conversations(store).await;
    let slot = Slot::fixed("purchase.checkout");
    let answered = Answered {
        slot: slot.clone(),
        effect: make::effect_id(1),
        awaited: false,
        result: Ok(Answer::Closed),
    };
    let bodies = [
        InboxBody::Said(make::message(1, "Grüße, 書店 🧙 \"quoted\"")),
        InboxBody::Answer { writes: true, answered },
        InboxBody::Paid {
            order: make::order_id(1),
            account: make::account(),
            payment: make::payment(1, "checkout-1"),
        },
        InboxBody::HoldEnded { order: make::order_id(1) },
        InboxBody::Woke { slot, effect: make::effect_id(2) },
        InboxBody::Staff(StaffWord::Say { by: "sam".into(), content: Content::text("Hello.") }),
        InboxBody::Staff(StaffWord::TakeOver { by: "sam".into(), until: Some(make::at(60)) }),
        InboxBody::Staff(StaffWord::HandBack),
        InboxBody::Idle,
        InboxBody::TakeOverEnded,
    ];
    let filed = bodies.clone();
    within!(store, |unit| {
        for (n, body) in (1..).zip(filed) {
            file(unit, InboxRow { body, ..make::inbox_row(n, one) }).await?;
        }
        Ok(())
    });
    let rows = seen!(store, |unit| unit.waiting(one).await);
    let kept: Vec<_> = rows.iter().map(|row| row.body.clone()).collect();
    assert_eq!(kept, bodies);
    assert_eq!(rows[0], InboxRow { seq: rows[0].seq, body: bodies[0].clone(), ..make::inbox_row(1, one) });
    assert_eq!(json!(kept[8]), json!(InboxBody::Idle));
}

pub async fn words_wait_ripe_or_not(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    within!(store, |unit| file(unit, InboxRow { body: InboxBody::Idle, ..make::inbox_row(1, one) }).await);
    assert!(!within!(store, |unit| unit.words_wait(one).await), "an alarm is no words");
    within!(store, |unit| file(unit, InboxRow { ripe_at: make::at(9_999), ..make::inbox_row(2, one) }).await);
    assert!(within!(store, |unit| unit.words_wait(one).await), "unripe words wait, too");
    assert!(!within!(store, |unit| unit.words_wait(other).await), "not here");
}

pub async fn taken_rows_are_gone(store: &dyn Store) {
    let [one] = conversations(store).await;
    within!(store, |unit| {
        for n in 1..=3 {
            file(unit, make::inbox_row(n, one)).await?;
        }
        unit.take(&[1, 3].map(make::event_id)).await
    });
    let rows = seen!(store, |unit| unit.waiting(one).await);
    assert_eq!(rows.iter().map(|row| row.event).collect::<Vec<_>>(), [make::event_id(2)]);
    within!(store, |unit| unit.take(&[]).await);
}

pub async fn reworded_where_they_stand(store: &dyn Store) {
    let [one] = conversations(store).await;
    let body = InboxBody::Said(make::message(9, "Two, please."));
    let new = body.clone();
    within!(store, |unit| {
        for n in 1..=3 {
            file(unit, make::inbox_row(n, one)).await?;
        }
        unit.failed(&[make::event_id(2)], make::at(60)).await
    });
    let before = seen!(store, |unit| unit.waiting(one).await);
    within!(store, |unit| {
        unit.reword(make::event_id(2), &new).await?;
        unit.reword(make::event_id(9), &new).await
    });
    let rows = seen!(store, |unit| unit.waiting(one).await);
    assert_eq!(rows, [before[0].clone(), InboxRow { body, ..before[1].clone() }, before[2].clone()]);
}

/// proves: CV-08
pub async fn ripening_and_failing(store: &dyn Store) {
    let [one] = conversations(store).await;
    within!(store, |unit| {
        for n in 1..=3 {
            file(unit, make::inbox_row(n, one)).await?;
        }
        unit.ripen(&[make::event_id(2)], make::at(50)).await?;
        unit.failed(&[make::event_id(3)], make::at(60)).await?;
        unit.failed(&[make::event_id(3)], make::at(70)).await
    });
    let rows = seen!(store, |unit| unit.waiting(one).await);
    let found: Vec<_> = rows.iter().map(|row| (row.ripe_at, row.tries)).collect();
    assert_eq!(found, [(make::at(1), 0), (make::at(50), 0), (make::at(70), 2)]);
}

pub async fn ripe_by_time_longest_first(store: &dyn Store) {
    let ids = conversations::<3>(store).await;
    within!(store, |unit| {
        file(unit, make::inbox_row(5, ids[0])).await?;
        file(unit, make::inbox_row(6, ids[1])).await?;
        file(unit, make::inbox_row(7, ids[2])).await?;
        file(unit, make::inbox_row(8, ids[0])).await
    });
    let worker = make::worker("a");
    for (label, now, most, expected) in [
        ("nothing is ripe", 4, 10, &ids[..0]),
        ("at its very second", 5, 10, &ids[..1]),
        ("longest first, each once", 100, 10, &ids[..]),
        ("at most", 100, 2, &ids[..2]),
    ] {
        let worker = worker.clone();
        let ripe = seen!(store, |unit| unit.ripe(&worker, make::at(now), most).await);
        assert_eq!(ripe, expected, "{label}");
    }
}

/// proves: CV-01
pub async fn ripe_where_the_lease_is_free(store: &dyn Store) {
    let [one] = conversations(store).await;
    let holder = make::worker("a");
    within!(store, |unit| {
        file(unit, make::inbox_row(0, one)).await?;
        unit.lease(&[one], &holder, make::at(0), make::at(5)).await
    });
    for (label, worker, now, expected) in
        [("another's", "b", 4, 0), ("the holder's own", "a", 4, 1), ("past", "b", 5, 1)]
    {
        let worker = make::worker(worker);
        let ripe = seen!(store, |unit| unit.ripe(&worker, make::at(now), 9).await);
        assert_eq!(ripe.len(), expected, "{label}");
    }
    let freed = within!(store, |unit| {
        let conversation = unit.conversation(one).await?;
        unit.keep(&Conversation { lease: None, ..conversation.unwrap_or(make::conversation(1)) }).await
    });
    assert!(freed);
    let ripe = seen!(store, |unit| unit.ripe(&make::worker("b"), make::at(1), 9).await);
    assert_eq!(ripe, [one], "given back");
}

pub async fn depth(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    assert_eq!(seen!(store, |unit| unit.depth().await), (0, None));
    within!(store, |unit| {
        file(unit, make::inbox_row(9, one)).await?;
        file(unit, make::inbox_row(4, other)).await
    });
    assert_eq!(seen!(store, |unit| unit.depth().await), (2, Some(make::at(4))));
}
