//! What Meta's error codes mean for us, in answers and in statuses alike, and what answers say.
//! developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes

use std::time::Duration;

use serde::Deserialize;
use tradepost_domain::{
    ErrorKind::{self, *},
    PortError,
};
use tradepost_http::brief;
use tradepost_meta::{
    graph::{self, GraphError},
    lenient::{Id, list, text_of},
};

use crate::KIND;

/// A faster rate to one and the same customer than is allowed.
const PAIR_RATE: i64 = 131_056;
/// The account's lines are taken for spam, or its quality has fallen: hours pass until that is over.
const ILL_FAMED: [i64; 2] = [131_048, 131_064];
/// How long an ill-famed account rests where nobody tells.
const LONG_REST: Duration = Duration::from_hours(1);

/// An answer of the Cloud API.
#[derive(Deserialize)]
struct Told {
    /// Of an upload.
    id: Option<Id>,
    /// Of a send.
    #[serde(default, deserialize_with = "list")]
    messages: Vec<Sent>,
    error: Option<GraphError>,
}

#[derive(Deserialize)]
struct Sent {
    id: Option<Id>,
}

/// What an answer of that status says. `Ok` is a success, whose id may be missing.
pub(crate) fn told(
    status: u16,
    body: &[u8],
    wait: Option<Duration>,
    token: &str,
) -> Result<Option<String>, PortError> {
    let told = serde_json::from_slice::<Told>(body).ok();
    match told {
        Some(Told { error: Some(error), .. }) => Err(to_port(&error, status, wait, token)),
        told if (200..300).contains(&status) => Ok(told.and_then(Told::id)),
        _ => Err(graph::untold(KIND, status, wait)),
    }
}

impl Told {
    fn id(self) -> Option<String> {
        self.messages.iter().find_map(|sent| text_of(&sent.id)).or_else(|| text_of(&self.id))
    }
}

fn to_port(error: &GraphError, status: u16, wait: Option<Duration>, token: &str) -> PortError {
    let told = error.to_port(KIND, of_code, status, token);
    let kind = if status == 429 { RateLimited } else { told.kind };
    let told = PortError { kind, ..told };
    match error.code() {
        Some(code) => resting(told, code, wait),
        None => told.with_retry_after(wait),
    }
}

/// With whom and how long that code lets rest.
pub(crate) fn resting(error: PortError, code: i64, wait: Option<Duration>) -> PortError {
    let rest = ILL_FAMED.contains(&code).then_some(LONG_REST);
    let error = error.with_retry_after(wait.or(rest));
    if code == PAIR_RATE { error.for_this_customer() } else { error }
}

/// Is it one that somebody should look at, since waiting alone mends nothing?
pub(crate) fn is_ill_famed(error: &PortError) -> bool {
    let code = error.code.as_deref().and_then(|code| code.parse().ok());
    code.is_some_and(|code| ILL_FAMED.contains(&code))
}

/// Why a line failed later, in a sentence that ends with the kind.
pub(crate) fn reason(error: &GraphError) -> String {
    let code = error.code();
    let kind = code.and_then(|code| of_code(code, 0)).unwrap_or(Invalid);
    let code = code.map_or_else(String::new, |code| format!("{code} "));
    brief(&format!("{code}{}", error.detail("")), 280) + ": " + kind.word()
}

/// The kind of a code that stands in a text, as in `(#131047) …`.
pub(crate) fn mentioned(text: &str) -> Option<(i64, ErrorKind)> {
    let digits = text.split_once("(#")?.1.split_once(')')?.0;
    let code = digits.parse().ok()?;
    Some((code, of_code(code, 0)?))
}

/// Does Meta not know what was named, or does our token not reach it? A call of the number tells by it that the number is
/// gone; a look-up, that what it looked for is.
pub(crate) fn is_missing(error: &PortError) -> bool {
    matches!(error.code.as_deref(), Some("33" | "100/33"))
}

/// The meaning of a code, where we know one. One subcode says more.
pub(crate) fn of_code(code: i64, subcode: i64) -> Option<ErrorKind> {
    Some(match code {
        // The number is gone, or the token has lost it: somebody has to look.
        33 => Denied,
        100 if subcode == 33 => Denied,
        4 | 17 | 32 | 341 | 613 | 80_007 | 130_429 | 131_048 | PAIR_RATE | 131_064 | 133_016 => RateLimited,
        // Meta's own trouble: the message was not taken. What a 500 makes of 1 and 2, `tradepost_meta` knows.
        1 | 2 | 131_000 | 131_016 | 131_053 | 131_057 | 133_004 | 135_000 => Unavailable,
        // The token, its rights, or the account itself: somebody has to look.
        0 | 3 | 10 | 190 | 200..=299 | 131_005 => Denied,
        368 | 131_031 => Denied,
        131_037 | 131_042 | 131_044 | 131_045 | 133_000..=133_015 => Denied,
        131_047 => OutsideWindow,
        130_472 | 131_049 | 131_050 => OptedOut,
        // This recipient only, if only for their country.
        130_497 | 131_021 | 131_026 | 131_030 | 131_062 => NotFound,
        100 | 131_008 | 131_009 | 131_051 | 131_052 | 131_063 | 137_000 => Invalid,
        132_000..=132_999 => Invalid,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn failed(status: u16, body: &[u8]) -> PortError {
        told(status, body, None, "EAAGsecret").expect_err("a failure")
    }

    /// proves: CH-02, PL-11
    #[rstest]
    #[case::rates(&[4, 17, 32, 341, 613, 80_007, 130_429, 131_048, 131_056, 131_064, 133_016], RateLimited)]
    #[case::trouble(&[1, 2, 131_000, 131_016, 131_057, 133_004, 135_000], Unavailable)]
    #[case::medium_not_fetched(&[131_053], Unavailable)]
    #[case::token(&[0, 190], Denied)]
    #[case::permission(&[3, 10, 200, 230, 299, 131_005], Denied)]
    #[case::account_blocked(&[368, 131_031], Denied)]
    #[case::account_not_set_up(&[131_037, 131_042, 131_044, 131_045, 133_000, 133_010, 133_015], Denied)]
    #[case::window(&[131_047], OutsideWindow)]
    #[case::marketing_stopped(&[131_050], OptedOut)]
    #[case::marketing_withheld(&[131_049], OptedOut)]
    #[case::experiment(&[130_472], OptedOut)]
    #[case::no_lines_to_that_country(&[130_497], NotFound)]
    #[case::undeliverable(&[131_026, 131_021, 131_030, 131_062], NotFound)]
    #[case::number_gone(&[33], Denied)]
    #[case::request(&[100, 131_008, 131_009, 131_051, 131_052, 131_063, 137_000], Invalid)]
    #[case::template(&[132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016, 132_068, 132_069], Invalid)]
    fn a_code_means_one_thing(#[case] codes: &[i64], #[case] kind: ErrorKind) {
        for code in codes {
            let body = json!({"error": {"message": "no", "code": code}}).to_string();
            let error = failed(400, body.as_bytes());
            assert_eq!(error.kind, kind, "{code}");
            assert_eq!(error.this_customer_only, *code == 131_056, "{code}");
            let rest = [131_048, 131_064].contains(code).then_some(Duration::from_hours(1));
            assert_eq!((error.retry_after(), is_ill_famed(&error)), (rest, rest.is_some()), "{code}");
            let told = Some(Duration::from_secs(7));
            let told_too = super::told(400, body.as_bytes(), told, "").expect_err("a failure");
            assert_eq!(told_too.retry_after(), told, "{code}");
            assert_eq!(failed(429, body.as_bytes()).kind, RateLimited, "{code} with 429");
            let later: GraphError =
                serde_json::from_value(json!({"code": code, "title": "No"})).expect("an error");
            assert_eq!(reason(&later), format!("{code} No: {}", kind.word()), "the same an hour later");
        }
    }

    #[rstest]
    #[case::denied(401, 99_999, Denied)]
    #[case::too_fast(429, 99_999, RateLimited)]
    #[case::broken(500, 99_999, Uncertain)]
    #[case::broken_behind_metas_gateway(502, 99_999, Uncertain)]
    #[case::away(503, 99_999, Unavailable)]
    #[case::unexpected(500, 1, Uncertain)]
    #[case::service_broke(500, 2, Uncertain)]
    #[case::service_away(503, 2, Unavailable)]
    #[case::plainly_failed(500, 131_000, Unavailable)]
    #[case::plainly_away(500, 131_016, Unavailable)]
    #[case::plainly_refused(500, 131_026, NotFound)]
    #[case::bad(400, 99_999, Invalid)]
    #[case::in_a_success(200, 99_999, Unexpected)]
    #[case::known_in_a_success(200, 131_056, RateLimited)]
    fn an_unknown_or_vague_code_leaves_it_to_the_status(
        #[case] status: u16,
        #[case] code: i64,
        #[case] kind: ErrorKind,
    ) {
        let body = json!({"error": {"message": "no", "code": code}}).to_string();
        assert_eq!(failed(status, body.as_bytes()).kind, kind);
    }

    #[rstest]
    #[case::denied(401, Denied)]
    #[case::too_fast(429, RateLimited)]
    #[case::bad(400, Invalid)]
    #[case::no_such_path(404, Invalid)]
    #[case::broken(500, Uncertain)]
    #[case::away(503, Uncertain)]
    #[case::gateway_heard_nothing(504, Uncertain)]
    #[case::redirect(302, Unexpected)]
    fn without_a_code_the_status_speaks(#[case] status: u16, #[case] kind: ErrorKind) {
        for body in [&b"<html>no"[..], b"", b"{}", b"{\"error\":\"no\"}", b"[]"] {
            assert_eq!(failed(status, body).kind, kind);
        }
    }

    #[rstest]
    #[case::number_gone(100, 33, Denied)]
    #[case::number_gone_in_short(33, 0, Denied)]
    #[case::another_subcode(100, 2_494_010, Invalid)]
    #[case::the_subcode_of_another_code(131_026, 33, NotFound)]
    fn a_subcode_tells_that_the_number_is_gone(
        #[case] code: i64,
        #[case] subcode: i64,
        #[case] kind: ErrorKind,
    ) {
        let body = json!({"error": {"message": "no", "code": code, "error_subcode": subcode}}).to_string();
        let error = failed(400, body.as_bytes());
        assert_eq!((error.kind, is_missing(&error)), (kind, kind == Denied));
    }

    #[rstest]
    #[case::object(json!({"details": "Too many to EAAGsecret"}), "(#131056) limit: Too many to [hidden] (fbtrace_id AbC)")]
    #[case::text(json!("Too many"), "(#131056) limit: Too many (fbtrace_id AbC)")]
    #[case::the_same(json!({"details": "(#131056) limit"}), "(#131056) limit (fbtrace_id AbC)")]
    #[case::strange(json!([7]), "(#131056) limit (fbtrace_id AbC)")]
    fn a_failure_tells_details_but_no_token(#[case] data: serde_json::Value, #[case] detail: &str) {
        let body = json!({"error": {
            "message": "(#131056) limit", "code": "131056", "error_data": data, "fbtrace_id": "AbC"
        }});
        let error = failed(400, body.to_string().as_bytes());
        assert_eq!((error.code.as_deref(), error.detail.as_str()), (Some("131056"), detail));
    }

    #[rstest]
    #[case::window("(#131047) Re-engagement message", Some((131_047, OutsideWindow)))]
    #[case::within("Meta says (#190) no", Some((190, Denied)))]
    #[case::unknown("(#99999) no", None)]
    #[case::no_number("(#x) no", None)]
    #[case::none("no", None)]
    fn a_code_is_found_in_a_sentence(#[case] text: &str, #[case] expected: Option<(i64, ErrorKind)>) {
        assert_eq!(mentioned(text), expected);
    }
}
