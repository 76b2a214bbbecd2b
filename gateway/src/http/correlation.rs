//! The id that a request is known by: in its answer, in every log line, in what it causes, and in problem documents.

use poem::Request;
use tradepost_domain::{Correlation, RequestId, TraceParent};
use tradepost_openapi::ProblemKind;
use tradepost_ports::{Clock, Dice};

use super::Refusal;

/// The header that carries it, both ways.
pub const HEADER: &str = "x-request-id";

/// Takes the caller's id if it is harmless, else the trace id of its `traceparent`, else makes one.
pub fn of(request: &Request, clock: &dyn Clock, dice: &dyn Dice) -> Correlation {
    let given = request.header(HEADER).and_then(|id| id.parse().ok());
    let traced = || trace_id(request.header("traceparent")?)?.parse().ok();
    given.or_else(traced).unwrap_or_else(|| RequestId::new(clock.now(), dice.roll()).into())
}

/// What the door has put on the request.
pub fn given(request: &Request) -> Result<Correlation, Refusal> {
    request.extensions().get().cloned().ok_or_else(|| Refusal::new(ProblemKind::Internal))
}

/// The trace's id as text.
fn trace_id(header: &str) -> Option<String> {
    let caller = header.parse::<TraceParent>().ok()?;
    Some(format!("{:032x}", caller.trace))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::good("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    #[case::all_zero("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    #[case::capitals("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    #[case::cut("00-4bf92f3577b34da6a3ce929d0e0e4736", false)]
    fn a_trace_id_is_taken_from_a_well_formed_header(#[case] header: &str, #[case] expected: bool) {
        assert_eq!(trace_id(header).is_some(), expected);
    }
}
