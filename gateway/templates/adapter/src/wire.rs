//! The provider's JSON and its conversions; no input or output happens here.

// <webhook>
pub(crate) mod inbound;
// </webhook>
// <messenger>
pub(crate) mod outbound;
// </messenger>
