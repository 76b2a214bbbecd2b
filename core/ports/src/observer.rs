//! Who is told how the house works: for traces and figures. A house without an observer tells nobody and pays nothing.

use std::time::Duration;

use tracing::Span;
use tradepost_domain::Correlation;

/// The target of spans that only an observer has a use for: a log leaves them out.
pub const STEPS: &str = "tradepost_steps";

/// Follows a house at work. Nothing here may wait, fail or be slow: it is called on the way of every message.
pub trait Observer: Send + Sync {
    /// The span, which has not been entered yet, is a step of the trace that the id comes from. Returns the id as what the
    /// step causes is to bear it: rows that a unit stores, calls to providers.
    fn step(&self, span: &Span, cause: &Correlation) -> Correlation;

    /// Something has happened. Told inside a unit, it has happened if the unit is kept.
    fn saw(&self, happening: Happening);
}

/// What is counted. Labels are few: channels, storefronts, providers and words of ours; never ids, names or texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// An event came in.
    Filed {
        /// The channel's kind.
        channel: String,
        /// What became of it: a word of [`Fate`](crate::store::Fate), `known` if it was heard before, or `over_limit` if it
        /// is kept and not answered.
        fate: &'static str,
    },
    /// A conversation has begun.
    Began {
        /// Where.
        storefront: String,
    },
    /// A turn was taken.
    Turned {
        /// Where.
        storefront: String,
        /// From its first look at the conversation until everything was written, without the commit.
        took: Duration,
    },
    /// A turn failed and was rolled back.
    TurnFailed,
    /// A provider was called.
    Called {
        /// The provider's kind.
        provider: String,
        /// A word of [`Class`](crate::store::Class).
        class: &'static str,
        /// `done`, or a word of [`ErrorKind`](crate::ErrorKind).
        outcome: &'static str,
        /// How long it took, or was waited for.
        took: Duration,
    },
    /// The first line after a customer's words has left.
    Answered {
        /// The channel's kind.
        channel: String,
        /// How long the customer waited, from the first of these words.
        after: Duration,
    },
    /// A person was asked for.
    HandedOver {
        /// Where.
        storefront: String,
    },
    /// Stock was held for an order.
    Reserved {
        /// Where.
        storefront: String,
    },
    /// An order was paid and is kept.
    Paid {
        /// Where.
        storefront: String,
    },
    /// Work failed for good and waits for a person.
    Buried {
        /// `event` or `effect`.
        work: &'static str,
    },
}
