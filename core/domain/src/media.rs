//! Pictures, videos, sounds and files.

use serde::{Deserialize, Serialize};

/// One medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where its bytes are.
    pub source: Source,
}

/// What a medium is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A moving picture.
    Video,
    /// A sound or a voice message.
    Audio,
    /// Anything else.
    File,
}

/// Where the bytes of a medium are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Source {
    /// At the provider or on the web; may expire, so it is fetched at once and replaced.
    Remote {
        /// The address, or the provider's id of the medium.
        url: String,
    },
    /// In our store.
    Stored {
        /// SHA-256 of the bytes, in hexadecimal.
        hash: String,
        /// Content type as checked.
        mime: String,
        /// Length in bytes.
        bytes: u64,
    },
    /// Could not be had.
    Missing {
        /// Why, for staff.
        reason: String,
    },
}

impl Media {
    /// A medium that is still elsewhere.
    pub fn remote(kind: MediaKind, url: impl Into<String>) -> Self {
        Self { kind, source: Source::Remote { url: url.into() } }
    }
}
