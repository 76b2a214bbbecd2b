//! What a body holds: each event is found, named and kept.

use std::collections::BTreeSet;

use tradepost_domain::{Arrival, Content, What};

use super::{Double, message, parse, parse_by, unwritten};
use crate::{
    verdict::Verdict,
    webhook::{Event, Kind},
};

/// Room for a key in an index.
const LONGEST_KEY: usize = 500;

fn words(arrival: &Arrival) -> Option<&str> {
    match &arrival.what {
        What::Message { content: Content::Text { text }, .. } => Some(text),
        _ => None,
    }
}

fn read(double: &dyn Double, body: &[u8]) -> Vec<Arrival> {
    parse(double, body).unwrap_or_else(|unreadable| panic!("a good body was not read: {unreadable}"))
}

/// proves: IN-04
pub fn a_batch_is_read_whole(double: &dyn Double) -> Verdict {
    let said = |n: usize| format!("message number {n}");
    let events: Vec<Event> = (0..1_000).map(|n| Event::text(n, said(n))).collect();
    let Some(body) = double.body(&events) else { return unwritten("several events") };
    let arrivals = read(double, &body);
    assert_eq!(arrivals.len(), events.len(), "events of the batch");
    for (n, arrival) in arrivals.iter().enumerate() {
        assert_eq!(words(arrival), Some(&*said(n)), "event {n}, in the order of the body: {arrival:?}");
    }
    Verdict::Ran
}

/// proves: IN-04
pub fn one_bad_event_loses_no_other(double: &dyn Double) -> Verdict {
    let events = [Event::text(1, "before"), Event::of(2, Kind::Bad), Event::text(3, "after")];
    let Some(body) = double.body(&events) else { return unwritten("several events") };
    let arrivals = read(double, &body);
    assert_eq!(arrivals.len(), 3, "{arrivals:?}");
    assert_eq!((words(&arrivals[0]), words(&arrivals[2])), (Some("before"), Some("after")), "{arrivals:?}");
    assert!(matches!(arrivals[1].what, What::Unreadable { .. }), "the bad one is told: {:?}", arrivals[1]);
    Verdict::Ran
}

/// proves: IN-03
pub fn several_accounts_are_told_apart(double: &dyn Double) -> Verdict {
    let events = [Event::text(1, "to the first").to(0), Event::text(2, "to the second").to(1)];
    let Some(body) = double.body(&events) else { return unwritten("several accounts") };
    let arrivals = read(double, &body);
    let account =
        |said: &str| arrivals.iter().find(|arrival| words(arrival) == Some(said)).map(|found| &found.account);
    let (first, second) = (account("to the first"), account("to the second"));
    assert!(first.is_some() && second.is_some(), "both are read: {arrivals:?}");
    assert_ne!(first, second, "each names its own account");
    Verdict::Ran
}

/// proves: IN-05
pub fn an_unknown_kind_is_no_mistake(double: &dyn Double) -> Verdict {
    let Some(body) = double.body(&[Event::of(1, Kind::Unknown)]) else { return unwritten("unknown kinds") };
    let arrivals = read(double, &body);
    assert_eq!(arrivals.len(), 1, "{arrivals:?}");
    assert!(
        matches!(arrivals[0].what, What::Other { .. }),
        "it is recorded as what it is: {:?}",
        arrivals[0]
    );
    Verdict::Ran
}

/// A hundred events, in one body or in as many.
fn hundred(double: &dyn Double, words: impl Fn(usize) -> String) -> Vec<Vec<u8>> {
    let events: Vec<Event> = (0..100).map(|n| Event::text(n, words(n))).collect();
    match double.body(&events) {
        Some(body) => vec![body],
        None => events.chunks(1).filter_map(|one| double.body(one)).collect(),
    }
}

/// proves: IN-04
pub fn each_event_has_its_own_key(double: &dyn Double) -> Verdict {
    let bodies = hundred(double, |_| "the same words".into());
    let keys: Vec<String> =
        bodies.iter().flat_map(|body| read(double, body)).map(|arrival| arrival.key).collect();
    assert_eq!(keys.len(), 100, "a hundred messages");
    let unique: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(unique.len(), keys.len(), "each event its own key: {keys:?}");
    let fits = |key: &String| !key.is_empty() && key.len() <= LONGEST_KEY;
    assert!(keys.iter().all(fits), "a key has 1 to {LONGEST_KEY} bytes: {keys:?}");
    Verdict::Ran
}

/// proves: IN-04
pub fn a_repeated_delivery_has_the_same_keys(double: &dyn Double) -> Verdict {
    let webhook = double.webhook();
    let keys = |body: &[u8]| -> Vec<String> {
        let arrivals = parse_by(&*webhook, body).unwrap_or_default();
        arrivals.into_iter().map(|arrival| arrival.key).collect()
    };
    let fixtures = double.fixtures().all().into_iter().map(|fixture| (fixture.label, fixture.body));
    for (label, body) in fixtures.chain([("a message".into(), message(double))]) {
        let first = keys(&body);
        assert_eq!(first, keys(&body), "{label}: the same body, the same keys");
        let elsewhere: Vec<String> =
            parse(double, &body).unwrap_or_default().into_iter().map(|arrival| arrival.key).collect();
        assert_eq!(first, elsewhere, "{label}: the same keys in another process");
    }
    Verdict::Ran
}

/// What the provider gathers is its own affair: sent again, an event may come in another company.
/// proves: IN-04
pub fn a_key_is_the_same_in_any_batch(double: &dyn Double) -> Verdict {
    let [one, other] = [1, 2].map(|n| Event::text(n, format!("message number {n}")));
    let key = |events: &[&Event], at: usize| -> Option<String> {
        let events: Vec<Event> = events.iter().copied().cloned().collect();
        let arrivals = read(double, &double.body(&events)?);
        let arrival = arrivals.get(at).unwrap_or_else(|| panic!("event {at} is not there: {arrivals:?}"));
        Some(arrival.key.clone())
    };
    let Some(first) = key(&[&one, &other], 0) else { return unwritten("several events") };
    assert_eq!(key(&[&one], 0).as_deref(), Some(&*first), "alone, and before another");
    assert_eq!(key(&[&other, &one], 1).as_deref(), Some(&*first), "before another, and behind it");
    Verdict::Ran
}

/// The provider's ids may count for each account by itself.
/// proves: IN-03, IN-04
pub fn each_account_has_its_own_keys(double: &dyn Double) -> Verdict {
    let events = [0, 1].map(|account| Event::text(1, "the same words").to(account));
    let Some(body) = double.body(&events) else { return unwritten("several accounts") };
    let arrivals = read(double, &body);
    assert_eq!(arrivals.len(), 2, "{arrivals:?}");
    assert_ne!(arrivals[0].key, arrivals[1].key, "the same id at two accounts: {arrivals:?}");
    Verdict::Ran
}

/// proves: IN-05
pub fn every_event_is_kept_as_it_came(double: &dyn Double) -> Verdict {
    let said = |n: usize| format!("pomegranate{n}seed");
    let arrivals: Vec<Arrival> = hundred(double, said).iter().flat_map(|body| read(double, body)).collect();
    for (n, arrival) in arrivals.iter().enumerate() {
        assert!(arrival.raw.contains(&said(n)), "event {n} is kept with its own words: {arrival:?}");
        let other = said((n + 1) % arrivals.len().max(2));
        assert!(!arrival.raw.contains(&other), "event {n} is kept without another's words: {arrival:?}");
    }
    Verdict::Ran
}
