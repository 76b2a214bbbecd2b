//! The conformance suite of [`Webhook`], for every provider that calls us.
//!
//! ```ignore
//! tradepost_testkit::webhook_suite!(pigeon);   // fn pigeon() -> impl Double
//! ```
//! The adapter's [`Double`] says how that provider writes and signs; the kit composes, forges, damages and compares.

mod fixtures;
pub mod suite;

use bytes::Bytes;
pub use fixtures::{Fixture, Fixtures, UPDATE, fixtures_in};
use tradepost_ports::{Headers, Unverified, Webhook};

use crate::verdict::{Place, Verdict, tell};

/// How a webhook is made, and how its provider writes.
pub trait Double {
    /// The webhook, with the secret that [`Double::sign`] signs with.
    fn webhook(&self) -> Box<dyn Webhook>;

    /// The headers and query parameters that the provider would send with that body.
    fn sign(&self, body: &[u8]) -> Signed;

    /// One body that brings these events, as the provider writes it. `None` if it writes no such body: several events
    /// at once, or several accounts. One [`Kind::Text`] alone is written by every provider.
    fn body(&self, events: &[Event]) -> Option<Vec<u8>>;

    /// The adapter's fixtures: `fixtures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))`.
    fn fixtures(&self) -> Fixtures;

    /// The handshake that the webhook welcomes; needed if its schema says that it greets.
    fn handshake(&self) -> Option<Handshake> {
        None
    }

    /// A good signature of another time, so long ago that it is no longer good. `None` if the provider signs no time.
    fn old(&self, _body: &[u8]) -> Option<Signed> {
        None
    }

    /// Does the provider sign the body? `false` where only a token protects the endpoint.
    fn signs_body(&self) -> bool {
        true
    }
}

/// One event that the provider is to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// To which of our accounts: 0 or 1.
    pub account: usize,
    /// Makes it another event than the others of its account: the message's id is made of it alone, and as long as the
    /// provider's ids are.
    pub number: usize,
    /// What it is.
    pub kind: Kind,
}

/// What an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A customer's message with these words.
    Text(String),
    /// A message that lacks what it needs to be read, such as its sender.
    Bad,
    /// Of a kind that the provider's documents do not have (yet).
    Unknown,
}

impl Event {
    /// A customer's message.
    pub fn text(number: usize, words: impl Into<String>) -> Self {
        Self { account: 0, number, kind: Kind::Text(words.into()) }
    }

    /// Of another kind.
    pub fn of(number: usize, kind: Kind) -> Self {
        Self { account: 0, number, kind }
    }

    /// To that account.
    #[must_use]
    pub fn to(self, account: usize) -> Self {
        Self { account, ..self }
    }
}

/// How a provider greets an endpoint, and what it wants to hear.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The query parameters of its GET.
    pub query: Vec<(String, String)>,
    /// The whole body of a good answer.
    pub answer: String,
}

impl Handshake {
    /// A handshake of these parameters.
    pub fn new(query: &[(&str, &str)], answer: &str) -> Self {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { query: query.collect(), answer: answer.into() }
    }
}

/// What comes with a body.
#[derive(Debug, Clone, Default)]
pub struct Signed {
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Query parameters.
    pub query: Vec<(String, String)>,
}

impl Signed {
    /// One header.
    pub fn header(name: &str, value: impl Into<String>) -> Self {
        Self { headers: vec![(name.into(), value.into())], query: Vec::new() }
    }

    /// With one more header.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A request with that body.
    pub fn with(self, body: impl Into<Bytes>) -> Unverified {
        Unverified::new(Headers::new(self.headers), self.query, body.into())
    }

    /// Requests that differ from this one in one value each.
    fn forged(&self, change: impl Fn(&str) -> Option<String>) -> Vec<Self> {
        let count = self.headers.len() + self.query.len();
        (0..count).map(|at| self.with_changed(at, &change)).collect()
    }

    /// With the value at that place changed, or taken out.
    fn with_changed(&self, at: usize, change: impl Fn(&str) -> Option<String>) -> Self {
        let part = |pairs: &[(String, String)], from: usize| {
            let pairs = pairs.iter().enumerate().filter_map(|(n, (name, value))| {
                let value = if from + n == at { change(value)? } else { value.clone() };
                Some((name.clone(), value))
            });
            pairs.collect()
        };
        Self { headers: part(&self.headers, 0), query: part(&self.query, self.headers.len()) }
    }

    fn differs(&self, other: &Self) -> bool {
        self.headers != other.headers || self.query != other.query
    }
}

/// One case of the suite.
pub type Case = fn(&dyn Double) -> Verdict;

/// Tries one case and tells how it went.
pub fn check<D: Double>(place: Place, name: &str, case: Case, double: impl FnOnce() -> D) {
    tell(place, "webhook", name, || case(&double()));
}

/// All cases, by name.
pub const CASES: &[(&str, Case)] = crate::__webhook_cases!(__cases_listed);

/// One test per case of the [`Webhook`] suite. The argument is a function that gives a [`Double`].
#[macro_export]
macro_rules! webhook_suite {
    ($double:path) => {
        $crate::__webhook_cases! { __cases_tested $double }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __webhook_cases {
    ($then:ident $($double:path)?) => {
        $crate::$then! { [$($double)?] $crate::webhook, sync;
            what_the_provider_signed_is_verified, a_missing_signature_is_refused, a_wrong_signature_is_refused,
            a_truncated_signature_is_refused, an_altered_body_is_refused, an_old_signature_is_refused,
            the_provider_is_greeted, strangers_are_not_greeted, a_batch_is_read_whole, one_bad_event_loses_no_other,
            several_accounts_are_told_apart, an_unknown_kind_is_no_mistake, each_event_has_its_own_key,
            a_repeated_delivery_has_the_same_keys, a_key_is_the_same_in_any_batch, each_account_has_its_own_keys, every_event_is_kept_as_it_came, broken_json_is_unreadable,
            another_shape_is_never_lost, a_huge_body_does_no_harm, deep_nesting_does_no_harm, no_bytes_do_harm,
            fixtures_are_read_as_expected, the_schema_accepts_every_fixture, it_is_described,
        }
    };
}
