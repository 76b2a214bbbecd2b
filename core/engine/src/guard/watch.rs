//! What an observer sees of a call: a step of its trace, which the provider is told of, and how long it took.

use tracing::Instrument;
use tradepost_ports::{
    Happening, PortResult,
    correlation::{correlated, current},
    observer::STEPS,
    store::Class,
};

use super::Guard;
use crate::watch::{between, kind};

impl Guard {
    /// Makes one try of a call. Without an observer that is all.
    pub(super) async fn observed<T>(
        &self,
        class: Class,
        call: impl Future<Output = PortResult<T>>,
    ) -> PortResult<T> {
        let Some(observer) = &self.observer else { return call.await };
        let (provider, begun) = (kind(&self.terms.account), self.clock.now());
        let span = tracing::info_span!(target: STEPS, "port", provider, class = class.word(), outcome = tracing::field::Empty);
        let result = match current() {
            Some(cause) => {
                let step = observer.step(&span, &cause);
                correlated(step, call.instrument(span.clone())).await
            }
            None => call.instrument(span.clone()).await,
        };
        let outcome = result.as_ref().err().map_or("done", |error| error.kind.word());
        span.record("outcome", outcome);
        let took = between(begun, self.clock.now());
        observer.saw(Happening::Called { provider, class: class.word(), outcome, took });
        result
    }
}
