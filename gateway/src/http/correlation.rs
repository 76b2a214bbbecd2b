//! The id that a request is known by: in its answer, in every log line, in stored events and problem documents.

use poem::Request;
use tradepost_ports::{Clock, Dice};
use ulid::Ulid;

/// The header that carries it, both ways.
pub const HEADER: &str = "x-request-id";

/// A request's correlation id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation(String);

impl Correlation {
    /// Takes the caller's id if it is harmless, else the trace id of its `traceparent`, else makes one.
    pub fn of(request: &Request, clock: &dyn Clock, dice: &dyn Dice) -> Self {
        let given = request.header(HEADER).filter(|id| harmless(id));
        let traced = request.header("traceparent").and_then(trace_id);
        let id = given.or(traced).map_or_else(|| fresh(clock, dice), str::to_owned);
        Self(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fresh(clock: &dyn Clock, dice: &dyn Dice) -> String {
    let ms = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    format!("req_{}", Ulid::from_parts(ms, dice.roll()))
}

fn harmless(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// `00-<32 digits>-<16 digits>-<2 digits>` (www.w3.org/TR/trace-context).
fn trace_id(header: &str) -> Option<&str> {
    let mut parts = header.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, long: usize| {
        text.len() == long && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let fits = hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    (fits && trace.bytes().any(|b| b != b'0')).then_some(trace)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("abc-123_x.y", true)]
    #[case::empty("", false)]
    #[case::blank("a b", false)]
    #[case::line_break("a\nb", false)]
    #[case::too_long(&"a".repeat(129), false)]
    fn only_harmless_ids_are_taken(#[case] id: &str, #[case] expected: bool) {
        assert_eq!(harmless(id), expected);
    }

    #[rstest]
    #[case::good("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    #[case::all_zero("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    #[case::capitals("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    #[case::cut("00-4bf92f3577b34da6a3ce929d0e0e4736", false)]
    fn a_trace_id_is_taken_from_a_well_formed_header(#[case] header: &str, #[case] expected: bool) {
        assert_eq!(trace_id(header).is_some(), expected);
    }
}
