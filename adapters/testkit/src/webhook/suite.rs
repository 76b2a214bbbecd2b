//! The cases. They are run by [`webhook_suite!`](crate::webhook_suite).

use std::collections::BTreeSet;

use proptest::{
    collection::vec,
    prelude::any,
    sample::Index,
    test_runner::{Config, TestRunner},
};
use tradepost_domain::{Arrival, What};
use tradepost_ports::{Greeting, Unreadable};

use super::{Double, Signed};

fn parse(double: &dyn Double, body: &[u8]) -> Result<Vec<Arrival>, Unreadable> {
    let signed = double.sign(body).with(body.to_vec());
    let webhook = double.webhook();
    let verified = webhook.verify(signed).expect("what the provider signed should be verified");
    webhook.parse(&verified)
}

fn body(double: &dyn Double) -> Vec<u8> {
    double.batch(2, None)
}

/// proves: IN-01
pub fn what_the_provider_signed_is_verified(double: &dyn Double) {
    for (label, body) in double.fixtures() {
        let verified = double.webhook().verify(double.sign(&body).with(body.clone()));
        let verified = verified.unwrap_or_else(|refused| panic!("{label} was refused: {refused}"));
        assert_eq!(verified.body(), &body, "{label}: the bytes as they came");
    }
}

/// proves: IN-01
pub fn what_it_did_not_sign_is_refused(double: &dyn Double) {
    let body = body(double);
    let good = double.sign(&body);
    let cut = |value: &str, by: usize| value[..value.len().saturating_sub(by)].to_owned();
    let forgeries = [
        ("missing", Signed::default()),
        ("empty", good.clone().changed(|_| String::new())),
        ("truncated by one", good.clone().changed(|value| cut(value, 1))),
        ("truncated by a byte", good.clone().changed(|value| cut(value, 2))),
        ("lengthened", good.clone().changed(|value| format!("{value}00"))),
        ("upper case", good.clone().changed(str::to_uppercase)),
        ("without prefix", good.clone().changed(|value| after_prefix(value).to_owned())),
        ("another digit", good.clone().changed(another_digit)),
        ("nonsense", good.clone().changed(|_| "é, not a signature".into())),
    ];
    for (label, forged) in forgeries.into_iter().filter(|(_, forged)| forged.differs(&good)) {
        let verdict = double.webhook().verify(forged.clone().with(body.clone()));
        assert!(verdict.is_err(), "{label} was accepted: {forged:?}");
    }
}

fn after_prefix(value: &str) -> &str {
    value.split_once('=').map_or(value, |(_, rest)| if rest.is_empty() { value } else { rest })
}

fn another_digit(value: &str) -> String {
    let (rest, last) = value.split_at(value.len().saturating_sub(1));
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

/// proves: IN-01
pub fn an_altered_body_is_refused(double: &dyn Double) {
    if !double.signs_body() {
        return;
    }
    let body = body(double);
    let mut flipped = body.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let mut shorter = body.clone();
    shorter.pop();
    let longer = [body.as_slice(), b" "].concat();
    for (label, altered) in
        [("flipped", flipped), ("shorter", shorter), ("longer", longer), ("empty", Vec::new())]
    {
        assert!(double.webhook().verify(double.sign(&body).with(altered)).is_err(), "{label} was accepted");
    }
}

/// proves: IN-09
pub fn every_fixture_is_read(double: &dyn Double) {
    for (label, body) in double.fixtures() {
        let arrivals = parse(double, &body).unwrap_or_else(|unreadable| panic!("{label}: {unreadable}"));
        assert!(!arrivals.is_empty(), "{label} holds an event");
        for arrival in arrivals {
            assert!(!arrival.key.is_empty(), "{label}: every event has a key: {arrival:?}");
            assert!(!arrival.raw.is_empty(), "{label}: every event is kept as it came: {arrival:?}");
        }
    }
}

/// proves: IN-05
pub fn broken_json_is_unreadable(double: &dyn Double) {
    let whole = body(double);
    for (label, broken) in [
        ("empty", &[][..]),
        ("half", &whole[..whole.len() / 2]),
        ("without its end", &whole[..whole.len() - 1]),
        ("no text", b"\xff\xfe\x00"),
        ("another language", b"<xml/>"),
    ] {
        let unreadable = parse(double, broken).expect_err(label);
        assert!((100..600).contains(&unreadable.status), "{label}: a status: {unreadable:?}");
        assert!(!unreadable.reason.is_empty(), "{label}: a reason");
    }
}

/// proves: IN-05
pub fn another_shape_is_unreadable(double: &dyn Double) {
    for shape in ["null", "5", "\"text\"", "[]", "{}", "[1]", "{\"unknown\":true}", "[[{}]]"] {
        let Ok(arrivals) = parse(double, shape.as_bytes()) else { continue };
        assert!(!arrivals.is_empty(), "{shape}: it was read as nothing, and would be lost");
        let harmless =
            |arrival: &Arrival| matches!(arrival.what, What::Unreadable { .. } | What::Other { .. });
        assert!(arrivals.iter().all(harmless), "{shape}: {arrivals:?}");
    }
}

/// proves: IN-04
pub fn one_bad_message_loses_no_other(double: &dyn Double) {
    let arrivals = parse(double, &double.batch(1_000, Some(600))).expect("a body with one bad message");
    assert_eq!(arrivals.len(), 1_000);
    for (n, arrival) in arrivals.iter().enumerate() {
        let fits = match n {
            600 => matches!(arrival.what, What::Unreadable { .. }),
            _ => matches!(arrival.what, What::Message { .. }),
        };
        assert!(fits, "message {n}: {arrival:?}");
    }
}

/// proves: IN-04
pub fn keys_are_stable_and_unique(double: &dyn Double) {
    let bodies = double.fixtures().into_iter().chain([("a batch".into(), double.batch(100, Some(50)))]);
    for (label, body) in bodies {
        let keys = || -> Vec<String> {
            let arrivals = parse(double, &body).expect("a good body");
            arrivals.into_iter().map(|arrival| arrival.key).collect()
        };
        let (first, second) = (keys(), keys());
        assert_eq!(first, second, "{label}: the same body, the same keys");
        let unique: BTreeSet<&String> = first.iter().collect();
        assert_eq!(unique.len(), first.len(), "{label}: each event its own key: {first:?}");
    }
}

/// proves: PL-23
pub fn deep_nesting_does_no_harm(double: &dyn Double) {
    const DEEP: usize = 200_000;
    let open = "[".repeat(DEEP);
    let closed = format!("{open}{}", "]".repeat(DEEP));
    let objects = format!("{}1{}", "{\"entry\":".repeat(DEEP), "}".repeat(DEEP));
    for (label, body) in [("open", open), ("closed", closed), ("objects", objects)] {
        if let Ok(arrivals) = parse(double, body.as_bytes()) {
            assert!(arrivals.len() <= 1, "{label}: {} events", arrivals.len());
        }
    }
}

/// proves: PL-23
pub fn arbitrary_bytes_do_no_harm(double: &dyn Double) {
    let tried = runner().run(&vec(any::<u8>(), 0..400), |bytes| {
        let _ = parse(double, &bytes);
        Ok(())
    });
    assert!(tried.is_ok(), "{tried:?}");
}

/// proves: PL-23
pub fn damaged_fixtures_do_no_harm(double: &dyn Double) {
    let fixtures = double.fixtures();
    let damages = (any::<Index>(), any::<Index>(), vec(any::<u8>(), 0..8), 0..16_usize);
    let tried = runner().run(&damages, |(which, place, put, cut)| {
        let mut body = which.get(&fixtures).1.clone();
        let from = place.index(body.len() + 1);
        let to = (from + cut).min(body.len());
        body.splice(from..to, put);
        let _ = parse(double, &body);
        Ok(())
    });
    assert!(tried.is_ok(), "{tried:?}");
}

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() })
}

/// proves: IN-02
pub fn strangers_are_not_greeted(double: &dyn Double) {
    let webhook = double.webhook();
    let expected = if webhook.schema().greets { Greeting::Refused } else { Greeting::NotOffered };
    let wrong = [("hub.mode", "subscribe"), ("hub.verify_token", "wrong"), ("hub.challenge", "1")];
    let wrong: Vec<_> = wrong.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    for query in [Vec::new(), wrong] {
        assert_eq!(webhook.greet(&query), expected, "{query:?}");
    }
}

/// proves: IN-09
pub fn it_is_described(double: &dyn Double) {
    let schema = double.webhook().schema();
    assert!(!schema.signature.is_empty() && !schema.scheme.is_empty(), "{schema:?}");
    assert!(schema.page.contains('.') && !schema.page.contains("://"), "without scheme: {}", schema.page);
    assert!(schema.body.is_object(), "a JSON schema: {}", schema.body);
}
