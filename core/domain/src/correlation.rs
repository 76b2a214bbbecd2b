//! The id that joins whatever one request caused: its log lines, stored events and messages, turns and calls.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EventId, RequestId};

/// The longest id that is taken from a caller, in bytes.
const LONGEST: usize = 128;

/// A correlation id: harmless in a log line, a header and a database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Correlation(String);

impl Correlation {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
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
        if fits { Ok(Self(text.to_owned())) } else { Err(BadCorrelation) }
    }
}

/// A request that brought no id of its own.
impl From<RequestId> for Correlation {
    fn from(id: RequestId) -> Self {
        Self(id.to_string())
    }
}

/// What the house files by itself begins a story of its own.
impl From<EventId> for Correlation {
    fn from(id: EventId) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
}
