//! The machine's clock, which the provider's process reads too.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a benchmark compares its clock with another process's")]
pub fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The date as people read it.
pub fn date() -> String {
    jiff::Timestamp::from_microsecond(now_us()).map(|now| now.to_string()).unwrap_or_default()
}
