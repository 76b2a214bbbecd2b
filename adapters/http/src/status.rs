//! What a status code means: the one table of the house.

use std::time::{Duration, SystemTime};

use tradepost_domain::ErrorKind;

use crate::Intent;

/// What a status means where the provider's body says nothing more exact; `None` is success.
///
/// A 5xx to what changes the world leaves it open whether it was done. An adapter whose provider promises that its
/// 5xx were not taken says so itself.
pub fn kind_of(status: u16, intent: Intent) -> Option<ErrorKind> {
    Some(match status {
        200..=299 => return None,
        401 | 403 => ErrorKind::Denied,
        404 | 410 => ErrorKind::NotFound,
        // The request was not taken in: not read to its end, too early, or sent to the wrong server.
        408 | 421 | 425 => ErrorKind::Unavailable,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Invalid,
        500..=599 => match intent {
            Intent::Read => ErrorKind::Unavailable,
            Intent::Write => ErrorKind::Uncertain,
        },
        _ => ErrorKind::Unexpected,
    })
}

/// Longer waits than this are not believed.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait of a `Retry-After` header, which is seconds or an HTTP date; at most a day.
/// RFC 9110, section 10.2.3.
pub fn retry_after(value: &str, now: Option<SystemTime>) -> Option<Duration> {
    let value = value.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => LONGEST,
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now?).unwrap_or_default(),
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use tradepost_domain::ErrorKind::*;

    use super::*;

    /// proves: PL-11
    #[rstest]
    #[case::ok(200, None, None)]
    #[case::accepted(202, None, None)]
    #[case::informational(101, Some(Unexpected), Some(Unexpected))]
    #[case::redirect(302, Some(Unexpected), Some(Unexpected))]
    #[case::bad_request(400, Some(Invalid), Some(Invalid))]
    #[case::unauthorised(401, Some(Denied), Some(Denied))]
    #[case::forbidden(403, Some(Denied), Some(Denied))]
    #[case::not_there(404, Some(NotFound), Some(NotFound))]
    #[case::no_such_method(405, Some(Invalid), Some(Invalid))]
    #[case::slow_request(408, Some(Unavailable), Some(Unavailable))]
    #[case::conflict(409, Some(Invalid), Some(Invalid))]
    #[case::gone(410, Some(NotFound), Some(NotFound))]
    #[case::too_large(413, Some(Invalid), Some(Invalid))]
    #[case::wrong_server(421, Some(Unavailable), Some(Unavailable))]
    #[case::unprocessable(422, Some(Invalid), Some(Invalid))]
    #[case::too_early(425, Some(Unavailable), Some(Unavailable))]
    #[case::too_fast(429, Some(RateLimited), Some(RateLimited))]
    #[case::broken(500, Some(Unavailable), Some(Uncertain))]
    #[case::bad_gateway(502, Some(Unavailable), Some(Uncertain))]
    #[case::away(503, Some(Unavailable), Some(Uncertain))]
    #[case::gateway_timeout(504, Some(Unavailable), Some(Uncertain))]
    #[case::no_status_at_all(999, Some(Unexpected), Some(Unexpected))]
    fn a_status_means_one_thing(
        #[case] status: u16,
        #[case] read: Option<ErrorKind>,
        #[case] write: Option<ErrorKind>,
    ) {
        assert_eq!((kind_of(status, Intent::Read), kind_of(status, Intent::Write)), (read, write));
    }

    #[rstest]
    #[case::seconds("7", Some(7))]
    #[case::padded(" 30 ", Some(30))]
    #[case::now("0", Some(0))]
    #[case::date("Thu, 01 Jan 2026 00:02:00 GMT", Some(120))]
    #[case::date_gone_by("Wed, 31 Dec 2025 00:00:00 GMT", Some(0))]
    #[case::a_year("31536000", Some(86_400))]
    #[case::more_than_a_number_holds("99999999999999999999999", Some(86_400))]
    #[case::negative("-3", None)]
    #[case::fraction("1.5", None)]
    #[case::words("soon", None)]
    #[case::empty("", None)]
    fn a_wait_is_seconds_or_a_date(#[case] value: &str, #[case] seconds: Option<u64>) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        assert_eq!(retry_after(value, Some(now)), seconds.map(Duration::from_secs));
    }
}
