//! The Graph API's error envelope and the codes the reference names.

use poem::Response;
use poem::http::HeaderValue;
use serde_json::json;

use crate::faults::Limited;
use crate::mint::Mint;
use crate::world::json_answer;

/// A refusal in Graph's terms.
#[derive(Clone, Debug)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    pub(crate) message: String,
    pub(crate) transient: bool,
    pub(crate) retry_after_s: Option<u64>,
}

impl GraphError {
    pub(crate) fn new(status: u16, code: i64, subcode: Option<i64>, message: impl Into<String>) -> Self {
        Self { status, code, subcode, message: message.into(), transient: false, retry_after_s: None }
    }

    /// 100: a parameter is wrong.
    pub(super) fn invalid(what: impl std::fmt::Display) -> Self {
        Self::new(400, 100, None, format!("(#100) {what}"))
    }

    pub(super) fn no_token() -> Self {
        Self::new(401, 190, None, "An access token is required to request this resource.")
    }

    /// 190: 460 revoked, 463 expired.
    pub(super) fn bad_token(subcode: Option<i64>) -> Self {
        Self::new(401, 190, subcode, "Error validating access token.")
    }

    /// 100 + 33: the node or edge does not exist for this token.
    pub(super) fn unknown_node(node: &str) -> Self {
        let message =
            format!("Unsupported request. Object with ID '{node}' does not exist or lacks this edge.");
        Self::new(400, 100, Some(33), message)
    }

    pub(super) fn no_such_user() -> Self {
        Self::new(400, 100, Some(2018001), "(#100) No matching user found.")
    }

    pub(super) fn window_closed() -> Self {
        Self::new(400, 10, Some(2534022), "(#10) This message is sent outside of allowed window.")
    }

    pub(super) fn already_answered() -> Self {
        Self::new(400, 100, Some(2534025), "(#100) This comment has its private reply already.")
    }

    pub(super) fn not_yet_written() -> Self {
        Self::new(400, 230, None, "(#230) The person has not written to this account.")
    }

    pub(super) fn rate_limited(limited: Limited) -> Self {
        let message = "(#613) Calls to this api have exceeded the rate limit.";
        Self { retry_after_s: limited.retry_after_s, ..Self::new(limited.status, 613, None, message) }
    }

    /// The answer, with a trace id of its own.
    pub(super) fn answer(&self, mint: &Mint) -> Response {
        let mut error = json!({
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": format!("A{}", &mint.word()[..22]),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = subcode.into();
        }
        if self.transient {
            error["is_transient"] = true.into();
        }
        let mut response = json_answer(self.status, &json!({ "error": error }));
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
        }
        response
    }
}
