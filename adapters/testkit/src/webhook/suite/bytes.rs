//! Bytes that are no good body.

use std::time::{Duration, Instant};

use proptest::{
    collection::vec,
    prelude::any,
    sample::Index,
    test_runner::{Config, TestRunner},
};
use tradepost_domain::{Arrival, What};

use super::{Double, message, parse};
use crate::{verdict::Verdict, webhook::Event};

/// proves: IN-05
pub fn broken_json_is_unreadable(double: &dyn Double) -> Verdict {
    let whole = message(double);
    for (label, broken) in [
        ("half", &whole[..whole.len() / 2]),
        ("without its end", &whole[..whole.len() - 1]),
        ("another language", b"<xml/>"),
        ("nothing", b""),
    ] {
        let unreadable = parse(double, broken).expect_err(label);
        assert!((100..600).contains(&unreadable.status), "{label}: a status: {unreadable:?}");
        assert!(!unreadable.reason.is_empty(), "{label}: a reason");
    }
    Verdict::Ran
}

/// proves: IN-05
pub fn another_shape_is_never_lost(double: &dyn Double) -> Verdict {
    for shape in ["null", "5", "\"text\"", "[]", "{}", "[1]", "{\"unknown\":true}", "[[{}]]"] {
        let Ok(arrivals) = parse(double, shape.as_bytes()) else { continue };
        assert!(!arrivals.is_empty(), "{shape}: it was read as nothing, and would be lost");
        let harmless =
            |arrival: &Arrival| matches!(arrival.what, What::Unreadable { .. } | What::Other { .. });
        assert!(arrivals.iter().all(harmless), "{shape}: {arrivals:?}");
    }
    Verdict::Ran
}

/// Bytes of a letter that is two bytes long, after one of one byte: no limit in bytes falls between two letters by luck.
const HUGE: usize = 3 * 1024 * 1024;
/// Longer than any machine needs to read that once.
const PATIENCE: Duration = Duration::from_secs(20);

/// proves: PL-23
pub fn a_huge_body_does_no_harm(double: &dyn Double) -> Verdict {
    let begun = Instant::now();
    for start in ["", "a"] {
        let words = format!("{start}{}", "é".repeat(HUGE / 2));
        let body =
            double.body(&[Event::text(1, words)]).expect("every provider writes a body with one message");
        if let Ok(arrivals) = parse(double, &body) {
            assert_eq!(arrivals.len(), 1, "its event is read, or it is refused");
        }
    }
    assert!(begun.elapsed() < PATIENCE, "a body of {HUGE} bytes took {:?}", begun.elapsed());
    Verdict::Ran
}

/// proves: PL-23
pub fn deep_nesting_does_no_harm(double: &dyn Double) -> Verdict {
    const DEEP: usize = 200_000;
    let open = "[".repeat(DEEP);
    let closed = format!("{open}{}", "]".repeat(DEEP));
    let objects = format!("{}1{}", "{\"entry\":".repeat(DEEP), "}".repeat(DEEP));
    for (label, body) in [("open", open), ("closed", closed), ("objects", objects)] {
        if let Ok(arrivals) = parse(double, body.as_bytes()) {
            assert!(arrivals.len() <= 1, "{label}: {} events", arrivals.len());
        }
    }
    Verdict::Ran
}

/// proves: PL-23
pub fn no_bytes_do_harm(double: &dyn Double) -> Verdict {
    let webhook = double.webhook();
    let read = |body: &[u8]| drop(super::parse_by(&*webhook, body));
    let tried = runner().run(&vec(any::<u8>(), 0..400), |bytes| {
        read(&bytes);
        Ok(())
    });
    assert!(tried.is_ok(), "arbitrary bytes: {tried:?}");
    let mut bodies: Vec<Vec<u8>> = double.fixtures().all().into_iter().map(|fixture| fixture.body).collect();
    bodies.push(message(double));
    let damages = (any::<Index>(), any::<Index>(), vec(any::<u8>(), 0..8), 0..16_usize);
    let tried = runner().run(&damages, |(which, place, put, cut)| {
        let mut body = which.get(&bodies).clone();
        let from = place.index(body.len() + 1);
        let to = (from + cut).min(body.len());
        body.splice(from..to, put);
        read(&body);
        Ok(())
    });
    assert!(tried.is_ok(), "a damaged body: {tried:?}");
    Verdict::Ran
}

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() })
}
