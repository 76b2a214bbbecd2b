//! What Meta answers, and what its error codes mean for us.
//! developers.facebook.com/docs/messenger-platform/reference/send-api/error-codes

use std::time::Duration;

use serde::Deserialize;
use tradepost_domain::{
    ErrorKind::{self, *},
    PortError,
};
use tradepost_meta::{
    graph::{self, GraphError},
    lenient::Id,
};

use crate::KIND;

/// An answer of the Graph API.
#[derive(Deserialize)]
pub(crate) struct Told {
    pub message_id: Option<Id>,
    pub error: Option<GraphError>,
}

/// What an answer of that status says. `Ok` is a success, whose id may be missing.
pub(crate) fn told(
    status: u16,
    body: &[u8],
    retry_after: Option<Duration>,
    token: &str,
) -> Result<Option<String>, PortError> {
    let told = serde_json::from_slice::<Told>(body).ok();
    match told {
        Some(Told { error: Some(error), .. }) => {
            Err(error.to_port(KIND, of_code, status, token).with_retry_after(retry_after))
        }
        told if (200..300).contains(&status) => {
            Ok(told.and_then(|told| Id::of(&told.message_id).map(str::to_owned)))
        }
        _ => Err(graph::untold(KIND, status, retry_after)),
    }
}

/// The meaning of a code, where we know one. Subcodes are more exact, so they are asked first.
fn of_code(code: i64, subcode: i64) -> Option<ErrorKind> {
    Some(match (code, subcode) {
        (10, 2534022 | 2018278 | 2018065 | 2018108) => OutsideWindow,
        (9, 2018352) | (_, 2534013) => RateLimited,
        (100, 33 | 2018001) | (_, 2534014 | 2534001) => NotFound,
        (1, 99) | (_, 2534025 | 2018047) => Invalid,
        // Policy: the account is restricted, and somebody has to look.
        (368, _) | (_, 2018022) => Denied,
        (3 | 10 | 190 | 200..=299, _) => Denied,
        (4 | 17 | 32 | 341 | 613, _) => RateLimited,
        // Meta calls these retryable; what a 500 makes of them, `tradepost_meta` knows.
        (1 | 2 | 1200, _) => Unavailable,
        (551, _) => NotFound,
        (100 | 36000, _) => Invalid,
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

    /// proves: CH-03, PL-11
    #[rstest]
    #[case::window(400, 10, 2534022, OutsideWindow)]
    #[case::window_of_messenger(400, 10, 2018278, OutsideWindow)]
    #[case::window_of_messenger_too(403, 10, 2018065, OutsideWindow)]
    #[case::window_of_messenger_as_well(400, 10, 2018108, OutsideWindow)]
    #[case::no_permission(403, 10, 0, Denied)]
    #[case::expired(401, 190, 463, Denied)]
    #[case::password_changed(400, 190, 460, Denied)]
    #[case::invalidated(400, 190, 467, Denied)]
    #[case::capability(400, 3, 0, Denied)]
    #[case::permission(400, 200, 0, Denied)]
    #[case::last_permission(400, 299, 0, Denied)]
    #[case::person_never_wrote(400, 230, 0, Denied)]
    #[case::app_limit(400, 4, 0, RateLimited)]
    #[case::user_limit(400, 17, 0, RateLimited)]
    #[case::page_limit(400, 32, 0, RateLimited)]
    #[case::feature_limit(400, 341, 0, RateLimited)]
    #[case::custom_limit(400, 613, 0, RateLimited)]
    #[case::too_many_actions(400, 9, 2018352, RateLimited)]
    #[case::too_many_private_replies(400, 100, 2534013, RateLimited)]
    #[case::service(503, 2, 0, Unavailable)]
    #[case::service_broke(500, 2, 0, Uncertain)]
    #[case::service_broke_in_more_words(500, 2, 1545133, Uncertain)]
    #[case::broke_behind_metas_gateway(502, 2, 0, Uncertain)]
    #[case::service_unavailable(400, 2, 1545133, Unavailable)]
    #[case::temporary(400, 1200, 0, Unavailable)]
    #[case::temporary_whatever_the_status(500, 1200, 0, Unavailable)]
    #[case::unknown_error(400, 1, 0, Unavailable)]
    #[case::unknown_error_broken(500, 1, 0, Uncertain)]
    #[case::access_level_whatever_the_status(500, 1, 99, Invalid)]
    #[case::blocked(400, 551, 0, NotFound)]
    #[case::no_such_user(400, 100, 2018001, NotFound)]
    #[case::no_such_object(400, 100, 33, NotFound)]
    #[case::user_not_found(400, 100, 2534014, NotFound)]
    #[case::thread_deleted(400, 10, 2534001, NotFound)]
    #[case::parameter(400, 100, 0, Invalid)]
    #[case::image_too_large(400, 36000, 2207004, Invalid)]
    #[case::access_level(400, 1, 99, Invalid)]
    #[case::reply_used(400, 100, 2534025, Invalid)]
    #[case::upload(400, 100, 2018047, Invalid)]
    #[case::policy(400, 368, 0, Denied)]
    #[case::restricted(400, 100, 2018022, Denied)]
    #[case::error_in_a_success(200, 613, 0, RateLimited)]
    #[case::unknown_code_denied(401, 99_999, 0, Denied)]
    #[case::unknown_code_too_fast(429, 99_999, 0, RateLimited)]
    #[case::unknown_code_broken(500, 99_999, 0, Uncertain)]
    #[case::unknown_code_gateway(502, 99_999, 0, Uncertain)]
    #[case::unknown_code_away(503, 99_999, 0, Unavailable)]
    #[case::unknown_code(400, 99_999, 0, Invalid)]
    #[case::unknown_code_in_a_success(200, 99_999, 0, Unexpected)]
    fn a_code_means_one_thing(
        #[case] status: u16,
        #[case] code: i64,
        #[case] subcode: i64,
        #[case] kind: ErrorKind,
    ) {
        let body = json!({"error": {"message": "no", "code": code, "error_subcode": subcode}});
        assert_eq!(failed(status, body.to_string().as_bytes()).kind, kind);
    }

    #[rstest]
    #[case::denied(401, Denied)]
    #[case::forbidden(403, Denied)]
    #[case::too_fast(429, RateLimited)]
    #[case::no_such_path(404, Invalid)]
    #[case::bad(400, Invalid)]
    #[case::early(425, Unavailable)]
    #[case::broken(500, Uncertain)]
    #[case::away(503, Uncertain)]
    #[case::gateway_heard_nothing_good(502, Uncertain)]
    #[case::gateway_heard_nothing(504, Uncertain)]
    #[case::redirect(302, Unexpected)]
    fn without_a_code_the_status_speaks(#[case] status: u16, #[case] kind: ErrorKind) {
        for body in [&b"<html>no"[..], b"", b"{}", b"{\"error\":\"no\"}", b"[]"] {
            assert_eq!(failed(status, body).kind, kind);
        }
    }

    #[rstest]
    #[case::refused(400, Unavailable)]
    #[case::away(503, Unavailable)]
    #[case::broken(500, Uncertain)]
    #[case::heard_nothing(504, Uncertain)]
    fn an_unknown_code_that_passes_is_retried_where_nothing_was_taken(
        #[case] status: u16,
        #[case] kind: ErrorKind,
    ) {
        let body = json!({"error": {"message": "later", "code": 99_999, "is_transient": true}}).to_string();
        assert_eq!(failed(status, body.as_bytes()).kind, kind);
    }

    #[test]
    fn a_failure_tells_code_and_trace_but_no_token() {
        let body = json!({"error": {
            "message": "Malformed access token EAAGsecret at access_token=EAAGother",
            "code": "190", "error_subcode": 463, "fbtrace_id": "AbC"
        }});
        let error = failed(400, body.to_string().as_bytes());
        assert_eq!(error.code.as_deref(), Some("190/463"));
        let detail = "Malformed access token [hidden] at access_token=[hidden] (fbtrace_id AbC)";
        assert_eq!(error.detail, detail);
    }
}
