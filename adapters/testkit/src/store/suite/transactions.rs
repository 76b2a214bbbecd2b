//! What every store promises of transactions.

use futures::future::join_all;
use tradepost_ports::{Store, store::StoreError};

use super::meet;
use crate::{make, store};

/// proves: CV-02
pub async fn an_error_keeps_nothing(store: &dyn Store) {
    let result = store::write(store, |unit| {
        Box::pin(async move {
            meet(unit, 1).await?;
            unit.put(&make::outbox_row(1, make::conversation_id(1))).await?;
            unit.keep_part("a1", "part").await?;
            Err::<(), _>(StoreError::Abandoned("failed to go on".into()))
        })
    });
    assert_eq!(result.await, Err(StoreError::Abandoned("failed to go on".into())), "the unit's own word");
    assert_eq!(seen!(store, |unit| unit.contact(make::contact_id(1)).await), None);
    assert_eq!(seen!(store, |unit| unit.conversation(make::conversation_id(1)).await), None);
    assert_eq!(seen!(store, |unit| unit.row(make::effect_id(1)).await), None);
    assert_eq!(seen!(store, |unit| unit.part("a1").await), None);
}

/// proves: CV-02
pub async fn a_failing_unit_takes_no_other_with_it(store: &dyn Store) {
    let units = (1..=9).map(|n| {
        store::write(store, move |unit| {
            Box::pin(async move {
                meet(unit, n).await?;
                if n % 3 == 0 { Err(StoreError::Abandoned(format!("failed at {n}"))) } else { Ok(n) }
            })
        })
    });
    let results = join_all(units).await;
    for (n, result) in (1..).zip(results) {
        let kept = n % 3 != 0;
        let expected = if kept { Ok(n) } else { Err(StoreError::Abandoned(format!("failed at {n}"))) };
        assert_eq!(result, expected, "unit {n}");
        let known = seen!(store, |unit| unit.contact(make::contact_id(n)).await).is_some();
        assert_eq!(known, kept, "unit {n}'s contact");
    }
}

pub async fn units_see_what_was_kept(store: &dyn Store) {
    let inside = within!(store, |unit| {
        meet(unit, 1).await?;
        unit.conversation(make::conversation_id(1)).await
    });
    assert!(inside.is_some(), "a unit sees its own rows");
    let later = within!(store, |unit| unit.conversation(make::conversation_id(1)).await);
    assert_eq!(later, inside, "and so does the next one");
    assert_eq!(
        seen!(store, |unit| unit.conversation(make::conversation_id(1)).await),
        inside,
        "and a reader"
    );
}

pub async fn reading_writes_nothing(store: &dyn Store) {
    // Whether the store refuses it or forgets it is its own affair.
    let refused = store::read(store, |unit| Box::pin(async move { meet(unit, 1).await })).await;
    let known = seen!(store, |unit| unit.contact(make::contact_id(1)).await);
    assert_eq!(known, None, "a reading unit that said {refused:?} should have kept nothing");
    within!(store, |unit| meet(unit, 1).await);
}

pub async fn a_healthy_store_says_so(store: &dyn Store) {
    assert_eq!(store.health().await, Ok(()));
}
