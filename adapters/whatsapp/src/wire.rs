//! Meta's and the reseller's JSON and its conversions; no input or output happens here.

pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod content;
pub(crate) mod decimal;
pub(crate) mod failure;
pub(crate) mod inbound;
pub(crate) mod outbound;
pub(crate) mod party;
pub(crate) mod read;
pub(crate) mod reseller;
pub(crate) mod resold;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod template;
