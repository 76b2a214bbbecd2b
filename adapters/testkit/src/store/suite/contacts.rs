//! What every store promises of contacts.

use tradepost_domain::{
    Contact, Fact, Identity, Purpose,
    consent::{ConsentEntry, Evidence},
};
use tradepost_ports::{
    Store,
    store::{Said, StoreError},
};

use crate::make;

fn phone() -> Identity {
    Identity::new("phone", "+14155550123")
}

/// Contact 1 with a phone number beside the provider's id.
fn reachable() -> Contact {
    let mut contact = make::contact(1);
    contact.identities.push(phone());
    contact
}

pub async fn known_by_identity(store: &dyn Store) {
    within!(store, |unit| unit.meet(&reachable()).await);
    for (label, storefront, identity, expected) in [
        ("by one", "corner-shop", phone(), true),
        ("by the other", "corner-shop", reachable().identities[0].clone(), true),
        ("another value", "corner-shop", Identity::new("phone", "+14155550124"), false),
        ("another scheme", "corner-shop", Identity::new("mail", "+14155550123"), false),
        ("another storefront", "elsewhere", phone(), false),
    ] {
        let found = seen!(store, |unit| unit.contact_by(&storefront.into(), &identity).await);
        let found = found.map(|mut found| {
            found.identities.sort();
            found
        });
        let mut expected = expected.then(reachable);
        expected.iter_mut().for_each(|contact| contact.identities.sort());
        assert_eq!(found, expected, "{label}");
    }
    assert_eq!(seen!(store, |unit| unit.contact(make::contact_id(9)).await), None);
}

pub async fn an_identity_belongs_to_one(store: &dyn Store) {
    within!(store, |unit| unit.meet(&reachable()).await);
    let second = Contact { identities: vec![phone()], ..make::contact(2) };
    let elsewhere = Contact { storefront: "elsewhere".into(), ..second.clone() };
    let result = crate::store::write(store, |unit| Box::pin(async move { unit.meet(&second).await })).await;
    assert_eq!(result, Err(StoreError::Conflict));
    assert_eq!(seen!(store, |unit| unit.contact(make::contact_id(2)).await), None);
    within!(store, |unit| unit.meet(&elsewhere).await);
    let found = seen!(store, |unit| unit.contact_by(&"elsewhere".into(), &phone()).await);
    assert_eq!(found.map(|found| found.id), Some(make::contact_id(2)), "each storefront has its own");
}

/// proves: FI-06
pub async fn named_and_learned(store: &dyn Store) {
    let id = make::contact_id(1);
    let fact = |value: &str, source| Fact { value: value.into(), source };
    within!(store, |unit| {
        unit.meet(&make::contact(1)).await?;
        unit.name(id, "Zoë").await?;
        unit.learn(id, "size", &fact("M", Some(make::message_id(1)))).await?;
        unit.learn(id, "city", &fact("Oakland", None)).await?;
        unit.learn(id, "size", &fact("L", Some(make::message_id(2)))).await?;
        unit.learn(id, "city", &fact("  ", Some(make::message_id(3)))).await
    });
    let contact = seen!(store, |unit| unit.contact(id).await).expect("a contact that was met");
    assert_eq!(contact.name.as_deref(), Some("Zoë"));
    let expected = [
        ("city".to_owned(), fact("Oakland", None)),
        ("size".to_owned(), fact("L", Some(make::message_id(2)))),
    ];
    assert_eq!(contact.facts, expected.into(), "newer facts win, silence clears nothing");
}

/// proves: FI-04, CV-06
pub async fn the_latest_consent_counts(store: &dyn Store) {
    let purpose = Purpose::Marketing;
    let said = |storefront: &'static str, identity: Identity| async move {
        seen!(store, |unit| unit.consents(&storefront.into(), &[identity], purpose).await)
    };
    assert_eq!(said("corner-shop", phone()).await, None, "never said");
    for (label, given, at) in
        [("yes", true, 1), ("no, later", false, 2), ("yes, within the same second", true, 2)]
    {
        let entry = ConsentEntry {
            storefront: make::storefront(),
            identity: phone(),
            purpose,
            given,
            at: make::at(at),
            source: Evidence::Staff,
            words: Some("YES".into()),
        };
        within!(store, |unit| unit.consent(&entry).await);
        let expected = Some(Said { given, at: make::at(at) });
        assert_eq!(said("corner-shop", phone()).await, expected, "{label}");
    }
    assert_eq!(said("elsewhere", phone()).await, None, "another storefront");
    assert_eq!(said("corner-shop", Identity::new("phone", "+1")).await, None, "another identity");
}

/// proves: FI-04, FI-14
pub async fn consent_is_of_all_identities_and_of_no_other(store: &dyn Store) {
    let (purpose, storefront) = (Purpose::Marketing, make::storefront());
    let entry = |scheme: &str, value: &str, given, at| ConsentEntry {
        storefront: make::storefront(),
        identity: Identity::new(scheme, value),
        purpose,
        given,
        at: make::at(at),
        source: Evidence::Event(make::event_id(1)),
        words: None,
    };
    for entry in [entry("a:1", "x", true, 1), entry("b:1", "y", false, 2), entry("a:1", "y", true, 3)] {
        within!(store, |unit| unit.consent(&entry).await);
    }
    for (label, identities, expected) in [
        ("one", vec![Identity::new("a:1", "x")], Some(true)),
        ("the later of two", vec![Identity::new("a:1", "x"), Identity::new("b:1", "y")], Some(false)),
        ("strangers", vec![Identity::new("b:1", "x")], None),
        ("nobody", vec![], None),
    ] {
        let asked = storefront.clone();
        let said = seen!(store, |unit| unit.consents(&asked, &identities, purpose).await);
        assert_eq!(said.map(|said| said.given), expected, "{label}");
    }
}

/// proves: FI-04
pub async fn a_no_counts_wherever_the_account_sends(store: &dyn Store) {
    let purpose = Purpose::Marketing;
    let identities = [Identity::new("a:1", "x"), phone()];
    let entry = |identity: &Identity, given, at| ConsentEntry {
        storefront: make::storefront(),
        identity: identity.clone(),
        purpose,
        given,
        at: make::at(at),
        source: Evidence::Event(make::event_id(1)),
        words: Some("stop".into()),
    };
    let [account, number] = &identities;
    let steps = [
        (entry(account, true, 1), None),
        (entry(number, false, 2), None),
        (entry(account, false, 3), Some(false)),
        (entry(account, true, 4), Some(false)),
    ];
    for (entry, elsewhere) in steps.clone() {
        let at = entry.at;
        within!(store, |unit| unit.consent(&entry).await);
        let asked = identities.clone();
        let said = seen!(store, |unit| unit.consents(&"elsewhere".into(), &asked, purpose).await);
        assert_eq!(said.map(|said| said.given), elsewhere, "after {at}");
    }
    let all = seen!(store, |unit| unit.consent_entries(None, 0, 9).await);
    let expected: Vec<_> = steps.iter().map(|(entry, _)| entry.clone()).collect();
    assert_eq!(all.iter().map(|(_, entry)| entry.clone()).collect::<Vec<_>>(), expected, "the evidence");
    let first = all[0].0;
    let page = seen!(store, |unit| unit.consent_entries(Some("x"), first, 1).await);
    assert_eq!(page, [all[2].clone()], "of one customer, after that one, at most so many");
}

/// proves: FI-14
pub async fn an_identity_moves(store: &dyn Store) {
    let (storefront, one, two) = (make::storefront(), make::contact_id(1), make::contact_id(2));
    within!(store, |unit| {
        unit.meet(&make::contact(1)).await?;
        unit.meet(&make::contact(2)).await?;
        unit.identify(one, &make::storefront(), &phone()).await?;
        unit.identify(one, &make::storefront(), &phone()).await
    });
    let of = |id| {
        let storefront = storefront.clone();
        async move {
            let owner = seen!(store, |unit| unit.contact_by(&storefront, &phone()).await);
            assert_eq!(owner.map(|owner| owner.id), id);
        }
    };
    of(Some(one)).await;
    let known = seen!(store, |unit| unit.contact(one).await).expect("known");
    assert_eq!(known.identities.last(), Some(&phone()), "behind those it had");
    assert_eq!(known.identities.len(), make::contact(1).identities.len() + 1, "once");
    within!(store, |unit| unit.identify(two, &make::storefront(), &phone()).await);
    of(Some(two)).await;
    within!(store, |unit| unit.leave_identity(&make::storefront(), &phone()).await);
    of(None).await;
}

/// proves: FI-14, FI-06
pub async fn two_contacts_become_one(store: &dyn Store) {
    let (from, into) = (make::contact_id(1), make::contact_id(2));
    let fact = |value: &str| Fact { value: value.into(), source: None };
    let (first, second) = (make::conversation(1), make::conversation(2));
    let their_own = |n: u64, conversation: &tradepost_domain::Conversation| Contact {
        identities: vec![Identity::new(conversation.account.as_str(), conversation.peer.clone())],
        ..make::contact(n)
    };
    let contacts = [their_own(1, &first), their_own(2, &second)];
    let begun = [first.clone(), second.clone()];
    let both = [contacts[1].identities[0].clone(), contacts[0].identities[0].clone()];
    within!(store, |unit| {
        for contact in &contacts {
            unit.meet(contact).await?;
        }
        for conversation in &begun {
            unit.begin(conversation).await?;
        }
        unit.name(from, "Zoë").await?;
        unit.learn(from, "size", &fact("M")).await?;
        unit.learn(from, "city", &fact("Oakland")).await?;
        unit.learn(into, "size", &fact("L")).await?;
        unit.merge(from, into).await
    });
    assert_eq!(seen!(store, |unit| unit.contact(from).await), None);
    let one = seen!(store, |unit| unit.contact(into).await).expect("the one that stays");
    assert_eq!(one.name.as_deref(), Some("Zoë"));
    assert_eq!(one.facts, [("city".to_owned(), fact("Oakland")), ("size".to_owned(), fact("L"))].into());
    assert_eq!(one.identities, both);
    for id in [first.id, second.id] {
        let conversation = seen!(store, |unit| unit.conversation(id).await).expect("kept");
        assert_eq!(conversation.contact, into);
    }
    for gone in [(from, into), (into, from)] {
        let merged = store.write(Box::new(move |unit| Box::pin(unit.merge(gone.0, gone.1)))).await;
        assert_eq!(merged, Err(StoreError::Conflict), "one is gone");
    }
    let known = store
        .write(Box::new(move |unit| {
            Box::pin(async move { unit.identify(from, &make::storefront(), &phone()).await })
        }))
        .await;
    assert_eq!(known, Err(StoreError::Conflict), "nobody has it");
    let one = seen!(store, |unit| unit.contact(into).await).expect("the one that stays");
    assert_eq!(one.identities, both);
}

pub async fn known_in_the_order_asked(store: &dyn Store) {
    let contacts = [make::contact(1), make::contact(2)];
    for contact in contacts.clone() {
        within!(store, |unit| unit.meet(&contact).await);
    }
    let identity = |n: usize| (make::storefront(), contacts[n].identities[0].clone());
    let stranger = (make::storefront(), tradepost_domain::Identity::new("sandbox:1", "nobody"));
    let elsewhere = ("elsewhere".into(), contacts[0].identities[0].clone());
    let asked = [identity(1), stranger, identity(0), elsewhere];
    let known = within!(store, |unit| unit.known(&asked).await);
    assert_eq!(known, [Some(contacts[1].id), None, Some(contacts[0].id), None]);
    assert_eq!(within!(store, |unit| unit.known(&[]).await), []);
}
