//! Where a customer's pictures and sounds are fetched from.

use async_trait::async_trait;
use bytes::Bytes;
use tradepost_domain::Media;

use crate::PortResult;

/// A channel that keeps media elsewhere.
#[async_trait]
pub trait MediaSource: Send + Sync {
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
