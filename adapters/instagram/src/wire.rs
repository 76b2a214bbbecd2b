//! Meta's JSON and its conversions; no input or output happens here.

pub(crate) mod attachment;
pub(crate) mod batch;
pub(crate) mod failure;
pub(crate) mod inbound;
pub(crate) mod outbound;
pub(crate) mod read;
pub(crate) mod schema;
