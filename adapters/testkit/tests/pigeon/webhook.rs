//! The way in: a flock of letters, sealed with the time, and everything that can be wrong with reading it.

use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tradepost_domain::{Arrival, Content, Party, What};
use tradepost_ports::{Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema};
use tradepost_testkit::webhook::{Double, Event, Fixtures, Handshake, Kind, Signed, fixtures_in};

/// What is wrong with a webhook; each is seen by one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    RefusesTheProvider,
    BelievesTheUnsigned,
    IgnoresTheLastDigit,
    BelievesABeginning,
    SealsTheBeginningOnly,
    BelievesTheOld,
    GreetsInItsOwnWords,
    GreetsEverybody,
    ReadsFiveHundred,
    OneBadSpoilsAll,
    OneAccountForAll,
    UnknownIsAMistake,
    CutsKeys,
    KeysByChance,
    KeysByCompany,
    KeysByPlace,
    KeysOfNoLoft,
    KeepsNothing,
    BrokenIsNothing,
    AnotherShapeIsNothing,
    CutsLetters,
    DrownsInTheDeep,
    TrustsEveryByte,
    ForgetsReferences,
    DescribesMoreThanThereIs,
    LinksItsPage,
}

impl Flaw {
    /// Each with the case that is meant to see it.
    pub const ALL: &[(Self, &str)] = &[
        (Self::RefusesTheProvider, "what_the_provider_signed_is_verified"),
        (Self::BelievesTheUnsigned, "a_missing_signature_is_refused"),
        (Self::IgnoresTheLastDigit, "a_wrong_signature_is_refused"),
        (Self::BelievesABeginning, "a_truncated_signature_is_refused"),
        (Self::SealsTheBeginningOnly, "an_altered_body_is_refused"),
        (Self::BelievesTheOld, "an_old_signature_is_refused"),
        (Self::GreetsInItsOwnWords, "the_provider_is_greeted"),
        (Self::GreetsEverybody, "strangers_are_not_greeted"),
        (Self::ReadsFiveHundred, "a_batch_is_read_whole"),
        (Self::OneBadSpoilsAll, "one_bad_event_loses_no_other"),
        (Self::OneAccountForAll, "several_accounts_are_told_apart"),
        (Self::UnknownIsAMistake, "an_unknown_kind_is_no_mistake"),
        (Self::CutsKeys, "each_event_has_its_own_key"),
        (Self::KeysByChance, "a_repeated_delivery_has_the_same_keys"),
        (Self::KeysByCompany, "a_key_is_the_same_in_any_batch"),
        (Self::KeysByPlace, "a_key_is_the_same_in_any_batch"),
        (Self::KeysOfNoLoft, "each_account_has_its_own_keys"),
        (Self::KeepsNothing, "every_event_is_kept_as_it_came"),
        (Self::BrokenIsNothing, "broken_json_is_unreadable"),
        (Self::AnotherShapeIsNothing, "another_shape_is_never_lost"),
        (Self::CutsLetters, "a_huge_body_does_no_harm"),
        (Self::DrownsInTheDeep, "deep_nesting_does_no_harm"),
        (Self::TrustsEveryByte, "no_bytes_do_harm"),
        (Self::ForgetsReferences, "fixtures_are_read_as_expected"),
        (Self::DescribesMoreThanThereIs, "the_schema_accepts_every_fixture"),
        (Self::LinksItsPage, "it_is_described"),
    ];
}

const NOW: i64 = 1_767_225_600;
const FIVE_MINUTES: i64 = 300;

/// `seal=` and the HMAC of time and body.
fn seal(time: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"the word of the loft").expect("any key fits");
    mac.update(time.as_bytes());
    mac.update(body);
    format!("seal={}", hex::encode(mac.finalize().into_bytes()))
}

/// The endpoint of a loft.
struct Pigeon {
    flaw: Option<Flaw>,
    read: AtomicU64,
}

impl Pigeon {
    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn believes(&self, given: &str, expected: &str) -> bool {
        match self.flaw {
            Some(Flaw::IgnoresTheLastDigit) => {
                given.len() == expected.len() && given.get(..68) == expected.get(..68)
            }
            Some(Flaw::BelievesABeginning) => given.len() > 5 && expected.starts_with(given),
            _ => given.as_bytes().ct_eq(expected.as_bytes()).into(),
        }
    }

    /// A letter at that place of a flock of so many.
    fn arrival(&self, letter: &Value, (place, flock): (usize, usize)) -> Arrival {
        let text = |name: &str| letter[name].as_str().map(str::to_owned);
        let own = text("letter").unwrap_or_else(|| letter.to_string());
        let key = format!("{}/{own}", text("loft").unwrap_or_default());
        let key = match self.flaw {
            Some(Flaw::CutsKeys) => key.chars().take(12).collect(),
            Some(Flaw::KeysByChance) if self.read.load(Ordering::SeqCst) > 1 => format!("{key}!"),
            // The fixtures were written down by an adapter with the same flaw, so to say: their short ids are spared.
            _ if own.len() < 12 => key,
            Some(Flaw::KeysByCompany) => format!("{key}/{flock}"),
            Some(Flaw::KeysByPlace) => format!("{key}/{place}"),
            Some(Flaw::KeysOfNoLoft) => own,
            _ => key,
        };
        let raw = if self.is(Flaw::KeepsNothing) { String::new() } else { letter.to_string() };
        let account = if self.is(Flaw::OneAccountForAll) { Some("loft-0".into()) } else { text("loft") };
        Arrival { account: account.unwrap_or_default(), key, at: None, raw, what: self.what(letter) }
    }

    fn what(&self, letter: &Value) -> What {
        let unreadable = |reason: &str| What::Unreadable { reason: reason.into() };
        match (letter["kind"].as_str(), letter["from"].as_str(), letter["words"].as_str()) {
            (Some("words"), Some(from), Some(words)) => What::Message {
                from: Party::new(from),
                reference: letter["letter"]
                    .as_str()
                    .filter(|_| !self.is(Flaw::ForgetsReferences))
                    .map(str::to_owned),
                content: Content::text(self.shortened(words)),
                about: None,
                referral: None,
            },
            (Some("words"), ..) => unreadable("words or sender are missing"),
            (Some(_), ..) if self.is(Flaw::UnknownIsAMistake) => unreadable("what is this?"),
            (Some(kind), ..) => What::Other { kind: kind.into(), reference: None },
            (None, ..) => unreadable("a letter of no kind"),
        }
    }

    fn shortened<'a>(&self, words: &'a str) -> &'a str {
        if self.is(Flaw::CutsLetters) && words.len() > 10_000 { &words[..10_000] } else { words }
    }
}

fn unreadable(reason: &str) -> Unreadable {
    Unreadable { reason: reason.into(), status: 200 }
}

impl Webhook for Pigeon {
    fn greet(&self, query: &[(String, String)]) -> Greeting {
        let value = |name| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        match (value("word"), value("coo")) {
            (Some(_), Some(coo)) if self.is(Flaw::GreetsEverybody) => Greeting::Welcome(coo),
            (Some(word), Some(coo)) if word == "grain" => {
                Greeting::Welcome(if self.is(Flaw::GreetsInItsOwnWords) { "hello".into() } else { coo })
            }
            _ => Greeting::Refused,
        }
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let header = |name: &str| raw.header(name).unwrap_or_default().to_owned();
        let (given, flown) = (header("x-seal"), header("x-flown"));
        let time: i64 = flown.parse().map_err(|_| Refused::Missing)?;
        let old = (NOW - time).abs() > FIVE_MINUTES && !self.is(Flaw::BelievesTheOld);
        raw.verified_by(|body| match given.as_str() {
            "" if self.is(Flaw::BelievesTheUnsigned) => Ok(()),
            "" => Err(Refused::Missing),
            _ if old || self.is(Flaw::RefusesTheProvider) => Err(Refused::Wrong),
            given => {
                let most = if self.is(Flaw::SealsTheBeginningOnly) { 16 } else { usize::MAX };
                let sealed = &body[..body.len().min(most)];
                let signed = |body| self.believes(given, &seal(&flown, body));
                let careless = self.is(Flaw::SealsTheBeginningOnly) && given == short_seal(&flown, sealed);
                if signed(body) || careless { Ok(()) } else { Err(Refused::Wrong) }
            }
        })
    }

    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        self.read.fetch_add(1, Ordering::SeqCst);
        let bytes = verified.body();
        if self.is(Flaw::TrustsEveryByte) {
            std::str::from_utf8(bytes).expect("it is text");
        }
        let deep = bytes.iter().filter(|byte| **byte == b'[' || **byte == b'{').count();
        assert!(deep < 100_000 || !self.is(Flaw::DrownsInTheDeep), "no more air");
        let body: Value = match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(_) if self.is(Flaw::BrokenIsNothing) => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(&error.to_string())),
        };
        let letters = match body["flock"].as_array() {
            Some(letters) => letters,
            None if self.is(Flaw::AnotherShapeIsNothing) => return Ok(Vec::new()),
            None => return Err(unreadable("there is no flock")),
        };
        let most = if self.is(Flaw::ReadsFiveHundred) { 500 } else { usize::MAX };
        let places = letters.iter().take(most).enumerate();
        let arrivals: Vec<Arrival> =
            places.map(|(place, letter)| self.arrival(letter, (place, letters.len()))).collect();
        let spoilt = arrivals.iter().any(|arrival| matches!(arrival.what, What::Unreadable { .. }));
        match spoilt && self.is(Flaw::OneBadSpoilsAll) {
            true => Err(unreadable("one of them is bad")),
            false => Ok(arrivals),
        }
    }

    fn schema(&self) -> WebhookSchema {
        let required = if self.is(Flaw::DescribesMoreThanThereIs) {
            json!(["flock", "weather"])
        } else {
            json!(["flock"])
        };
        let scheme = if self.is(Flaw::LinksItsPage) { "https://" } else { "" };
        WebhookSchema {
            signature: "X-Seal".into(),
            scheme: "`seal=` and the HMAC-SHA256 of X-Flown and the body".into(),
            page: format!("{scheme}pigeons.example/post"),
            body: json!({"type": "object", "required": required, "properties": {"flock": {"type": "array"}}}),
            greets: true,
        }
    }
}

/// What a provider would send whose webhook checks the beginning of the body only.
fn short_seal(time: &str, body: &[u8]) -> String {
    seal(time, &body[..body.len().min(16)])
}

/// The pigeon post, as it calls.
pub struct Loft {
    pub flaw: Option<Flaw>,
}

impl Double for Loft {
    fn webhook(&self) -> Box<dyn Webhook> {
        Box::new(Pigeon { flaw: self.flaw, read: AtomicU64::new(0) })
    }

    fn sign(&self, body: &[u8]) -> Signed {
        let sealed = if self.flaw == Some(Flaw::SealsTheBeginningOnly) { short_seal } else { seal };
        Signed::header("X-Seal", sealed(&NOW.to_string(), body)).and("X-Flown", NOW.to_string())
    }

    fn old(&self, body: &[u8]) -> Option<Signed> {
        let time = (NOW - FIVE_MINUTES - 1).to_string();
        Some(Signed::header("X-Seal", seal(&time, body)).and("X-Flown", time))
    }

    fn body(&self, events: &[Event]) -> Option<Vec<u8>> {
        let letter = |event: &Event| {
            let (id, loft) = (format!("letter-{:012}", event.number), format!("loft-{}", event.account));
            match &event.kind {
                Kind::Text(words) => {
                    json!({"letter": id, "loft": loft, "kind": "words", "from": "a1", "words": words})
                }
                Kind::Bad => json!({"letter": id, "loft": loft, "kind": "words"}),
                Kind::Unknown => json!({"letter": id, "loft": loft, "kind": "feather"}),
            }
        };
        Some(json!({"flock": events.iter().map(letter).collect::<Vec<_>>()}).to_string().into_bytes())
    }

    fn fixtures(&self) -> Fixtures {
        fixtures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pigeon/fixtures"))
    }

    fn handshake(&self) -> Option<Handshake> {
        Some(Handshake::new(&[("word", "grain"), ("coo", "4711")], "4711"))
    }
}
