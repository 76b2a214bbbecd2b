//! The refusals that only Instagram knows, with the codes the reference names.

use crate::faults::Limited;
use crate::graph::error::GraphError;

impl GraphError {
    pub(super) fn no_such_user() -> Self {
        Self::new(400, 100, Some(2018001), "(#100) No matching user found.")
    }

    pub(super) fn window_closed() -> Self {
        Self::new(400, 10, Some(2534022), "(#10) This message is sent outside of allowed window.")
    }

    pub(super) fn already_answered() -> Self {
        Self::new(400, 100, Some(2534025), "(#100) This comment has its private reply already.")
    }

    pub(super) fn not_yet_written() -> Self {
        Self::new(400, 230, None, "(#230) The person has not written to this account.")
    }

    pub(super) fn rate_limited(limited: Limited) -> Self {
        let message = "(#613) Calls to this api have exceeded the rate limit.";
        Self {
            retry_after_s: limited.retry_after_s,
            ..Self::new(limited.status.unwrap_or(400), 613, None, message)
        }
    }
}
