//! The id that joins whatever one request caused: its log lines, stored events and messages, turns and calls.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EventId, RequestId, trace::Trace};

/// The longest id that is taken from a caller, in bytes.
const LONGEST: usize = 128;

/// What stands between the id and the trace in a row: in no id.
const TRACED: char = '/';

/// A correlation id: harmless in a log line, a header and a database. Where traces are kept it also remembers the step that
/// it comes from, which only [`Correlation::in_row`] shows: a trace goes on where a queued row is taken up.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Correlation {
    id: String,
    trace: Option<Trace>,
}

impl Correlation {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// The step of a trace that it comes from, where traces are kept.
    pub fn trace(&self) -> Option<Trace> {
        self.trace
    }

    /// The same id, coming from that step.
    pub fn caused_by(&self, trace: Option<Trace>) -> Self {
        Self { id: self.id.clone(), trace }
    }

    /// As a queued row bears it: the id, and the step where there is one.
    pub fn in_row(&self) -> String {
        let mut text = self.id.clone();
        if let Some(trace) = self.trace {
            text.push(TRACED);
            // A text takes whatever is written into it.
            let _ = trace.write(&self.id, &mut text);
        }
        text
    }

    /// What [`Correlation::in_row`] wrote. A step that cannot be read, such as a newer program's, is forgotten.
    pub fn of_row(text: &str) -> Result<Self, BadCorrelation> {
        let (id, trace) = text.split_once(TRACED).unwrap_or((text, ""));
        let correlation: Self = id.parse()?;
        let trace = Trace::read(id, trace);
        Ok(Self { trace, ..correlation })
    }

    fn untraced(id: String) -> Self {
        Self { id, trace: None }
    }
}

impl From<String> for Correlation {
    /// An id that was written by us.
    fn from(id: String) -> Self {
        Self::untraced(id)
    }
}

impl From<Correlation> for String {
    fn from(correlation: Correlation) -> Self {
        correlation.id
    }
}

/// A text that is no correlation id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 128 letters, digits, `-`, `_` or `.`")]
pub struct BadCorrelation;

impl FromStr for Correlation {
    type Err = BadCorrelation;
    /// Takes an id from outside.
    fn from_str(text: &str) -> Result<Self, BadCorrelation> {
        let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(harmless);
        if fits { Ok(Self::untraced(text.to_owned())) } else { Err(BadCorrelation) }
    }
}

/// A request that brought no id of its own.
impl From<RequestId> for Correlation {
    fn from(id: RequestId) -> Self {
        Self::untraced(id.to_string())
    }
}

/// What the house files by itself begins a story of its own.
impl From<EventId> for Correlation {
    fn from(id: EventId) -> Self {
        Self::untraced(id.to_string())
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-07
    #[rstest]
    #[case::plain("abc-123_x.y", true)]
    #[case::longest(&"a".repeat(128), true)]
    #[case::too_long(&"a".repeat(129), false)]
    #[case::empty("", false)]
    #[case::blank("a b", false)]
    #[case::line_break("a\nb", false)]
    #[case::beyond_ascii("ä", false)]
    fn only_harmless_ids_are_taken(#[case] id: &str, #[case] expected: bool) {
        assert_eq!(id.parse::<Correlation>().is_ok(), expected);
    }

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// proves: PL-08
    #[rstest]
    #[case::no_trace("req-77", None, "req-77")]
    #[case::unrecorded("req-77", Some(Trace::Unrecorded), "req-77/-")]
    #[case::recorded("req-77", Some(step()), "req-77/4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7")]
    #[case::called_after_it(TRACE, Some(step()), "4bf92f3577b34da6a3ce929d0e0e4736/00f067aa0ba902b7")]
    fn a_row_remembers_the_step_and_shows_the_id(
        #[case] id: &str,
        #[case] trace: Option<Trace>,
        #[case] row: &str,
    ) {
        let correlation = id.parse::<Correlation>().expect("harmless").caused_by(trace);
        assert_eq!(correlation.in_row(), row);
        assert_eq!(Correlation::of_row(row), Ok(correlation.clone()));
        assert_eq!((correlation.as_str(), correlation.to_string()), (id, id.to_owned()));
        assert!(row.parse::<Correlation>().is_err() || trace.is_none(), "nobody outside sets it");
    }

    fn step() -> Trace {
        let trace = u128::from_str_radix(TRACE, 16).expect("digits");
        Trace::Recorded { trace, step: 0x00f0_67aa_0ba9_02b7 }
    }

    #[test]
    fn a_step_of_a_form_that_we_do_not_know_is_forgotten() {
        assert_eq!(Correlation::of_row("req-77/?later"), "req-77".parse());
        assert_eq!(Correlation::of_row("a b/-"), Err(BadCorrelation));
    }
}
