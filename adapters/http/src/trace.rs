//! W3C trace context: whoever set one sees it in the provider's request. www.w3.org/TR/trace-context

use std::{fmt, future::Future, str::FromStr};

use reqwest::header::{HeaderMap, HeaderValue};

tokio::task_local! {
    static CURRENT: Trace;
}

/// A trace that a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The whole story, never 0.
    pub trace: u128,
    /// The step that caused the request, never 0.
    pub parent: u64,
    /// Is it recorded?
    pub sampled: bool,
}

/// Runs a future whose requests carry the trace.
pub async fn traced<T>(trace: Trace, future: impl Future<Output = T>) -> T {
    CURRENT.scope(trace, future).await
}

/// Puts the current trace, if there is one, on a request.
pub(crate) fn pass_on(headers: &mut HeaderMap) {
    if let Ok(Ok(value)) = CURRENT.try_with(|trace| HeaderValue::from_str(&trace.to_string())) {
        headers.insert("traceparent", value);
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.parent, u8::from(self.sampled))
    }
}

/// A text that is not a `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent of the form 00-<32 hex>-<16 hex>-<2 hex>")]
pub struct BadTrace;

impl FromStr for Trace {
    type Err = BadTrace;
    fn from_str(text: &str) -> Result<Self, BadTrace> {
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace, parent, flags, rest @ ..] = parts.as_slice() else { return Err(BadTrace) };
        if *version == "ff" || (*version == "00" && !rest.is_empty()) {
            return Err(BadTrace);
        }
        hex(version, 2)?;
        let trace = hex(trace, 32)?;
        let parent = u64::try_from(hex(parent, 16)?).map_err(|_| BadTrace)?;
        if trace == 0 || parent == 0 {
            return Err(BadTrace);
        }
        Ok(Self { trace, parent, sampled: hex(flags, 2)? & 1 == 1 })
    }
}

fn hex(text: &str, length: usize) -> Result<u128, BadTrace> {
    let fits = text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if fits { u128::from_str_radix(text, 16).map_err(|_| BadTrace) } else { Err(BadTrace) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::recorded("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    #[case::not_recorded("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true)]
    #[case::no_trace("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    #[case::no_parent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    #[case::upper_case("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    #[case::short("00-0af7-b7ad6b7169203331-01", false)]
    #[case::too_much("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false)]
    #[case::empty("", false)]
    fn a_traceparent_survives_or_is_refused(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<Trace>().ok().map(|trace| trace.to_string()), good.then(|| text.to_owned()));
    }
}
