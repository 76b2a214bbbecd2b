//! The conformance suite of [`Webhook`], for every provider that calls us.
//!
//! ```ignore
//! tradepost_testkit::webhook_suite!(Pigeon::new);   // struct Pigeon; impl Double for Pigeon { … }
//! ```

pub mod suite;

use bytes::Bytes;
use tradepost_ports::{Headers, Unverified, Webhook};

/// How a webhook is made, and how its provider writes.
pub trait Double {
    /// The webhook, with the secret that [`Double::sign`] signs with.
    fn webhook(&self) -> Box<dyn Webhook>;

    /// The headers and query parameters that the provider would send with that body.
    fn sign(&self, body: &[u8]) -> Signed;

    /// Bodies as the provider sends them, with a label each; every one holds at least one event, none twice.
    fn fixtures(&self) -> Vec<(String, Vec<u8>)>;

    /// One body with that many messages of customers, all different. The one at `bad`, if any, lacks what it needs to
    /// be read. Smaller than 1 MB for 1,000 messages.
    fn batch(&self, messages: usize, bad: Option<usize>) -> Vec<u8>;

    /// Does the provider sign the body? `false` where only a token in the address protects the endpoint.
    fn signs_body(&self) -> bool {
        true
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

    /// A request with that body.
    pub fn with(self, body: impl Into<Bytes>) -> Unverified {
        Unverified::new(Headers::new(self.headers), self.query, body.into())
    }

    /// With every value changed.
    fn changed(mut self, change: impl Fn(&str) -> String) -> Self {
        for (_, value) in self.headers.iter_mut().chain(&mut self.query) {
            *value = change(value);
        }
        self
    }

    fn differs(&self, other: &Self) -> bool {
        self.headers != other.headers || self.query != other.query
    }
}

/// Tries one case.
pub fn check<D: Double>(double: impl FnOnce() -> D, case: impl FnOnce(&dyn Double)) {
    case(&double());
}

/// One test per case of the [`Webhook`] suite. The argument is a function that gives a [`Double`].
#[macro_export]
macro_rules! webhook_suite {
    ($double:path) => {
        $crate::webhook_suite! { @cases $double;
            what_the_provider_signed_is_verified, what_it_did_not_sign_is_refused, an_altered_body_is_refused,
            every_fixture_is_read, broken_json_is_unreadable, another_shape_is_unreadable,
            one_bad_message_loses_no_other, keys_are_stable_and_unique, deep_nesting_does_no_harm,
            arbitrary_bytes_do_no_harm, damaged_fixtures_do_no_harm, strangers_are_not_greeted, it_is_described,
        }
    };
    (@cases $double:path; $($case:ident),* $(,)?) => {$(
        #[test]
        fn $case() {
            $crate::webhook::check($double, $crate::webhook::suite::$case);
        }
    )*};
}
