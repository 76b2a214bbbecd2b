//! Ports that do as they are told, and keep a log. What they do is a [`Play`] per call: planned one by one, or decided
//! by a closure that sees the call; without either they do the usual.
//!
//! A port of [`Repeat::Keyed`](tradepost_ports::terms::Repeat::Keyed) terms keeps its keys: a repeated call gets the first one's answer and is not taken again.

mod desk;
mod llm;
mod media;
mod messenger;
mod payments;

use std::time::Duration;

pub use desk::{Called, Desk};
pub use llm::ScriptedLlm;
pub use media::ScriptedMedia;
pub use messenger::ScriptedMessenger;
pub use payments::{Page, ScriptedPayments};
use tradepost_domain::{ErrorKind, PortError};

/// What a scripted port does with one call: whether it takes it, what it tells, and how long both last on the port's
/// clock.
#[derive(Debug, Clone)]
pub struct Play<A> {
    hang: Duration,
    taken: Option<Taken<A>>,
    hold_back: Duration,
    told: Option<PortError>,
}

#[derive(Debug, Clone)]
enum Taken<A> {
    Usual,
    With(A),
}

impl<A> Play<A> {
    /// It is taken and answered as usual.
    pub fn usual() -> Self {
        Self { hang: Duration::ZERO, taken: Some(Taken::Usual), hold_back: Duration::ZERO, told: None }
    }

    /// It is taken and answered so.
    pub fn answer(answer: A) -> Self {
        Self { taken: Some(Taken::With(answer)), ..Self::usual() }
    }

    /// It is not taken.
    pub fn fail(error: PortError) -> Self {
        Self { taken: None, told: Some(error), ..Self::usual() }
    }

    /// It is not taken, with an error of that kind.
    pub fn fail_as(kind: ErrorKind) -> Self {
        Self::fail(PortError::new(kind, "script", "as planned"))
    }

    /// It is taken, but the caller hears only that it may have been: [`ErrorKind::Uncertain`].
    pub fn lose() -> Self {
        let told = PortError::new(ErrorKind::Uncertain, "script", "the answer was lost");
        Self { told: Some(told), ..Self::usual() }
    }

    /// So much time passes before it is taken or refused. A caller that goes away in between has not been heard.
    #[must_use]
    pub fn after(self, hang: Duration) -> Self {
        Self { hang, ..self }
    }

    /// So much time passes between its being taken and the answer. A caller that goes away in between does not hear it.
    #[must_use]
    pub fn answered_after(self, hold_back: Duration) -> Self {
        Self { hold_back, ..self }
    }
}
