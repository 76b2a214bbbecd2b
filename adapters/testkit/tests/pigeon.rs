//! A provider made up for the kit: the webhook suite passes a good webhook and sees through a careless one.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};
use tradepost_domain::{Arrival, Content, Party, What};
use tradepost_ports::{Greeting, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema};
use tradepost_testkit::webhook::{self, Double, Signed};

/// The webhook of the pigeon post. A careless one believes every signature.
#[derive(Clone, Copy)]
struct Pigeon {
    careless: bool,
}

fn good() -> Pigeon {
    Pigeon { careless: false }
}

fn careless() -> Pigeon {
    Pigeon { careless: true }
}

/// No real signature: it only has to differ with the body.
fn seal(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    (b"loft", body).hash(&mut hasher);
    format!("seal={:016x}f", hasher.finish())
}

impl Webhook for Pigeon {
    fn greet(&self, _: &[(String, String)]) -> Greeting {
        Greeting::NotOffered
    }

    fn verify(&self, raw: Unverified) -> Result<Verified, Refused> {
        let seal_given = raw.header("x-seal").unwrap_or_default().to_owned();
        raw.verified_by(|body| match self.careless || seal_given == seal(body) {
            true => Ok(()),
            false => Err(Refused::Wrong),
        })
    }

    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable> {
        let unreadable = |reason: String| Unreadable { reason, status: 200 };
        let body: Value =
            serde_json::from_slice(verified.body()).map_err(|error| unreadable(error.to_string()))?;
        let notes = body["notes"].as_array().ok_or_else(|| unreadable("there are no notes".into()))?;
        Ok(notes.iter().enumerate().map(|(n, note)| arrival(n, note)).collect())
    }

    fn schema(&self) -> WebhookSchema {
        WebhookSchema {
            signature: "X-Seal".into(),
            scheme: "a hash of the body".into(),
            page: "pigeons.example/post".into(),
            body: json!({ "type": "object" }),
            greets: false,
        }
    }
}

fn arrival(n: usize, note: &Value) -> Arrival {
    let what = match (note["from"].as_str(), note["text"].as_str()) {
        (Some(from), Some(text)) => What::Message {
            from: Party::new(from),
            reference: None,
            content: Content::text(text),
            about: None,
            referral: None,
        },
        _ => What::Unreadable { reason: "a note lacks words or sender".into() },
    };
    Arrival { account: "loft".into(), key: format!("{n}:{note}"), at: None, raw: note.to_string(), what }
}

impl Double for Pigeon {
    fn webhook(&self) -> Box<dyn Webhook> {
        Box::new(*self)
    }

    fn sign(&self, body: &[u8]) -> Signed {
        Signed::header("X-Seal", seal(body))
    }

    fn fixtures(&self) -> Vec<(String, Vec<u8>)> {
        vec![("two notes".into(), self.batch(2, None))]
    }

    fn batch(&self, messages: usize, bad: Option<usize>) -> Vec<u8> {
        let note = |n| {
            if Some(n) == bad {
                json!({ "from": 7 })
            } else {
                json!({ "from": "a", "text": format!("coo {n}") })
            }
        };
        json!({ "notes": (0..messages).map(note).collect::<Vec<_>>() }).to_string().into_bytes()
    }
}

tradepost_testkit::webhook_suite!(good);

#[test]
#[should_panic(expected = "missing was accepted")]
fn a_careless_one_is_seen_through() {
    webhook::check(careless, webhook::suite::what_it_did_not_sign_is_refused);
}

#[test]
#[should_panic(expected = "flipped was accepted")]
fn a_careless_one_is_seen_through_by_an_altered_body() {
    webhook::check(careless, webhook::suite::an_altered_body_is_refused);
}
