//! A call to the Graph API, read whole.

use bytes::Bytes;
use poem::Request;
use serde_json::Value;

use super::error::GraphError;

/// Bytes of a request's body that are read.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// A call, read whole.
pub(crate) struct Call {
    pub(crate) query: Vec<(String, String)>,
    bearer: Option<String>,
    pub(crate) raw: Bytes,
    pub(crate) body: Option<Value>,
}

impl Call {
    pub(crate) async fn read(request: &Request, body: poem::Body) -> Result<Self, GraphError> {
        let query = request.uri().query().unwrap_or_default();
        let bearer = Self::bearer_of(request);
        let raw = body.into_bytes_limit(BODY_BYTES).await;
        let raw = raw.map_err(|_| {
            GraphError::new(413, 1, None, "Please reduce the amount of data you're asking for.")
        })?;
        Ok(Self {
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            bearer: bearer.map(str::to_owned),
            body: serde_json::from_slice(&raw).ok(),
            raw,
        })
    }

    /// The token of the header.
    pub(crate) fn bearer_of(request: &Request) -> Option<&str> {
        Some(request.header("authorization")?.strip_prefix("Bearer ")?.trim())
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The token: Bearer header, query, or body.
    pub(crate) fn token(&self) -> Option<&str> {
        let in_body = || self.body.as_ref()?.get("access_token")?.as_str();
        self.bearer.as_deref().or_else(|| self.query("access_token")).or_else(in_body)
    }

    /// The body as the log tells it: without tokens, and as text when it is no JSON.
    pub(crate) fn told_body(&self) -> Value {
        let Some(mut body) = self.body.clone() else { return String::from_utf8_lossy(&self.raw).into() };
        if let Some(body) = body.as_object_mut() {
            body.remove("access_token");
        }
        body
    }
}

/// `v25.0` and the like.
pub(crate) fn is_version(part: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    part.strip_prefix('v')
        .and_then(|part| part.split_once('.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor))
}
