//! The cases. They are run by [`webhook_suite!`](crate::webhook_suite).

mod bytes;
mod described;
mod doors;
mod events;

pub use bytes::*;
pub use described::*;
pub use doors::*;
pub use events::*;
use tradepost_domain::Arrival;
use tradepost_ports::{Unreadable, Webhook};

use super::{Double, Event, Signed};
use crate::verdict::Verdict;

/// Reads a body whose signature is another case's concern.
fn parse(double: &dyn Double, body: &[u8]) -> Result<Vec<Arrival>, Unreadable> {
    parse_by(&*double.webhook(), body)
}

fn parse_by(webhook: &dyn Webhook, body: &[u8]) -> Result<Vec<Arrival>, Unreadable> {
    let believed = Signed::default().with(body.to_vec()).verified_by(|_| Ok(()));
    webhook.parse(&believed.expect("nothing was checked"))
}

/// A body that every provider writes: one message of a customer.
fn message(double: &dyn Double) -> Vec<u8> {
    let body = double.body(&[Event::text(1, "Do you have it in blue, and in a size that fits?")]);
    body.expect("every provider writes a body with one message")
}

/// The provider writes no body of that sort.
fn unwritten(what: &str) -> Verdict {
    Verdict::not_promised(format!("the provider writes no body with {what}"))
}
