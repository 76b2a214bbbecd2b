//! The conformance suite of [`Messenger`], for any channel adapter that speaks HTTP.
//!
//! ```ignore
//! tradepost_testkit::messenger_suite!(Pigeon::new);   // struct Pigeon; impl Double for Pigeon { … }
//! ```
//! The suite plays the provider on a loopback port. The adapter's [`Double`] says how that provider answers.

mod provider;
pub mod suite;

use std::time::Duration;

pub use provider::Provider;
use tradepost_ports::Messenger;

/// The secret that a double puts into its adapter's settings. It must never be seen in an error.
pub const SECRET: &str = "s3cr3t-7f3a9c51d2e84b06";

/// How an adapter is made and how its provider speaks.
pub trait Double: Send + Sync + 'static {
    /// The adapter, for a provider at that address (such as `http://127.0.0.1:4711`), with [`SECRET`] as its token or
    /// key and that time limit of one call.
    fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger>;

    /// The provider does what was asked; a line is known by that reference from now on.
    fn taken(&self, asked: &Asked, reference: &str) -> Reply;

    /// The provider refuses what was asked, for good: [`Invalid`](tradepost_domain::ErrorKind::Invalid).
    fn refused(&self) -> Reply;

    /// The provider refuses our token: [`Denied`](tradepost_domain::ErrorKind::Denied).
    fn denied(&self) -> Reply;

    /// Too fast: [`RateLimited`](tradepost_domain::ErrorKind::RateLimited). Where the provider tells the wait, it is so
    /// many seconds.
    fn throttled(&self, seconds: u64) -> Reply;

    /// Does the provider tell the wait?
    fn tells_wait(&self) -> bool {
        true
    }

    /// A customer's id, of the provider's form.
    fn peer(&self) -> String {
        "1234567890".into()
    }
}

/// A request as it came to the provider.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What the provider answers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    /// JSON with a status.
    pub fn json(status: u16, body: impl ToString) -> Self {
        let headers = vec![("content-type".into(), "application/json".into())];
        Self { status, headers, body: body.to_string() }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }
}

/// Tries one case.
pub fn check<D: Double>(double: impl FnOnce() -> D, case: impl AsyncFnOnce(std::sync::Arc<dyn Double>)) {
    crate::run(case(std::sync::Arc::new(double())));
}

/// One test per case of the [`Messenger`] suite. The argument is a function that gives a [`Double`].
#[macro_export]
macro_rules! messenger_suite {
    ($double:path) => {
        $crate::messenger_suite! { @cases $double;
            a_taken_line_has_a_reference_of_its_own, text_at_the_limit_is_taken, every_declared_kind_is_taken,
            signs_of_life_are_shown, what_is_refused_is_invalid, a_refused_token_is_denied, too_fast_is_rate_limited,
            nobody_there_is_unavailable, a_broken_provider_is_never_success, a_puzzling_answer_is_uncertain,
            a_cut_connection_is_uncertain, the_time_limit_holds, no_error_shows_the_secret, terms_fit_the_abilities,
        }
    };
    (@cases $double:path; $($case:ident),* $(,)?) => {$(
        #[test]
        fn $case() {
            $crate::messenger::check($double, $crate::messenger::suite::$case);
        }
    )*};
}
