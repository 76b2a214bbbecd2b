//! What every store promises of conversations.

use serde_json::json;
use tradepost_domain::{
    Choice, Conversation, ConversationId, Mode, Reason, Slot, Stored,
    conversation::{Inner, Lease},
};
use tradepost_ports::{
    Store,
    store::{ConversationFilter, Inbox, InboxBody, InboxRow, StoreError},
};

use super::{conversations, meet};
use crate::make;

async fn stored(store: &dyn Store, id: ConversationId) -> Conversation {
    seen!(store, |unit| unit.conversation(id).await).expect("a conversation that was begun")
}

pub async fn known_by_account_and_peer(store: &dyn Store) {
    let [one, _] = conversations(store).await;
    let found = seen!(store, |unit| unit.conversation_with(&make::account(), "peer-1").await);
    assert_eq!(found.map(|found| found.id), Some(one));
    assert_eq!(seen!(store, |unit| unit.conversation_with(&make::account(), "peer-9").await), None);
    assert_eq!(seen!(store, |unit| unit.conversation_with(&"sandbox:2".into(), "peer-1").await), None);
    assert_eq!(seen!(store, |unit| unit.conversation(make::conversation_id(9)).await), None);
}

/// proves: CV-01
pub async fn met_in_the_order_asked(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    let asked = ["peer-2", "peer-9", "peer-1", "peer-2"].map(|peer| (make::account(), peer.to_owned()));
    let met = within!(store, |unit| unit.met(&asked).await);
    assert_eq!(met, [Some(two), None, Some(one), Some(two)]);
    assert_eq!(within!(store, |unit| unit.met(&[]).await), []);
}

pub async fn begun_once(store: &dyn Store) {
    let [one, _] = conversations(store).await;
    let again = Conversation { id: make::conversation_id(9), ..make::conversation(1) };
    let result =
        crate::store::write(store, move |unit| Box::pin(async move { unit.begin(&again).await })).await;
    assert_eq!(result, Err(StoreError::Conflict));
    assert_eq!(stored(store, one).await, make::conversation(1));
}

/// proves: CV-02
/// proves: FI-14
pub async fn reached_under_another_id(store: &dyn Store) {
    let (one, other) = (make::conversation(1), make::conversation(2));
    let (id, account) = (one.id, one.account.clone());
    let taken = other.peer.clone();
    let begun = [one.clone(), other];
    within!(store, |unit| {
        for conversation in &begun {
            unit.begin(conversation).await?;
        }
        unit.readdress(id, "another").await
    });
    let (asked, known) = (account.clone(), one.peer.clone());
    let found = seen!(store, |unit| unit.conversation_with(&asked, "another").await);
    assert_eq!(found, Some(tradepost_domain::Conversation { peer: "another".into(), ..one }));
    assert_eq!(seen!(store, |unit| unit.conversation_with(&account, &known).await), None);
    let result =
        crate::store::write(store, move |unit| Box::pin(async move { unit.readdress(id, &taken).await }))
            .await;
    assert_eq!(result, Err(tradepost_ports::StoreError::Conflict), "somebody else's");
}

pub async fn kept_whole(store: &dyn Store) {
    let [one] = conversations(store).await;
    let inner = Inner {
        state: Some(Stored { flow: "rules".into(), shape: 2, data: json!({ "seen": ["é", 1] }) }),
        pending: [(Slot::fixed("talk"), make::effect_id(1))].into(),
        meanwhile: vec![make::message(1, "Hello?")],
        offered: vec![Choice::new("1:yes", "Yes")],
        summary: Some("They asked for hats.".into()),
        open: true,
        returning: true,
        hops: 7,
    };
    let changed = Conversation {
        lease: Some(Lease { holder: make::worker("a"), until: make::at(5) }),
        heard_at: Some(make::at(3)),
        idle_at: Some(make::at(86_400)),
        mode: Mode::Person { by: "sam".into(), since: make::at(2), until: Some(make::at(60)) },
        stage: "talk".into(),
        inner,
        ..make::conversation(1)
    };
    let kept = changed.clone();
    assert!(within!(store, |unit| unit.keep(&kept).await));
    assert_eq!(stored(store, one).await, Conversation { version: 1, ..changed });
}

/// proves: CV-01
pub async fn a_late_holder_changes_nothing(store: &dyn Store) {
    let [one] = conversations(store).await;
    let early = Conversation { stage: "early".into(), ..make::conversation(1) };
    let late = Conversation { stage: "late".into(), ..make::conversation(1) };
    assert!(within!(store, |unit| unit.keep(&early).await), "the first");
    assert!(!within!(store, |unit| unit.keep(&late).await), "the second, with the version of before");
    let now = stored(store, one).await;
    assert_eq!((now.stage.as_str(), now.version), ("early", 1));
    let unknown = make::conversation(9);
    assert!(!within!(store, |unit| unit.keep(&unknown).await), "one that was never begun");
}

pub async fn hearing_never_goes_backwards(store: &dyn Store) {
    let [one] = conversations(store).await;
    for (label, heard, idle, expected) in
        [("the first", 10, 100, (10, 100)), ("old news", 5, 50, (10, 100)), ("a mixture", 20, 90, (20, 100))]
    {
        within!(store, |unit| unit.heard(one, make::at(heard), make::at(idle)).await);
        let now = stored(store, one).await;
        let expected = (Some(make::at(expected.0)), Some(make::at(expected.1)), 0);
        assert_eq!((now.heard_at, now.idle_at, now.version), expected, "{label}");
    }
}

/// proves: CV-01
pub async fn leases_exclude_and_free_themselves(store: &dyn Store) {
    let [one, two, three] = conversations(store).await;
    for (label, worker, asked, now, until, expected) in [
        ("free ones", "a", &[one, two][..], 0, 5, &[one, two][..]),
        ("those that another holds are left out", "b", &[one, two, three], 4, 9, &[three]),
        ("renewed", "a", &[one], 4, 9, &[one]),
        ("one freed itself, one was renewed", "b", &[one, two], 5, 9, &[two]),
        ("an unknown one", "b", &[make::conversation_id(9)], 5, 9, &[]),
    ] {
        let (worker, asked) = (make::worker(worker), asked.to_vec());
        let mut leased =
            within!(store, |unit| unit.lease(&asked, &worker, make::at(now), make::at(until)).await);
        leased.sort();
        assert_eq!(leased, expected, "{label}");
    }
    let now = stored(store, one).await;
    assert_eq!(now.lease, Some(Lease { holder: make::worker("a"), until: make::at(9) }));
    assert_eq!(now.version, 0, "a lease raises no version");
}

/// proves: CV-04
pub async fn idle_ones_longest_first(store: &dyn Store) {
    let [one, two, _, four] = conversations(store).await;
    within!(store, |unit| {
        unit.heard(one, make::at(0), make::at(20)).await?;
        unit.heard(two, make::at(0), make::at(10)).await?;
        unit.heard(four, make::at(0), make::at(30)).await
    });
    assert_eq!(seen!(store, |unit| unit.idle(make::at(20), 9).await), [two, one]);
    assert_eq!(seen!(store, |unit| unit.idle(make::at(99), 1).await), [two]);
    assert_eq!(seen!(store, |unit| unit.idle(make::at(9), 9).await), []);
}

/// proves: CV-05
pub async fn what_waits_already_is_left_out(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    let mode = |until| Mode::Person { by: "Ann".into(), since: make::at(0), until: Some(make::at(until)) };
    within!(store, |unit| {
        for id in [one, two] {
            let mut known = unit.conversation(id).await?.expect("begun");
            (known.idle_at, known.mode) = (Some(make::at(1)), mode(1));
            unit.keep(&known).await?;
        }
        for (n, id, body) in [(1, one, InboxBody::Idle), (2, two, InboxBody::TakeOverEnded)] {
            Inbox::file(unit, &InboxRow { body, ..make::inbox_row(n, id) }).await?;
        }
        Ok(())
    });
    assert_eq!(seen!(store, |unit| unit.idle(make::at(9), 9).await), [two]);
    assert_eq!(seen!(store, |unit| unit.taken_over_until(make::at(9), 9).await), [one]);
}

/// proves: CV-05
pub async fn taken_over_until(store: &dyn Store) {
    let [one, two, _, four, five] = conversations(store).await;
    let person = |until: Option<i64>| Mode::Person {
        by: "sam".into(),
        since: make::at(1),
        until: until.map(make::at),
    };
    let modes = [(1, person(Some(20))), (2, person(Some(10))), (3, person(None)), (4, person(Some(30)))];
    within!(store, |unit| {
        for (n, mode) in modes {
            unit.keep(&Conversation { mode, ..make::conversation(n) }).await?;
        }
        let wanted = Mode::Wanted { reason: Reason::Asked, since: make::at(1) };
        unit.keep(&Conversation { mode: wanted, ..make::conversation(5) }).await
    });
    assert_eq!(seen!(store, |unit| unit.taken_over_until(make::at(9), 9).await), []);
    assert_eq!(seen!(store, |unit| unit.taken_over_until(make::at(20), 9).await), [two, one]);
    assert_eq!(seen!(store, |unit| unit.taken_over_until(make::at(99), 1).await), [two]);
    within!(store, |unit| unit.keep(&Conversation { version: 1, ..make::conversation(2) }).await);
    let still = seen!(store, |unit| unit.taken_over_until(make::at(99), 9).await);
    assert_eq!(still, [one, four], "handed back; {five} only wishes for a person");
}

/// proves: CV-05
pub async fn listed(store: &dyn Store) {
    let [one, two, three] = conversations(store).await;
    within!(store, |unit| {
        unit.heard(one, make::at(1), make::at(9)).await?;
        unit.heard(two, make::at(3), make::at(9)).await?;
        unit.heard(three, make::at(2), make::at(9)).await?;
        let mode = Mode::Wanted { reason: Reason::Asked, since: make::at(1) };
        let kept =
            unit.keep(&Conversation { mode, heard_at: Some(make::at(1)), ..make::conversation(1) }).await;
        meet(unit, 4).await?;
        kept
    });
    let of = |storefront: Option<&str>, with_person| ConversationFilter {
        storefront: storefront.map(Into::into),
        with_person,
    };
    for (label, filter, most, expected) in [
        (
            "latest first, the silent last",
            of(None, false),
            9,
            &[two, three, one, make::conversation_id(4)][..],
        ),
        ("at most", of(Some("corner-shop"), false), 2, &[two, three]),
        ("with a person", of(None, true), 9, &[one]),
        ("another storefront", of(Some("elsewhere"), false), 9, &[]),
    ] {
        let found = seen!(store, |unit| unit.conversations(&filter, most).await);
        assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), expected, "{label}");
    }
}
