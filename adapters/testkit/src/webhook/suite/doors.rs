//! Signature and handshake: only the provider comes in.

use tradepost_ports::Greeting;

use super::{Double, Signed, message};
use crate::verdict::Verdict;

/// proves: IN-01
pub fn what_the_provider_signed_is_verified(double: &dyn Double) -> Verdict {
    let bodies = double.fixtures().all().into_iter().map(|fixture| (fixture.label, fixture.body));
    for (label, body) in bodies.chain([("a message".into(), message(double))]) {
        let verified = double.webhook().verify(double.sign(&body).with(body.clone()));
        let verified = verified.unwrap_or_else(|refused| panic!("{label} was refused: {refused}"));
        assert_eq!(verified.body(), &body, "{label}: the bytes as they came");
    }
    Verdict::Ran
}

/// How a value of a good request is changed; `None` takes it out.
type Change = fn(&str) -> Option<String>;

/// Every value of a good request, changed in each of these ways, makes it a bad one.
fn assert_refused(double: &dyn Double, changes: &[(&str, Change)]) -> Verdict {
    let body = message(double);
    let good = double.sign(&body);
    for (label, change) in changes {
        for forged in good.forged(change).into_iter().filter(|forged| forged.differs(&good)) {
            let verdict = double.webhook().verify(forged.clone().with(body.clone()));
            assert!(verdict.is_err(), "{label} was accepted: {forged:?}");
        }
    }
    Verdict::Ran
}

/// proves: IN-01
pub fn a_missing_signature_is_refused(double: &dyn Double) -> Verdict {
    let nothing = double.webhook().verify(Signed::default().with(message(double)));
    assert!(nothing.is_err(), "a body without anything beside it was accepted");
    assert_refused(double, &[("a missing one", |_| None), ("an empty one", |_| Some(String::new()))])
}

/// proves: IN-01
pub fn a_wrong_signature_is_refused(double: &dyn Double) -> Verdict {
    let changes: [(&str, Change); 5] = [
        ("another last digit", |value| another_digit(value, value.len().saturating_sub(1))),
        ("another first digit", |value| another_digit(value, prefix(value))),
        ("another digit within", |value| another_digit(value, usize::midpoint(prefix(value), value.len()))),
        ("upper case", |value| Some(value.to_uppercase())),
        ("nonsense", |_| Some("é, not a signature".into())),
    ];
    assert_refused(double, &changes)
}

/// proves: IN-01
pub fn a_truncated_signature_is_refused(double: &dyn Double) -> Verdict {
    let changes: [(&str, Change); 5] = [
        ("one without its last letter", |value| value.get(..value.len() - 1).map(str::to_owned)),
        ("one without its last byte", |value| value.get(..value.len() - 2).map(str::to_owned)),
        ("half of one", |value| value.get(..usize::midpoint(prefix(value), value.len())).map(str::to_owned)),
        ("one without its prefix", |value| value.get(prefix(value)..).map(str::to_owned)),
        ("a longer one", |value| Some(format!("{value}00"))),
    ];
    assert_refused(double, &changes)
}

/// The length of what stands before the signature proper, as in `sha256=`.
fn prefix(value: &str) -> usize {
    value.find('=').map(|at| at + 1).filter(|at| *at < value.len()).unwrap_or_default()
}

fn another_digit(value: &str, at: usize) -> Option<String> {
    let other = |letter: char| if letter == '0' { '1' } else { '0' };
    Some(value.char_indices().map(|(n, letter)| if n == at { other(letter) } else { letter }).collect())
}

/// proves: IN-01
pub fn an_altered_body_is_refused(double: &dyn Double) -> Verdict {
    if !double.signs_body() {
        return Verdict::not_promised("the provider does not sign the body");
    }
    let body = message(double);
    let flipped = |at: usize| {
        let mut flipped = body.clone();
        flipped[at] ^= 1;
        flipped
    };
    let altered = [
        ("its first byte altered", flipped(0)),
        ("a byte altered", flipped(body.len() / 2)),
        ("its last byte altered", flipped(body.len() - 1)),
        ("a byte less", body[..body.len() - 1].to_vec()),
        ("a byte more", [body.as_slice(), b" "].concat()),
        ("nothing in it", Vec::new()),
    ];
    for (label, altered) in altered {
        let verdict = double.webhook().verify(double.sign(&body).with(altered));
        assert!(verdict.is_err(), "a body with {label} was accepted");
    }
    Verdict::Ran
}

/// proves: IN-01
pub fn an_old_signature_is_refused(double: &dyn Double) -> Verdict {
    let body = message(double);
    let Some(old) = double.old(&body) else {
        return Verdict::not_promised("the provider does not sign the time");
    };
    assert!(double.webhook().verify(old.with(body)).is_err(), "a signature of another time was accepted");
    Verdict::Ran
}

/// proves: IN-02
pub fn the_provider_is_greeted(double: &dyn Double) -> Verdict {
    let webhook = double.webhook();
    if !webhook.schema().greets {
        return Verdict::not_promised("the provider has no handshake");
    }
    let handshake =
        double.handshake().expect("the double should know the handshake that the schema tells of");
    assert_eq!(webhook.greet(&handshake.query), Greeting::Welcome(handshake.answer));
    Verdict::Ran
}

/// proves: IN-02
pub fn strangers_are_not_greeted(double: &dyn Double) -> Verdict {
    let webhook = double.webhook();
    let expected = if webhook.schema().greets { Greeting::Refused } else { Greeting::NotOffered };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<_> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let wrong = [("hub.mode", "subscribe"), ("hub.verify_token", "wrong"), ("hub.challenge", "1")];
    let mut strangers = vec![Vec::new(), pairs(&wrong)];
    if let Some(handshake) = double.handshake() {
        let altered = handshake.query.iter().map(|(name, value)| (name.clone(), format!("{value}x")));
        strangers.push(altered.collect());
        strangers.push(handshake.query.iter().map(|(name, _)| (name.clone(), String::new())).collect());
    }
    for query in strangers {
        assert_eq!(webhook.greet(&query), expected, "{query:?}");
    }
    Verdict::Ran
}
