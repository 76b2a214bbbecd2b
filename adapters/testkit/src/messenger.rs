//! The conformance suite of [`Messenger`], for any channel adapter.
//!
//! ```ignore
//! tradepost_testkit::messenger_suite!(pigeon);   // fn pigeon() -> impl Double
//! ```
//! The suite plays the provider on a loopback port. The adapter's [`Double`] says how that provider answers.

mod capture;
mod provider;
pub mod suite;

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
pub use provider::Provider;
use tradepost_domain::{Arrival, Content, ErrorKind};
use tradepost_ports::Messenger;

use crate::verdict::{Place, Verdict, tell};

/// The secret that a double puts into its adapter's settings. It must never be seen in an error, a log or a trace.
pub const SECRET: &str = "s3cr3t-7f3a9c51d2e84b06";

/// How an adapter is made and how its provider speaks. A channel that no provider stands behind takes [`Alone`].
pub trait Double: Send + Sync + 'static {
    /// The adapter, for a provider at that address (such as `http://127.0.0.1:4711`), with [`SECRET`] as its token or
    /// key and that time limit of one call.
    fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger>;

    /// The provider does what was asked; a line is known by that reference from now on.
    fn taken(&self, asked: &Asked, reference: &str) -> Reply;

    /// The provider's answer that means this kind of error. Every provider has one for [`ErrorKind::Invalid`] (what was
    /// asked is refused for good) and [`ErrorKind::Denied`] (our token is refused). Where its documents name them, also
    /// for [`ErrorKind::NotFound`], [`ErrorKind::OutsideWindow`], [`ErrorKind::OptedOut`] and
    /// [`ErrorKind::Unavailable`] (it is broken, and says that it took nothing).
    fn says(&self, kind: ErrorKind) -> Option<Reply>;

    /// Too fast: [`ErrorKind::RateLimited`]. With a wait of so many seconds, or without a word of how long.
    fn throttled(&self, seconds: Option<u64>) -> Reply;

    /// Can the provider tell the wait?
    fn tells_wait(&self) -> bool {
        true
    }

    /// The key by which the provider knows a repeated send, as it came with a request. Needed where the terms say
    /// [`Keyed`](tradepost_ports::terms::Repeat::Keyed).
    fn key(&self, _asked: &Asked) -> Option<String> {
        None
    }

    /// What the adapter's webhook reads when the provider tells that the line of that request, which it knows by that
    /// reference, has been delivered. Needed where the terms say that [marks](tradepost_ports::Terms::marks) come back.
    fn news(&self, _asked: &Asked, _reference: &str) -> Vec<Arrival> {
        Vec::new()
    }

    /// A customer's id, of the provider's form.
    fn peer(&self) -> String {
        "1234567890".into()
    }

    /// Does that part of that content leave for the provider? No where its form has no place for it, as where it makes the
    /// payloads of buttons itself.
    fn carries(&self, _content: &Content, _part: Part) -> bool {
        true
    }

    /// Does a provider stand behind the channel, that can answer?
    fn has_provider(&self) -> bool {
        true
    }
}

/// The double of a channel that no provider stands behind; it holds what makes the messenger.
pub struct Alone<F>(pub F);

impl<F: Fn() -> Box<dyn Messenger> + Send + Sync + 'static> Double for Alone<F> {
    fn messenger(&self, _: &str, _: Duration) -> Box<dyn Messenger> {
        (self.0)()
    }

    fn taken(&self, _: &Asked, _: &str) -> Reply {
        Reply::json(500, "nobody is asked")
    }

    fn says(&self, _: ErrorKind) -> Option<Reply> {
        None
    }

    fn throttled(&self, _: Option<u64>) -> Reply {
        Reply::json(500, "nobody is asked")
    }

    fn has_provider(&self) -> bool {
        false
    }
}

/// A part of a content, as a customer sees it or as it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A question, the words beside a medium, a template's value.
    Words,
    /// A choice's, a link's or a card's.
    Title,
    /// What comes back when a choice is tapped.
    Payload,
    /// Of a row of a list.
    SecondLine,
    /// What opens a list.
    Opener,
    /// Of a medium, a picture or a page.
    Address,
    /// Of a place, a person or a template.
    Name,
    /// A person's.
    Number,
    /// Latitude and longitude, each in degrees.
    Place,
}

/// A request as it came to the provider.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// The query as it stands in the address.
    pub query: String,
    /// The headers, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// A header's value, by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Do address or body hold these words, as they are or percent-encoded?
    pub fn holds(&self, words: &str) -> bool {
        let parts = [self.path.as_bytes(), self.query.as_bytes(), &self.body];
        parts.iter().any(|part| {
            let (plain, decoded) = (String::from_utf8_lossy(part), decoded(part));
            plain.contains(words) || String::from_utf8_lossy(&decoded).contains(words)
        })
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// With each `%41` as the byte that it means.
fn decoded(mut text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    while let Some((first, rest)) = text.split_first() {
        let digits = rest.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        plain.push(byte.unwrap_or(*first));
        text = if byte.is_some() { &rest[2..] } else { rest };
    }
    plain
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

    /// With `Retry-After`, if a wait is told.
    #[must_use]
    pub fn retry_after(self, seconds: Option<u64>) -> Self {
        match seconds {
            Some(seconds) => self.header("retry-after", seconds),
            None => self,
        }
    }
}

/// One case of the suite.
pub type Case = fn(Arc<dyn Double>) -> BoxFuture<'static, Verdict>;

/// Tries one case and tells how it went.
pub fn check<D: Double>(place: Place, name: &str, case: Case, double: impl FnOnce() -> D) {
    tell(place, "messenger", name, || crate::run(case(Arc::new(double()))));
}

/// All cases, by name.
pub const CASES: &[(&str, Case)] = crate::__messenger_cases!(__cases_listed);

/// One test per case of the [`Messenger`] suite. The argument is a function that gives a [`Double`].
#[macro_export]
macro_rules! messenger_suite {
    ($double:path) => {
        $crate::__messenger_cases! { __cases_tested $double }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __messenger_cases {
    ($then:ident $($double:path)?) => {
        $crate::$then! { [$($double)?] $crate::messenger, async;
            a_taken_line_has_a_reference_of_its_own, the_words_leave_for_the_customer,
            what_is_shown_leaves_whole, every_declared_kind_is_taken,
            text_at_the_limit_is_taken, text_over_the_limit_is_refused, contents_at_their_limits_are_taken,
            contents_over_a_limit_are_refused, what_is_not_declared_is_refused, what_says_nothing_is_refused,
            signs_of_life_are_shown, abilities_are_coherent, terms_are_those_asked_for,
            what_is_refused_is_invalid, a_refused_token_is_denied, a_stranger_is_not_found, a_closed_window_is_told,
            who_opted_out_is_told, a_provider_that_took_nothing_is_unavailable, too_fast_is_rate_limited,
            the_wait_is_told, a_broken_provider_is_never_success, a_puzzling_answer_is_uncertain,
            nobody_there_is_unavailable, a_cut_connection_is_uncertain, silence_ends_at_the_time_limit,
            a_slow_body_ends_at_the_time_limit, a_repeated_send_carries_its_key, a_mark_comes_back_with_its_news, no_error_shows_the_secret,
            no_trace_shows_the_secret,
        }
    };
}
