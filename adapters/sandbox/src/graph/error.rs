//! The Graph API's error envelope, and the refusals that every channel of Meta's knows.

use poem::Response;
use poem::http::HeaderValue;
use serde_json::json;

use crate::answer::Refusal;
use crate::faults::What;
use crate::mint::Mint;
use crate::world::json_answer;

/// A refusal in Graph's terms.
#[derive(Clone, Debug)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    pub(crate) message: String,
    /// `error_data.details`, which WhatsApp tells besides.
    pub(crate) details: Option<String>,
    pub(crate) transient: bool,
    pub(crate) retry_after_s: Option<u64>,
}

impl GraphError {
    pub(crate) fn new(status: u16, code: i64, subcode: Option<i64>, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            subcode,
            message: message.into(),
            details: None,
            transient: false,
            retry_after_s: None,
        }
    }

    /// 100: a parameter is wrong.
    pub(crate) fn invalid(what: impl std::fmt::Display) -> Self {
        Self::new(400, 100, None, format!("(#100) {what}"))
    }

    pub(crate) fn no_token() -> Self {
        Self::new(401, 190, None, "An access token is required to request this resource.")
    }

    /// 190: 460 revoked, 463 expired.
    pub(crate) fn bad_token(subcode: Option<i64>) -> Self {
        Self::new(401, 190, subcode, "Error validating access token.")
    }

    /// 100 + 33: the node or edge does not exist for this token.
    pub(crate) fn unknown_node(node: &str) -> Self {
        let message =
            format!("Unsupported request. Object with ID '{node}' does not exist or lacks this edge.");
        Self::new(400, 100, Some(33), message)
    }

    /// The answer, with a trace id of its own.
    pub(crate) fn answer(&self, mint: &Mint) -> Response {
        let mut error = json!({
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": format!("A{}", &mint.word()[..22]),
        });
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
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

impl Refusal for GraphError {
    fn scripted(what: &What) -> Self {
        match what {
            What::Fail { status, code, subcode, message, retry_after_s, transient } => {
                let message = message.clone().unwrap_or_else(|| format!("(#{code}) A scripted failure."));
                let error = Self::new(*status, *code, *subcode, message);
                Self { transient: *transient, retry_after_s: *retry_after_s, ..error }
            }
            _ => Self::new(200, 1, None, "An unknown error has occurred."),
        }
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn code(&self) -> i64 {
        self.code
    }

    fn subcode(&self) -> Option<i64> {
        self.subcode
    }
}
