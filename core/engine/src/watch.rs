//! What the house tells its observer. Without one nothing is made and nothing is told.

use std::time::Duration;

use tracing::Span;
use tradepost_domain::{AccountKey, Author, Correlation, MessageId, Timestamp};
use tradepost_ports::{Happening, Unit, store::Kept};

use crate::{House, dispatch::Marked};

/// Lines that are looked through for the words that a line answers.
const LOOKED_BACK: u32 = 10;

impl House {
    /// The span is a step of the trace that the id comes from; what it causes bears the id that is returned.
    pub(crate) fn step(&self, span: &Span, cause: Correlation) -> Correlation {
        match &self.tuning.observer {
            Some(observer) => observer.step(span, &cause),
            None => cause,
        }
    }

    /// A span that only an observer has a use for.
    pub(crate) fn span(&self, make: impl FnOnce() -> Span) -> Span {
        if self.tuning.observer.is_some() { make() } else { Span::none() }
    }

    pub(crate) fn saw(&self, happening: impl FnOnce() -> Happening) {
        if let Some(observer) = &self.tuning.observer {
            observer.saw(happening());
        }
    }

    /// Tells how long a customer waited, if this line is the first after their words. Asked only where somebody counts it.
    pub(crate) async fn saw_left(&self, unit: &mut dyn Unit, marked: &Marked, line: MessageId) -> Kept<()> {
        let Some(observer) = &self.tuning.observer else { return Ok(()) };
        let lines = unit.thread(marked.row.conversation, LOOKED_BACK).await?;
        let before = lines.iter().rev().skip_while(|other| other.id != line).skip(1);
        let words = before.take_while(|other| other.author == Author::Customer);
        if let Some(first) = words.last() {
            let (channel, after) = (kind(&marked.account), between(first.at, marked.at));
            observer.saw(Happening::Answered { channel, after });
        }
        Ok(())
    }
}

/// The kind of an account, for a label.
pub(crate) fn kind(account: &AccountKey) -> String {
    account.kind().to_owned()
}

/// Clocks may be set back.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
