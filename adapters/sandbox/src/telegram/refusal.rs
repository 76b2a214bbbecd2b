//! How the Bot API says no. core.telegram.org/bots/api#making-requests
//!
//! Of a refusal only `error_code` and `parameters` are documented; descriptions are for people, and the well-known ones are told as they are.

use poem::Response;
use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Refusal;
use crate::faults::What;
use crate::world::raw_answer;

/// Fine, or refused.
pub(super) type Verdict<T = ()> = Result<T, BotError>;

/// A refusal in the Bot API's terms.
#[derive(Clone, Debug)]
pub(crate) struct BotError {
    status: u16,
    code: i64,
    description: String,
    /// `ResponseParameters`; null without any.
    parameters: Value,
}

impl BotError {
    fn new(code: u16, description: impl Into<String>) -> Self {
        Self { status: code, code: code.into(), description: description.into(), parameters: Value::Null }
    }

    /// 400, of what is wrong with the call.
    pub(super) fn bad(what: impl std::fmt::Display) -> Self {
        Self::new(400, format!("Bad Request: {what}"))
    }

    /// 403, of a chat that the bot may not write to.
    pub(super) fn forbidden(what: &str) -> Self {
        Self::new(403, format!("Forbidden: {what}"))
    }

    /// 401: the token is nobody's, or no longer good.
    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    /// 404: no such method, file, or form of a token.
    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    pub(super) fn too_large() -> Self {
        Self::new(413, "Request Entity Too Large")
    }

    /// 429: too fast.
    pub(super) fn too_fast(retry_after_s: u64) -> Self {
        let parameters = json!({ "retry_after": retry_after_s });
        Self { parameters, ..Self::new(429, format!("Too Many Requests: retry after {retry_after_s}")) }
    }

    /// The group has become another chat.
    pub(super) fn migrated(to: i64) -> Self {
        let parameters = json!({ "migrate_to_chat_id": to });
        Self { parameters, ..Self::bad("group chat was upgraded to a supergroup chat") }
    }

    pub(super) fn with_status(self, status: Option<u16>) -> Self {
        Self { status: status.unwrap_or(self.status), ..self }
    }

    pub(super) fn answer(&self) -> Response {
        let mut told = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if !self.parameters.is_null() {
            told["parameters"] = self.parameters.clone();
        }
        raw_answer(self.status, told.to_string())
    }
}

impl Refusal for BotError {
    fn scripted(what: &What) -> Self {
        let What::Fail { status, code, message, retry_after_s, .. } = what else {
            return Self::bad("a scripted failure").with_status(Some(200));
        };
        let usual = match (*code, retry_after_s) {
            (429, Some(seconds)) => Self::too_fast(*seconds),
            (429, None) => Self::new(429, "Too Many Requests"),
            (401, _) => Self::unauthorized(),
            (403, _) => Self::forbidden("bot was blocked by the user"),
            (500.., _) => Self::new(
                500,
                StatusCode::from_u16(*status)
                    .unwrap_or_default()
                    .canonical_reason()
                    .unwrap_or("Internal Server Error"),
            ),
            _ => Self::bad("a scripted failure"),
        };
        let description = message.clone().unwrap_or(usual.description);
        Self { status: *status, code: *code, description, parameters: usual.parameters }
    }

    fn status(&self) -> u16 {
        self.status
    }

    fn code(&self) -> i64 {
        self.code
    }
}
