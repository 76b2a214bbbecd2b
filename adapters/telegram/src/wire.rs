//! The provider's JSON and its conversions; no input or output happens here.

pub(crate) mod answer;
pub(crate) mod bytes;
pub(crate) mod inbound;
pub(crate) mod message;
pub(crate) mod outbound;
pub(crate) mod schema;
pub(crate) mod shapes;
