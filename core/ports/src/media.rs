//! Where a customer's pictures and sounds are fetched from.

use async_trait::async_trait;
use bytes::Bytes;
use tradepost_domain::Media;

use crate::{PortResult, Terms};

/// A channel that keeps media elsewhere.
#[async_trait]
pub trait MediaSource: Send + Sync {
    /// The terms of fetching: an account and a lane of their own, so that slow downloads neither hold up replies nor
    /// count against the channel.
    fn fetch_terms(&self) -> &Terms;

    /// Fetches the bytes, at most `most_bytes` of them; more is `Invalid`, and so is a type that does not fit the kind.
    /// Addresses of internal networks are refused.
    async fn fetch(&self, media: &Media, most_bytes: u64) -> PortResult<Fetched>;
}

/// Bytes with their checked type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The bytes.
    pub bytes: Bytes,
    /// Content type.
    pub mime: String,
}
