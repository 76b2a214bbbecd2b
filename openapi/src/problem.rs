//! Problem documents (RFC 9457) and the catalogue of their kinds.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

/// What went wrong, for programs and people. Its media type is `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct Problem {
    /// The kind, stable: `urn:tradepost:problem:…`. The catalogue is docs/problems.md.
    #[oai(rename = "type")]
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words; the same for every problem of the kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time, if there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's correlation id, as in the header `X-Request-Id`; name it when you report the problem.
    pub correlation_id: String,
}

/// Every kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// 400
    BadRequest,
    /// 401
    Unauthorized,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 408
    RequestTimeout,
    /// 413
    TooLarge,
    /// 415
    UnsupportedType,
    /// 429
    TooManyRequests,
    /// 500
    Internal,
    /// 503
    Unavailable,
    /// 504
    TimedOut,
}

impl ProblemKind {
    /// All kinds, by status.
    pub const ALL: [Self; 12] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::TooLarge,
        Self::UnsupportedType,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
        Self::TimedOut,
    ];

    /// Status, name, title, and what it means and what to do: the catalogue.
    fn entry(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::BadRequest => (
                400,
                "bad-request",
                "The request is not as it must be",
                "The body or a parameter does not have the documented form; `detail` tells which. Sending the same again will not help.",
            ),
            Self::Unauthorized => (
                401,
                "unauthorized",
                "The request does not prove who sent it",
                "The API key is missing or unknown, or the webhook's signature is missing, malformed or does not fit the body. Nothing was stored.",
            ),
            Self::Forbidden => (
                403,
                "forbidden",
                "The sender may not do this",
                "The API key has no right to the storefront, or the verify token of a webhook's handshake is wrong.",
            ),
            Self::NotFound => (404, "not-found", "There is nothing here", "No such path, endpoint or thing."),
            Self::MethodNotAllowed => (
                405,
                "method-not-allowed",
                "The path is not used with this method",
                "See the API's document for the methods of the path.",
            ),
            Self::RequestTimeout => (
                408,
                "request-timeout",
                "The request came too slowly",
                "The body was not complete within the configured time. Send it again.",
            ),
            Self::TooLarge => (
                413,
                "too-large",
                "The body is too large",
                "The body is longer than `server.most_body_bytes`. Send less at once.",
            ),
            Self::UnsupportedType => (
                415,
                "unsupported-type",
                "The body is of a type that is not read here",
                "Send JSON with the header `Content-Type: application/json`.",
            ),
            Self::TooManyRequests => (
                429,
                "too-many-requests",
                "Too many requests",
                "The API key's requests per minute are used up. The header `Retry-After` says in how many seconds to try again.",
            ),
            Self::Internal => (
                500,
                "internal",
                "Something went wrong on our side",
                "The cause stands in the logs under the correlation id. It may be tried again.",
            ),
            Self::Unavailable => (
                503,
                "unavailable",
                "The house cannot take this now",
                "The store cannot be reached or the process is stopping. Nothing was stored; try again.",
            ),
            Self::TimedOut => (
                504,
                "timed-out",
                "The request took too long",
                "It was not done within the configured time. It may have been taken: repeat it with the same message id.",
            ),
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.entry().0
    }

    /// The stable type.
    pub fn urn(self) -> String {
        format!("urn:tradepost:problem:{}", self.entry().1)
    }

    /// The kind in words.
    pub fn title(self) -> &'static str {
        self.entry().2
    }

    /// What it means and what to do.
    pub fn meaning(self) -> &'static str {
        self.entry().3
    }

    /// The kind that a status stands for: 500 for every status that is not in the catalogue.
    pub fn of_status(status: u16) -> Self {
        Self::ALL.into_iter().find(|kind| kind.status() == status).unwrap_or(match status {
            400..500 => Self::BadRequest,
            _ => Self::Internal,
        })
    }

    /// A problem of this kind.
    pub fn problem(self, detail: Option<String>, correlation_id: &str) -> Problem {
        Problem {
            kind: self.urn(),
            title: self.title().to_owned(),
            status: self.status(),
            detail,
            correlation_id: correlation_id.to_owned(),
        }
    }
}

/// The catalogue as a page: `docs/problems.md`.
pub fn catalogue() -> String {
    let mut page = String::from(
        "# Problems\n\nEvery error of the API is a problem document (RFC 9457, `application/problem+json`) with a stable `type`, a\n\
         `title`, the `status`, sometimes a `detail`, and the request's `correlation_id`. This page is generated from\n\
         `openapi/src/problem.rs`; a test compares it.\n\n| status | type | title | meaning |\n| --- | --- | --- | --- |\n",
    );
    for kind in ProblemKind::ALL {
        page +=
            &format!("| {} | `{}` | {} | {} |\n", kind.status(), kind.urn(), kind.title(), kind.meaning());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/problems.md");

    /// proves: PL-09
    #[test]
    fn the_catalogue_is_the_page_in_docs() {
        let page = std::fs::read_to_string(PAGE).unwrap_or_default();
        if std::env::var_os("TRADEPOST_WRITE").is_some() {
            std::fs::write(PAGE, catalogue()).expect("the page is written");
            return;
        }
        assert_eq!(page, catalogue(), "write it anew with TRADEPOST_WRITE=1");
    }

    /// proves: PL-09
    #[test]
    fn every_status_has_one_kind_and_an_unknown_one_is_told_by_its_class() {
        for kind in ProblemKind::ALL {
            assert_eq!(ProblemKind::of_status(kind.status()), kind);
        }
        assert_eq!(ProblemKind::of_status(418), ProblemKind::BadRequest);
        assert_eq!(ProblemKind::of_status(502), ProblemKind::Internal);
    }
}
