//! What the provider's answers mean.

use std::time::Duration;

use tradepost_domain::ErrorKind;

use super::{Doubled, Reply, Stage, alone};
use crate::verdict::Verdict;

/// The provider's answer of that kind is understood as such.
async fn means(double: Doubled, kind: ErrorKind) -> Verdict {
    let Some(reply) = double.says(kind) else {
        return if double.has_provider() {
            Verdict::not_promised(format!("the provider has no answer that means `{}`", kind.word()))
        } else {
            alone()
        };
    };
    let error = Stage::answering(&double, reply).await.failure().await;
    assert_eq!(error.kind, kind, "{error}");
    Verdict::Ran
}

/// Every provider has an answer of that kind.
async fn must_mean(double: Doubled, kind: ErrorKind) -> Verdict {
    let says = !double.has_provider() || double.says(kind).is_some();
    assert!(says, "the double should say how its provider means `{}`", kind.word());
    means(double, kind).await
}

/// proves: CH-06
pub async fn what_is_refused_is_invalid(double: Doubled) -> Verdict {
    must_mean(double, ErrorKind::Invalid).await
}

/// proves: CH-06
pub async fn a_refused_token_is_denied(double: Doubled) -> Verdict {
    must_mean(double, ErrorKind::Denied).await
}

/// proves: CH-06
pub async fn a_stranger_is_not_found(double: Doubled) -> Verdict {
    means(double, ErrorKind::NotFound).await
}

/// proves: CH-06
pub async fn a_closed_window_is_told(double: Doubled) -> Verdict {
    means(double, ErrorKind::OutsideWindow).await
}

/// proves: CH-06
pub async fn who_opted_out_is_told(double: Doubled) -> Verdict {
    means(double, ErrorKind::OptedOut).await
}

/// proves: CH-06
pub async fn a_provider_that_took_nothing_is_unavailable(double: Doubled) -> Verdict {
    means(double, ErrorKind::Unavailable).await
}

/// proves: CH-06
pub async fn too_fast_is_rate_limited(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let error = Stage::answering(&double, double.throttled(None)).await.failure().await;
    assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
    assert_eq!(error.retry_after(), None, "the provider told no wait: {error}");
    Verdict::Ran
}

/// proves: CH-06
pub async fn the_wait_is_told(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    if !double.tells_wait() {
        return Verdict::not_promised("the provider never tells how long to wait");
    }
    let error = Stage::answering(&double, double.throttled(Some(7))).await.failure().await;
    assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)), "{error}");
    Verdict::Ran
}

pub async fn a_broken_provider_is_never_success(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    for status in [500, 502, 503, 504] {
        let reply = Reply { status, headers: Vec::new(), body: "<html>Sorry.</html>".into() };
        let error = Stage::answering(&double, reply).await.failure().await;
        // A gateway speaks for itself: it does not know what the provider behind it has done.
        let by_gateway = matches!(status, 502 | 504);
        let kinds = [ErrorKind::Uncertain, ErrorKind::Unexpected, ErrorKind::Unavailable];
        let allowed = if by_gateway { &kinds[..2] } else { &kinds[..] };
        assert!(allowed.contains(&error.kind), "{status}: {error}");
    }
    Verdict::Ran
}

/// proves: FI-01
pub async fn a_puzzling_answer_is_uncertain(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    for body in ["", "<html>Welcome!</html>", "{\"half\":", "[]", "{}", "null"] {
        let error = Stage::answering(&double, Reply::json(200, body)).await.failure().await;
        assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: `{body}`: {error}");
    }
    Verdict::Ran
}
