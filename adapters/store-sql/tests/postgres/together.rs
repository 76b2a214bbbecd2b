//! Units that run at the same time and want the same contact.

use std::sync::Arc;

use tokio::sync::oneshot;
use tradepost_domain::{Contact, ContactId, Fact, Identity};
use tradepost_ports::{
    Store,
    store::{StoreError, UnitWork},
};
use tradepost_store_sql::PostgresStore;
use tradepost_testkit::make;

use super::house::fresh;

fn scoped() -> Identity {
    Identity::new("sandbox:2", "scoped")
}

/// Begins a unit, lets another run beside it until that is done or waits, and ends it; what both came to.
async fn beside(
    store: &Arc<PostgresStore>,
    first: UnitWork,
    second: UnitWork,
) -> (Result<(), StoreError>, Result<(), StoreError>) {
    let (begun, has_begun) = oneshot::channel();
    let (end, may_end) = oneshot::channel::<()>();
    let held: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            first(unit).await?;
            // Written, not only handed in.
            unit.contact(make::contact_id(9)).await?;
            let _ = begun.send(());
            let _ = may_end.await;
            Ok(())
        })
    });
    let write = |work| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.write(work).await })
    };
    let running = write(held);
    has_begun.await.expect("the first unit runs");
    let mut waiting = write(second);
    // Long enough to come to the lock; whichever comes first, both must go well.
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut waiting).await;
    end.send(()).expect("the first unit waits");
    let first = running.await.expect("a task");
    let second = match early {
        Ok(second) => second,
        Err(_) => waiting.await,
    };
    (first, second.expect("a task"))
}

fn identified(id: ContactId, identity: Identity) -> UnitWork {
    Box::new(move |unit| Box::pin(async move { unit.identify(id, &make::storefront(), &identity).await }))
}

async fn two_contacts(store: &PostgresStore) -> (ContactId, ContactId) {
    for n in [1, 2] {
        let met: UnitWork = Box::new(move |unit| Box::pin(async move { unit.meet(&make::contact(n)).await }));
        store.write(met).await.expect("met");
    }
    (make::contact_id(1), make::contact_id(2))
}

async fn owner(store: &PostgresStore, identity: Identity) -> Option<Contact> {
    let (found, owner) = oneshot::channel();
    let look: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            let _ = found.send(unit.contact_by(&make::storefront(), &identity).await?);
            Ok(())
        })
    });
    store.write(look).await.expect("looked up");
    owner.await.expect("an answer")
}

/// proves: FI-14
#[tokio::test]
async fn an_id_that_is_learned_while_two_become_one_is_theirs() {
    let (store, _database) = fresh().await;
    let store = Arc::new(store);
    let (from, into) = two_contacts(&store).await;
    let merged: UnitWork = Box::new(move |unit| Box::pin(unit.merge(from, into)));
    let both = beside(&store, identified(from, scoped()), merged).await;
    assert_eq!(both, (Ok(()), Ok(())));
    assert_eq!(owner(&store, scoped()).await.map(|owner| owner.id), Some(into));
}

/// proves: FI-14
#[tokio::test]
async fn nobody_is_known_by_more_while_they_become_another() {
    let (store, _database) = fresh().await;
    let store = Arc::new(store);
    let (from, into) = two_contacts(&store).await;
    let merged: UnitWork = Box::new(move |unit| Box::pin(unit.merge(from, into)));
    let both = beside(&store, merged, identified(from, scoped())).await;
    assert_eq!(both, (Ok(()), Err(StoreError::Conflict)), "it is taken again, and finds the other");
    assert_eq!(owner(&store, scoped()).await, None);
}

/// proves: FI-14
#[tokio::test]
async fn who_is_met_is_not_robbed_of_the_id_they_wrote_under() {
    let (store, _database) = fresh().await;
    let store = Arc::new(store);
    let (one, _) = two_contacts(&store).await;
    let stranger = Contact { identities: vec![scoped()], ..make::contact(3) };
    let met: UnitWork = Box::new(move |unit| Box::pin(async move { unit.meet(&stranger).await }));
    let both = beside(&store, met, identified(one, scoped())).await;
    assert_eq!(both, (Ok(()), Err(StoreError::Conflict)));
    assert_eq!(owner(&store, scoped()).await.map(|owner| owner.id), Some(make::contact_id(3)));
}

/// proves: FI-14, FI-06
#[tokio::test]
async fn what_is_learned_while_two_become_one_is_kept() {
    let (store, _database) = fresh().await;
    let store = Arc::new(store);
    let conversation = make::conversation(1);
    let own = Identity::new(conversation.account.as_str(), conversation.peer.clone());
    let (from, into) = two_contacts(&store).await;
    let id = conversation.id;
    let begun: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            unit.identify(from, &make::storefront(), &own).await?;
            unit.begin(&conversation).await
        })
    });
    store.write(begun).await.expect("begun");
    let learned: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            unit.conversation(id).await?;
            unit.learn(from, "size", &Fact { value: "M".into(), source: None }).await
        })
    });
    let merged: UnitWork = Box::new(move |unit| Box::pin(unit.merge(from, into)));
    assert_eq!(beside(&store, learned, merged).await, (Ok(()), Ok(())));
    let kept = owner(&store, make::contact(2).identities[0].clone()).await.expect("the one that stays");
    assert_eq!(kept.facts["size"].value, "M");
}
