//! The way in. Nothing unverified is parsed: a request's bytes can only be read through [`Webhook::verify`].

use bytes::Bytes;
use serde_json::Value;
use tradepost_domain::Arrival;

/// A provider that calls us. Pure; every method must be written, so that forgetting one does not compile.
pub trait Webhook: Send + Sync {
    /// Answers the provider's handshake, a GET with these query parameters.
    fn greet(&self, query: &[(String, String)]) -> Greeting;

    /// Checks that the provider sent this, over the bytes as they came, comparing in constant time.
    fn verify(&self, raw: Unverified) -> Result<Verified, Refused>;

    /// Reads every event of the body. One that cannot be read is [`tradepost_domain::What::Unreadable`] and loses no
    /// other; `Err` is for a body that cannot be read at all.
    fn parse(&self, verified: &Verified) -> Result<Vec<Arrival>, Unreadable>;

    /// How the path is described in the API's document.
    fn schema(&self) -> WebhookSchema;
}

/// The answer to a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeting {
    /// 200 with this text as the whole body.
    Welcome(String),
    /// 403.
    Refused,
    /// This provider has no handshake: 405.
    NotOffered,
}

/// Request headers by lower-case name.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Takes headers in any case.
    pub fn new(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// The first value of a header.
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// A request as it came. Its body cannot be read, only verified.
pub struct Unverified {
    headers: Headers,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl Unverified {
    /// A request as it came.
    pub fn new(headers: Headers, query: Vec<(String, String)>, body: Bytes) -> Self {
        Self { headers, query, body }
    }

    /// A header, by name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// A query parameter: the token of an endpoint whose provider does not sign.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The only way to the bytes: `check` is shown them and says whether the provider sent them.
    pub fn verified_by(self, check: impl FnOnce(&[u8]) -> Result<(), Refused>) -> Result<Verified, Refused> {
        check(&self.body)?;
        Ok(Verified { body: self.body })
    }

    /// For the explicit local mode with signature checks switched off, and for payloads read from a file by hand.
    pub fn trusted_by_operator(self) -> Verified {
        Verified { body: self.body }
    }
}

/// A request whose sender is known.
#[derive(Debug, Clone)]
pub struct Verified {
    body: Bytes,
}

impl Verified {
    /// The bytes as they came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// A request that the provider did not sign: 401, nothing is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no signature.
    #[error("the signature is missing")]
    Missing,
    /// It is not of the form that the provider uses.
    #[error("the signature is not of the expected form")]
    Malformed,
    /// It does not fit the body.
    #[error("the signature does not fit the body")]
    Wrong,
}

/// A signed body that cannot be read. It is stored raw and shown as `unparsed`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to read the body: {reason}")]
pub struct Unreadable {
    /// What is wrong with it.
    pub reason: String,
    /// The status that stops this provider from sending it again.
    pub status: u16,
}

/// How a webhook path is described in the API's document.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookSchema {
    /// The header that carries the signature, or the query parameter that carries the token.
    pub signature: String,
    /// How it is made, in a sentence.
    pub scheme: String,
    /// The provider's page, without scheme.
    pub page: String,
    /// JSON schema of the body.
    pub body: Value,
    /// Has it a handshake?
    pub greets: bool,
}
