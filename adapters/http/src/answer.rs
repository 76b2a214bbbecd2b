//! A provider's answer, read whole within its limit.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;
use tradepost_domain::PortError;

use crate::{Intent, fault, kind_of, retry_after};

/// A whole answer.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Is the status 2xx?
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// A header, by name in any case, if it is readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The content type without its parameters, in lower case.
    pub fn mime(&self) -> Option<String> {
        mime(&self.headers)
    }

    /// How long the provider asks us to wait. A date counts from the answer's own date; without one it says nothing.
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        let now = self.headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        retry_after(value, now)
    }

    /// The body as JSON. `Uncertain` for what changes the world, since such an answer does not tell.
    pub fn json<T: DeserializeOwned>(&self, provider: &'static str, intent: Intent) -> Result<T, PortError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let detail = format!(
                "failed to read the answer as JSON: {:?} at {}:{}",
                error.classify(),
                error.line(),
                error.column()
            );
            PortError::new(fault::puzzled(intent), provider, detail).with_code(self.status)
        })
    }

    /// The answer if its status is 2xx, else what the status means where the provider says nothing more exact.
    pub fn expect_success(self, provider: &'static str, intent: Intent) -> Result<Self, PortError> {
        match kind_of(self.status, intent) {
            None => Ok(self),
            Some(kind) => {
                Err(PortError::new(kind, provider, format!("the answer has status {}", self.status))
                    .with_code(self.status)
                    .with_retry_after(self.retry_after()))
            }
        }
    }
}

/// Shows no body: it may hold a customer's words.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why an answer could not be read to its end.
pub(crate) enum Broken {
    TooLarge(u64),
    Lost(reqwest::Error),
}

impl Broken {
    pub(crate) fn to_port(&self, provider: &'static str, intent: Intent) -> PortError {
        match self {
            Self::TooLarge(most) => {
                let detail = format!("the answer is longer than {most} bytes");
                PortError::new(fault::puzzled(intent), provider, detail)
            }
            Self::Lost(error) => fault::to_port(provider, intent, error),
        }
    }
}

/// Reads an answer, stopping at the first byte too many.
pub(crate) async fn read(mut response: reqwest::Response, most: u64) -> Result<Answer, Broken> {
    if response.content_length().is_some_and(|length| length > most) {
        return Err(Broken::TooLarge(most));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Broken::Lost)? {
        if (body.len() + chunk.len()) as u64 > most {
            return Err(Broken::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    let status = response.status().as_u16();
    Ok(Answer { status, headers: std::mem::take(response.headers_mut()), body: body.freeze() })
}

pub(crate) fn mime(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next()?.trim().to_ascii_lowercase();
    (!essence.is_empty()).then_some(essence)
}
