//! WhatsApp's codes, with titles of our own wording: section 10 of the reference.

use serde_json::{Value, json};

use crate::graph::error::GraphError;

/// Why something sent does not reach the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undelivered {
    pub(super) code: i64,
    pub(super) details: String,
}

impl Undelivered {
    pub(super) fn new(code: i64, details: impl Into<String>) -> Self {
        Self { code, details: details.into() }
    }

    /// An item of `errors[]`, in statuses and values.
    pub(super) fn told(&self) -> Value {
        json!({ "code": self.code, "title": title(self.code), "message": title(self.code),
            "error_data": { "details": self.details },
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/" })
    }
}

impl From<Undelivered> for GraphError {
    fn from(undelivered: Undelivered) -> Self {
        Self::whatsapp(undelivered.code, undelivered.details)
    }
}

impl GraphError {
    /// A refusal with `error_data.details`.
    pub(crate) fn whatsapp(code: i64, details: impl Into<String>) -> Self {
        let status = if code == 190 { 401 } else { 400 };
        let message = format!("(#{code}) {}", title(code));
        Self { details: Some(details.into()), ..Self::new(status, code, None, message) }
    }

    /// 100, of a parameter that is missing or of a wrong kind.
    pub(super) fn parameter(details: impl Into<String>) -> Self {
        Self::whatsapp(100, details)
    }

    /// 131009, of a value that is not allowed.
    pub(super) fn value(details: impl Into<String>) -> Self {
        Self::whatsapp(131_009, details)
    }

    /// The same refusal with `error_data.details`; shared rules say what is wrong in the message only.
    pub(super) fn detailed(mut self) -> Self {
        if self.details.is_none() {
            self.details = Some(self.message.trim_start_matches("(#100) ").to_owned());
        }
        self
    }
}

/// What a code means.
pub(super) fn title(code: i64) -> &'static str {
    match code {
        4 | 80007 | 130_429 => "Rate limit hit",
        10 => "Permission denied",
        33 => "The number is gone",
        100 => "Invalid parameter",
        190 => "The access token is not valid",
        368 => "Blocked for violating policies",
        130_472 => "The customer is part of an experiment",
        131_000 => "Something went wrong",
        131_005 => "Access denied",
        131_008 => "A required parameter is missing",
        131_009 => "A parameter's value is not valid",
        131_016 => "The service is not available",
        131_021 => "Sender and recipient are the same",
        131_026 => "Message undeliverable",
        131_030 => "The recipient is not on the allow list",
        131_031 => "The business account is locked",
        131_042 => "A payment is due",
        131_047 => "Re-engagement message",
        131_048 => "Spam rate limit hit",
        131_049 => "Withheld to keep the ecosystem healthy",
        131_050 => "The customer has stopped marketing messages",
        131_051 => "Unsupported message type",
        131_052 => "Media could not be downloaded",
        131_053 => "Media could not be uploaded",
        131_056 => "Pair rate limit hit",
        131_057 => "The account is being upgraded",
        131_062 => "Business-scoped ids are not allowed here",
        132_000 => "The number of parameters does not match the template's",
        132_001 => "The template does not exist in this language",
        132_005 => "The translated text is too long",
        132_007 => "The template violates a policy",
        132_008 | 132_012 => "A parameter's format does not match the template's",
        132_015 => "The template is paused",
        132_016 => "The template is disabled",
        _ => "An error without a name",
    }
}
