//! Where in a trace something was caused (www.w3.org/TR/trace-context).

use std::{fmt, str::FromStr};

/// What a queued row remembers of the trace that caused it: short, since every row bears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trace {
    /// Nobody records the trace: what comes of it is not recorded either.
    Unrecorded,
    /// The trace, and the step in it that was the cause. Neither is 0.
    Recorded {
        /// The trace.
        trace: u128,
        /// The step.
        step: u64,
    },
}

/// A text that is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of the form 00-<32 digits>-<16 digits>-<2 digits>")]
pub struct BadTrace;

/// A `traceparent` as a caller sends it: its trace's id, and what is remembered of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    /// The trace's id, whether it is recorded or not.
    pub trace: u128,
    /// The caller's step.
    pub cause: Trace,
}

impl FromStr for TraceParent {
    type Err = BadTrace;
    fn from_str(text: &str) -> Result<Self, BadTrace> {
        let mut parts = text.split('-');
        let mut part = |long| parts.next().and_then(|part| hex(part, long)).ok_or(BadTrace);
        let (version, trace, step, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let step = u64::try_from(step).map_err(|_| BadTrace)?;
        // Version 255 is none; a newer one than 0 may have further parts.
        if version == 0xff || trace == 0 || step == 0 || (version == 0 && parts.next().is_some()) {
            return Err(BadTrace);
        }
        let cause = if flags & 1 == 1 { Trace::Recorded { trace, step } } else { Trace::Unrecorded };
        Ok(Self { trace, cause })
    }
}

/// So many hexadecimal digits, small ones.
pub(crate) fn hex(text: &str, long: usize) -> Option<u128> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let fits = text.len() == long && text.bytes().all(digit);
    fits.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

impl Trace {
    /// The header that tells a provider of our step, where it is recorded.
    pub fn header(self) -> Option<String> {
        match self {
            Self::Recorded { trace, step } => Some(format!("00-{trace:032x}-{step:016x}-01")),
            Self::Unrecorded => None,
        }
    }

    /// As it stands in a row, beside that id. A trace that is called after its id is not written twice.
    pub(crate) fn write(self, id: &str, f: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Unrecorded => f.write_char('-'),
            Self::Recorded { trace, step } if hex(id, 32) == Some(trace) => write!(f, "{step:016x}"),
            Self::Recorded { trace, step } => write!(f, "{trace:032x}{step:016x}"),
        }
    }

    pub(crate) fn read(id: &str, text: &str) -> Option<Self> {
        if text == "-" {
            return Some(Self::Unrecorded);
        }
        let (trace, step) = match text.len() {
            16 => (hex(id, 32)?, hex(text, 16)?),
            48 => (hex(text.get(..32)?, 32)?, hex(text.get(32..)?, 16)?),
            _ => return None,
        };
        Some(Self::Recorded { trace, step: u64::try_from(step).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
    const STEP: u64 = 0x00f0_67aa_0ba9_02b7;

    /// proves: PL-08
    #[rstest]
    #[case::recorded("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some(Trace::Recorded { trace: TRACE, step: STEP }))]
    #[case::not_recorded("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", Some(Trace::Unrecorded))]
    #[case::newer("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", Some(Trace::Recorded { trace: TRACE, step: STEP }))]
    #[case::too_long("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", None)]
    #[case::no_version("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None)]
    #[case::no_trace("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None)]
    #[case::no_step("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None)]
    #[case::capitals("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None)]
    #[case::signed("00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None)]
    #[case::cut("00-4bf92f3577b34da6a3ce929d0e0e4736", None)]
    fn a_traceparent_is_read_if_it_is_well_formed(#[case] header: &str, #[case] cause: Option<Trace>) {
        let read = header.parse::<TraceParent>().ok();
        assert_eq!(read, cause.map(|cause| TraceParent { trace: TRACE, cause }));
    }

    #[test]
    fn our_step_is_told_only_where_it_is_recorded() {
        let ours = Trace::Recorded { trace: TRACE, step: STEP };
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(ours.header().as_deref(), Some(header));
        assert_eq!(Trace::Unrecorded.header(), None);
    }
}
