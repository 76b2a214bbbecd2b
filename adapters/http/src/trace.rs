//! What lets a provider's request be joined with ours: the correlation id of the work under way, and where that is a
//! W3C trace id, the trace. www.w3.org/TR/trace-context

use std::hash::{BuildHasher, RandomState};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tradepost_domain::{Correlation, Trace};
use tradepost_ports::correlation;

const REQUEST: HeaderName = HeaderName::from_static("x-request-id");
const TRACE: HeaderName = HeaderName::from_static("traceparent");

/// Puts the id of the work under way, if there is one, on a request.
pub(crate) fn pass_on(headers: &mut HeaderMap) {
    let Some(id) = correlation::current() else { return };
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST, value);
    }
    if let Some(Ok(value)) = header(&id).map(|parent| HeaderValue::from_str(&parent)) {
        headers.insert(TRACE, value);
    }
}

/// The step under way, where traces are kept; else one that is recorded nowhere.
fn header(id: &Correlation) -> Option<String> {
    if let Some(ours) = id.trace().and_then(Trace::header) {
        return Some(ours);
    }
    // Any number but 0 does as the id of our step; it only has to differ from others.
    let step = RandomState::new().hash_one(id.as_str()) | 1;
    parent(id, step)
}

fn parent(id: &Correlation, step: u64) -> Option<String> {
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let text = id.as_str();
    let traced = text.len() == 32 && text.bytes().all(hex) && text.bytes().any(|byte| byte != b'0');
    traced.then(|| format!("00-{text}-{step:016x}-00"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_trace(
        "0af7651916cd43dd8448eb211c80319c",
        Some("00-0af7651916cd43dd8448eb211c80319c-0000000000000012-00")
    )]
    #[case::no_trace("00000000000000000000000000000000", None)]
    #[case::upper_case("0AF7651916CD43DD8448EB211C80319C", None)]
    #[case::another_id("req-77", None)]
    fn a_trace_id_goes_on_as_a_traceparent(#[case] id: &str, #[case] expected: Option<&str>) {
        assert_eq!(parent(&id.parse().expect("harmless"), 0x12).as_deref(), expected);
    }

    /// proves: PL-08
    #[test]
    fn the_step_under_way_goes_on_where_traces_are_kept() {
        let id: Correlation = "0af7651916cd43dd8448eb211c80319c".parse().expect("harmless");
        let ours = id.caused_by(Some(Trace::Recorded { trace: 0xabc, step: 0x12 }));
        let expected = "00-00000000000000000000000000000abc-0000000000000012-01";
        assert_eq!(header(&ours).as_deref(), Some(expected));
        let unrecorded = header(&id.caused_by(Some(Trace::Unrecorded))).expect("the caller's trace");
        assert!(unrecorded.starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{unrecorded}");
        assert!(unrecorded.ends_with("-00"), "{unrecorded}");
    }
}
