//! What every store promises of what is kept for a time.

use futures::future::join_all;
use tradepost_domain::{Conversation, ConversationId, EventId, Slot};
use tradepost_ports::{
    Store,
    store::{AgedConversation, Inbox, StoredEvent},
};

use super::{conversations, meet};
use crate::make;

/// Three lines of which two share a picture, two hops, a dead letter and an alarm, for each of them.
async fn lived(store: &dyn Store, each: &[ConversationId]) {
    let each = each.to_vec();
    within!(store, |unit| {
        for (place, id) in (1..).zip(each) {
            for n in 1..=3 {
                unit.write(&make::heard(10 * place + n, id)).await?;
            }
            unit.keep_media(make::message_id(10 * place + 1), &make::media("shared")).await?;
            let own = make::media(&format!("own-{place}"));
            unit.keep_media(make::message_id(10 * place + 1), &own).await?;
            unit.keep_media(make::message_id(10 * place + 2), &own).await?;
            for hop in 0..2 {
                unit.log(&make::journal_row(id, hop)).await?;
            }
            unit.bury(&make::dead_letter(place, id)).await?;
            unit.set_timer(&make::timer(id, "talk", make::at(60))).await?;
        }
        Ok(())
    });
}

async fn forget(store: &dyn Store, id: ConversationId) {
    within!(store, |unit| {
        unit.conversation(id).await?;
        unit.forget_conversation(id).await
    });
}

/// How many lines, hops and alarms a conversation has.
async fn history(store: &dyn Store, id: ConversationId) -> (usize, usize, usize) {
    seen!(store, |unit| {
        let lines = unit.transcript(id, None, 99).await?.len();
        Ok((lines, unit.journal(id, 0, 99).await?.len(), unit.timers_of(id).await?.len()))
    })
}

/// proves: PL-13
pub async fn aged_conversations_page_by_page(store: &dyn Store) {
    let [one, two, three, _] = conversations(store).await;
    within!(store, |unit| unit.heard(two, make::at(50), make::at(60)).await);
    let aged = |id, heard_at: Option<i64>| AgedConversation {
        id,
        storefront: make::storefront(),
        heard_at: heard_at.map(make::at),
    };
    let first = seen!(store, |unit| unit.aged_conversations(make::at(4), None, 2).await);
    assert_eq!(first, [aged(one, None), aged(two, Some(50))], "by id, at most");
    let next = seen!(store, |unit| unit.aged_conversations(make::at(4), Some(two), 2).await);
    assert_eq!(next, [aged(three, None)], "the fourth began no earlier than that");
    let last = seen!(store, |unit| unit.aged_conversations(make::at(4), Some(three), 2).await);
    assert_eq!(last, []);
}

/// proves: PL-13
pub async fn a_forgotten_conversation_s_customer_begins_another(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    lived(store, &[one, two]).await;
    forget(store, one).await;
    assert_eq!(seen!(store, |unit| unit.conversation(one).await), None);
    assert_eq!(seen!(store, |unit| unit.conversation_with(&make::account(), "peer-1").await), None);
    assert_eq!(within!(store, |unit| unit.met(&[(make::account(), make::peer(1))]).await), [None]);
    assert_eq!(seen!(store, |unit| unit.due_timers(make::at(99), 9).await).len(), 1, "the other's alarm");
    let again = Conversation { id: make::conversation_id(9), ..make::conversation(1) };
    let begun = again.clone();
    within!(store, |unit| unit.begin(&begun).await);
    let found = seen!(store, |unit| unit.conversation_with(&make::account(), "peer-1").await);
    assert_eq!(found, Some(again));
    forget(store, make::conversation_id(7)).await;
    while within!(store, |unit| unit.forget_rest(50).await) > 0 {}
    assert_eq!(history(store, one).await, (0, 0, 0));
    assert_eq!(history(store, two).await, (3, 2, 1));
}

/// Three lines, two hops, a letter, and the note that they are to go: never more at once than asked for.
///
/// proves: PL-13
pub async fn what_is_left_goes_in_pieces(store: &dyn Store) {
    let [one, two, three] = conversations(store).await;
    lived(store, &[one, two, three]).await;
    assert_eq!(within!(store, |unit| unit.forget_rest(50).await), 0, "nothing is forgotten");
    forget(store, one).await;
    forget(store, three).await;
    let mut pieces = Vec::new();
    for _ in 0..6 {
        pieces.push(within!(store, |unit| unit.forget_rest(4).await));
    }
    assert_eq!(pieces, [4, 4, 4, 2, 0, 0]);
    for (id, left) in [(one, (0, 0, 0)), (two, (3, 2, 1)), (three, (0, 0, 0))] {
        assert_eq!(history(store, id).await, left, "{id}");
    }
    let letters = seen!(store, |unit| unit.dead_letters(9).await);
    assert_eq!(letters, [make::dead_letter(2, two)]);
}

/// proves: PL-13
pub async fn media_go_with_their_last_line(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    lived(store, &[one, two]).await;
    for (forgotten, expected) in [(one, [true, false, true]), (two, [false, false, false])] {
        forget(store, forgotten).await;
        while within!(store, |unit| unit.forget_rest(1).await) > 0 {}
        for (hash, there) in ["shared", "own-1", "own-2"].into_iter().zip(expected) {
            assert_eq!(seen!(store, |unit| unit.media(hash).await).is_some(), there, "{hash}");
        }
    }
}

/// proves: PL-13 PL-16
pub async fn contacts_consents_and_orders_stay(store: &dyn Store) {
    let [one] = conversations(store).await;
    let identity = make::contact(1).identities[0].clone();
    within!(store, |unit| {
        unit.stock(&make::storefront(), &make::item("mug", "Mug"), 1).await?;
        unit.reserve(&make::order(1, one, "mug"), make::at(0)).await.map(drop)
    });
    forget(store, one).await;
    while within!(store, |unit| unit.forget_rest(50).await) > 0 {}
    let contact = seen!(store, |unit| unit.contact_by(&make::storefront(), &identity).await);
    assert_eq!(contact, Some(make::contact(1)));
    assert_eq!(seen!(store, |unit| unit.orders_of(one, 9).await), [make::order(1, one, "mug")]);
}

/// proves: PL-13
pub async fn many_units_that_forget_do_each_row_once(store: &dyn Store) {
    let ids: [ConversationId; 12] = conversations(store).await;
    lived(store, &ids).await;
    for id in ids {
        forget(store, id).await;
    }
    let once = || async { crate::store::write(store, |unit| Box::pin(unit.forget_rest(5))).await };
    let mut forgotten = 0;
    loop {
        let some: u64 =
            join_all((0..4).map(|_| once())).await.into_iter().map(Result::unwrap_or_default).sum();
        forgotten += some;
        if some == 0 {
            break;
        }
    }
    assert_eq!(forgotten, 12 * 7);
}

/// proves: PL-13 IN-06
pub async fn events_are_forgotten_when_they_are_nobodys(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    within!(store, |unit| {
        for (n, conversation) in [(1, Some(one)), (2, Some(two)), (3, None), (4, Some(two)), (5, Some(two))] {
            unit.record(&StoredEvent { conversation, ..make::stored_event(n) }).await?;
        }
        Ok(())
    });
    forget(store, one).await;
    let first = seen!(store, |unit| unit.aged_events(make::at(5), None, 3).await);
    let told: Vec<_> = first.iter().map(|event| (event.id, event.conversation, event.living)).collect();
    let id = make::event_id;
    assert_eq!(told, [(id(1), Some(one), false), (id(2), Some(two), true), (id(3), None, false)]);
    assert!(first.iter().all(|event| event.account == make::account()));
    let next = seen!(store, |unit| unit.aged_events(make::at(5), Some(id(3)), 3).await);
    assert_eq!(next.iter().map(|event| event.id).collect::<Vec<_>>(), [id(4)], "the fifth came no earlier");
    let gone: [EventId; 3] = [id(1), id(3), id(9)];
    assert_eq!(within!(store, |unit| unit.forget_events(&gone).await), 2);
    assert_eq!(within!(store, |unit| unit.forget_events(&[]).await), 0);
    for (n, there) in [(1, false), (2, true), (3, false), (4, true), (5, true)] {
        assert_eq!(seen!(store, |unit| unit.event(id(n)).await).is_some(), there, "event {n}");
    }
}

/// What is forgotten as a whole or not at all is a unit like others.
pub async fn a_unit_that_gives_up_forgets_nothing(store: &dyn Store) {
    let [one] = conversations(store).await;
    lived(store, &[one]).await;
    let given_up = crate::store::write(store, move |unit| {
        Box::pin(async move {
            unit.forget_conversation(one).await?;
            unit.forget_rest(50).await?;
            meet(unit, 9).await?;
            Inbox::file(unit, &make::inbox_row(1, one)).await?;
            Err::<(), _>(tradepost_ports::StoreError::Abandoned("a change of mind".into()))
        })
    });
    assert!(given_up.await.is_err());
    assert_eq!(history(store, one).await, (3, 2, 1));
    assert_eq!(within!(store, |unit| unit.forget_rest(50).await), 0);
    let talk = seen!(store, |unit| unit.timers_of(one).await);
    assert_eq!(talk[0].slot, Slot::fixed("talk"));
}
