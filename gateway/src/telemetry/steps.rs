//! Steps of a trace: from what a queued row remembers to a span's parent, and back.

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tradepost_domain::{Correlation, Trace};

/// Makes the span a step of the trace that the id comes from.
pub(super) fn step(span: &Span, cause: &Correlation) -> Correlation {
    if let Some(trace) = cause.trace() {
        // Without a layer that records there is no parent to be set.
        let _ = span.set_parent(parent(trace));
    }
    cause.caused_by(under_way(&span.context()))
}

fn parent(trace: Trace) -> Context {
    let (trace, step, flags) = match trace {
        Trace::Recorded { trace, step } => (trace, step, TraceFlags::SAMPLED),
        // Which trace it is matters to nobody: nothing of it is recorded.
        Trace::Unrecorded => (1, 1, TraceFlags::NOT_SAMPLED),
    };
    let (trace, step) = (TraceId::from_bytes(trace.to_be_bytes()), SpanId::from_bytes(step.to_be_bytes()));
    Context::new().with_remote_span_context(SpanContext::new(trace, step, flags, true, TraceState::default()))
}

fn under_way(context: &Context) -> Option<Trace> {
    let span = context.span();
    let here = span.span_context();
    match (here.is_valid(), here.is_sampled()) {
        (true, true) => Some(Trace::Recorded {
            trace: u128::from_be_bytes(here.trace_id().to_bytes()),
            step: u64::from_be_bytes(here.span_id().to_bytes()),
        }),
        (true, false) => Some(Trace::Unrecorded),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-08
    #[rstest]
    #[case::recorded(Trace::Recorded { trace: 7 << 100, step: 9 })]
    #[case::unrecorded(Trace::Unrecorded)]
    fn a_parent_is_what_was_remembered(#[case] trace: Trace) {
        assert_eq!(under_way(&parent(trace)), Some(trace));
    }

    #[test]
    fn without_a_layer_there_is_no_trace() {
        let cause: Correlation = "req-77".parse().expect("harmless");
        let span = tracing::info_span!("turn");
        assert_eq!(step(&span, &cause.caused_by(Some(Trace::Unrecorded))), cause);
    }
}
