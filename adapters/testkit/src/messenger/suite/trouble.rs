//! What lost answers mean.

use std::time::{Duration, Instant};

use tradepost_domain::{ErrorKind, PortError};

use super::{Doubled, PATIENT, Provider, Stage, alone};
use crate::verdict::Verdict;

/// The limit of a call that gets no answer.
const SHORT: Duration = Duration::from_millis(300);
/// An adapter that has said nothing by then has no limit, or one of its own; long, since machines are busy.
const ENOUGH: Duration = Duration::from_millis(2_200);
/// Another limit. An adapter with one of its own is too late for the short one, or too early for this.
const LONGER: Duration = Duration::from_millis(2_500);

async fn trouble(double: &Doubled, provider: Provider, limit: Duration) -> PortError {
    Stage::new(double, provider, limit).failure().await
}

/// The error of a call that gets no whole answer; it comes when its time is over.
async fn in_time(double: &Doubled, provider: Provider) -> PortError {
    let ended = tokio::time::timeout(ENOUGH, trouble(double, provider, SHORT)).await;
    ended.unwrap_or_else(|_| panic!("a call with a limit of {SHORT:?} is still waiting after {ENOUGH:?}"))
}

/// proves: FI-01
pub async fn nobody_there_is_unavailable(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let error = trouble(&double, Provider::nobody().await, PATIENT).await;
    assert_eq!(error.kind, ErrorKind::Unavailable, "nothing was taken: {error}");
    Verdict::Ran
}

/// proves: FI-01
pub async fn a_cut_connection_is_uncertain(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let error = trouble(&double, Provider::cutting().await, PATIENT).await;
    assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: {error}");
    Verdict::Ran
}

/// proves: PL-11
pub async fn silence_ends_at_the_time_limit(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let error = in_time(&double, Provider::silent().await).await;
    assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: {error}");
    let begun = Instant::now();
    let error = trouble(&double, Provider::silent().await, LONGER).await;
    let took = begun.elapsed();
    assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: {error}");
    assert!(took > ENOUGH, "a call with a limit of {LONGER:?} was given up after {took:?}");
    Verdict::Ran
}

/// proves: PL-11
pub async fn a_slow_body_ends_at_the_time_limit(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let error = in_time(&double, Provider::trickling().await).await;
    assert_eq!(error.kind, ErrorKind::Uncertain, "it may have been taken: {error}");
    Verdict::Ran
}
