//! The door as an observer sees it: a request is the first step of what it causes.

use std::{sync::Arc, time::Duration};

use poem::{Request, http::Method};
use tracing::Span;
use tradepost_domain::{Correlation, TraceParent};
use tradepost_ports::Observer;

use super::{Routes, Telemetry};

/// Watches a door.
pub(crate) struct Visits {
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) routes: Routes,
}

impl Visits {
    /// The request's span is a step of the caller's trace, if it names one, else the first of its own.
    pub(crate) fn begins(&self, span: &Span, id: Correlation, request: &Request) -> Correlation {
        let caller = request.header("traceparent").and_then(|header| header.parse::<TraceParent>().ok());
        self.telemetry.step(span, &id.caused_by(caller.map(|caller| caller.cause)))
    }

    /// The request has been answered.
    pub(crate) fn ended(&self, span: &Span, method: &Method, path: &str, status: u16, took: Duration) {
        let route = self.routes.label(path);
        span.record("route", route);
        span.record("status", status);
        self.telemetry.meters.request(word(method.as_str()), route, status, took);
    }
}

const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// The method as a label. Anybody may write any.
pub(super) fn word(method: &str) -> &'static str {
    METHODS.into_iter().find(|known| *known == method).unwrap_or("_OTHER")
}
