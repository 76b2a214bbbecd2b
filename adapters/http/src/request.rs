//! A request on its way: secrets are put on last and never shown.

use std::{fmt, time::Duration};

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tradepost_domain::{ErrorKind, PortError};
use url::Url;

use crate::{
    form::{self, Part},
    trace,
};

/// What a request does, which decides what a lost answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Asks, or repeats under a key the provider knows: a lost answer is `Unavailable`.
    Read,
    /// Changes the world: a lost answer is `Uncertain`.
    Write,
}

/// One request of an adapter.
pub struct Request {
    pub(crate) provider: &'static str,
    pub(crate) intent: Intent,
    pub(crate) most_bytes: Option<u64>,
    method: Method,
    url: Url,
    headers: HeaderMap,
    secret_query: Option<(&'static str, SecretString)>,
    body: Option<Vec<u8>>,
    time_limit: Option<Duration>,
}

impl Request {
    /// A request to an address of the settings. The provider's name goes into errors.
    pub fn new(provider: &'static str, intent: Intent, method: Method, url: Url) -> Self {
        Self {
            provider,
            intent,
            most_bytes: None,
            method,
            url,
            headers: HeaderMap::new(),
            secret_query: None,
            body: None,
            time_limit: None,
        }
    }

    /// A GET that asks.
    pub fn get(provider: &'static str, url: Url) -> Self {
        Self::new(provider, Intent::Read, Method::GET, url)
    }

    /// A POST that changes the world.
    pub fn post(provider: &'static str, url: Url) -> Self {
        Self::new(provider, Intent::Write, Method::POST, url)
    }

    /// With `Authorization: Bearer …`.
    pub fn bearer(self, token: &SecretString) -> Result<Self, PortError> {
        self.secret_header("authorization", &SecretString::from(format!("Bearer {}", token.expose_secret())))
    }

    /// With a header that is no secret.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, PortError> {
        let value = HeaderValue::from_str(value).map_err(|_| self.unfit(name))?;
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// With a header that is never shown.
    pub fn secret_header(mut self, name: &'static str, value: &SecretString) -> Result<Self, PortError> {
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| self.unfit(name))?;
        value.set_sensitive(true);
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// With a query parameter that is never shown, for providers that take their token there.
    pub fn secret_query(mut self, name: &'static str, value: &SecretString) -> Self {
        self.secret_query = Some((name, value.clone()));
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, PortError> {
        let bytes = serde_json::to_vec(body).map_err(|error| {
            PortError::new(ErrorKind::Invalid, self.provider, format!("failed to write the request: {error}"))
        })?;
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = Some(bytes);
        Ok(self)
    }

    /// With a header that the settings name. Its value is never shown.
    pub fn named_header(mut self, name: &str, value: &SecretString) -> Result<Self, PortError> {
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| self.unfit(name))?;
        value.set_sensitive(true);
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| self.unfit(name))?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// With a body of that kind.
    pub fn bytes(mut self, mime: &'static str, body: Vec<u8>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(mime));
        self.body = Some(body);
        self
    }

    /// With a form of several parts, such as an upload.
    /// RFC 7578.
    pub fn multipart(mut self, parts: &[Part<'_>]) -> Result<Self, PortError> {
        let (boundary, body) = form::written(parts).ok_or_else(|| {
            PortError::new(
                ErrorKind::Invalid,
                self.provider,
                "failed to write the form: a name has odd characters",
            )
        })?;
        let kind = format!("multipart/form-data; boundary={boundary}");
        let value = HeaderValue::from_str(&kind).map_err(|_| self.unfit("content-type"))?;
        self.headers.insert(CONTENT_TYPE, value);
        self.body = Some(body);
        Ok(self)
    }

    /// As one that only asks, whatever its method: a lost answer does no harm.
    #[must_use]
    pub fn asks(mut self) -> Self {
        self.intent = Intent::Read;
        self
    }

    /// With a whole time limit of its own.
    pub fn within(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// With a longest answer of its own, in bytes.
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.most_bytes = Some(bytes);
        self
    }

    pub(crate) fn into_reqwest(
        mut self,
        client: &reqwest::Client,
        time_limit: Duration,
    ) -> Result<reqwest::Request, PortError> {
        if let Some((name, value)) = &self.secret_query {
            self.url.query_pairs_mut().append_pair(name, value.expose_secret());
        }
        trace::pass_on(&mut self.headers);
        let mut ready = client
            .request(self.method, self.url)
            .headers(self.headers)
            .timeout(self.time_limit.unwrap_or(time_limit));
        if let Some(body) = self.body {
            ready = ready.body(body);
        }
        ready.build().map_err(|_| {
            PortError::new(ErrorKind::Config, self.provider, "failed to make a request of that address")
        })
    }

    fn unfit(&self, name: &str) -> PortError {
        let detail =
            format!("failed to set header `{name}`: its value has characters that no header may have");
        PortError::new(ErrorKind::Config, self.provider, detail)
    }
}

/// Shows where the request goes, without query and secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.url.clone();
        url.set_query(None);
        f.debug_struct("Request")
            .field("provider", &self.provider)
            .field("intent", &self.intent)
            .field("method", &self.method)
            .field("url", &url.as_str())
            .finish_non_exhaustive()
    }
}
