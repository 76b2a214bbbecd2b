//! What surrounds every request: its correlation id, its log line, the limits of its body and time, and problem
//! documents for whatever goes wrong, panics included.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use poem::{
    Endpoint, Request, Response,
    endpoint::BoxEndpoint,
    error::ReadBodyError,
    http::{HeaderValue, Method, header},
};
use tokio::time::timeout;
use tracing::{Instrument, field::Empty};
use tradepost_domain::Correlation;
use tradepost_openapi::ProblemKind;
use tradepost_ports::{Clock, Dice};

use super::{Admission, Refusal, correlation};
use crate::{
    settings::ServerSettings,
    telemetry::{self, Visits},
};

/// Bounds of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest body, in bytes.
    pub most_body_bytes: usize,
    /// How long the body may take.
    pub body_wait: Duration,
    /// How long everything may take.
    pub request_wait: Duration,
}

impl From<&ServerSettings> for Limits {
    fn from(server: &ServerSettings) -> Self {
        let ServerSettings { most_body_bytes, body_wait, request_wait, .. } = *server;
        Self { most_body_bytes, body_wait, request_wait }
    }
}

/// The door: all paths, and what surrounds them.
pub struct Door {
    routes: BoxEndpoint<'static>,
    limits: Limits,
    admission: Admission,
    clock: Arc<dyn Clock>,
    dice: Arc<dyn Dice>,
    visits: Option<Visits>,
}

impl Door {
    /// A door before these paths.
    pub fn new(
        routes: BoxEndpoint<'static>,
        limits: Limits,
        admission: Admission,
        (clock, dice): (Arc<dyn Clock>, Arc<dyn Dice>),
    ) -> Self {
        Self { routes, limits, admission, clock, dice, visits: None }
    }

    /// The same door, watched.
    pub(crate) fn watched(self, visits: Option<Visits>) -> Self {
        Self { visits, ..self }
    }

    /// Answers a request, whatever happens.
    pub async fn answer(&self, mut request: Request) -> Response {
        let correlation = correlation::of(&request, self.clock.as_ref(), self.dice.as_ref());
        // The path only: a query may carry an endpoint's token.
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let span = span(&correlation, &method, &path);
        let correlation = match &self.visits {
            Some(visits) => visits.begins(&span, correlation, &request),
            None => correlation,
        };
        request.extensions_mut().insert(correlation.clone());
        let begun = std::time::Instant::now();
        let work = async {
            let mut response = match self.attempt(request).await {
                Ok(response) => response,
                Err(error) => problem(error, &path, &correlation),
            };
            mark(&mut response, &correlation);
            let (status, duration_ms) = (response.status().as_u16(), begun.elapsed().as_millis());
            if let Some(visits) = &self.visits {
                visits.ended(&tracing::Span::current(), &method, &path, status, begun.elapsed());
            }
            match is_watch(&path) {
                true => tracing::debug!(status, duration_ms, "answered"),
                false => tracing::info!(status, duration_ms, "answered"),
            }
            response
        };
        work.instrument(span).await
    }

    async fn attempt(&self, request: Request) -> poem::Result<Response> {
        let work = AssertUnwindSafe(self.within_limits(request)).catch_unwind();
        match timeout(self.limits.request_wait, work).await {
            Ok(Ok(result)) => result,
            Ok(Err(_panic)) => {
                tracing::error!("a handler panicked");
                Err(Refusal::new(ProblemKind::Internal).into())
            }
            Err(_late) => Err(Refusal::new(ProblemKind::TimedOut).into()),
        }
    }

    async fn within_limits(&self, mut request: Request) -> poem::Result<Response> {
        self.admission.admit(&request).await?;
        self.gather(&mut request).await?;
        self.routes.call(request).await
    }

    /// Reads the whole body, within its limits, and puts it back.
    async fn gather(&self, request: &mut Request) -> Result<(), Refusal> {
        let most = self.limits.most_body_bytes;
        let too_large = || Refusal::because(ProblemKind::TooLarge, format!("at most {most} bytes are read"));
        let announced =
            request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > most) {
            return Err(too_large());
        }
        let body = request.take_body().into_bytes_limit(most);
        match timeout(self.limits.body_wait, body).await {
            Ok(Ok(bytes)) => request.set_body(bytes),
            Ok(Err(ReadBodyError::PayloadTooLarge)) => return Err(too_large()),
            Ok(Err(_)) => return Err(Refusal::because(ProblemKind::BadRequest, "the body broke off")),
            Err(_late) => return Err(Refusal::new(ProblemKind::RequestTimeout)),
        }
        Ok(())
    }
}

/// Requests that come every few seconds to see how the house is are no news.
fn span(correlation: &Correlation, method: &Method, path: &str) -> tracing::Span {
    let request = correlation.as_str();
    match is_watch(path) {
        true => {
            tracing::debug_span!("request", request.id = request, %method, path, route = Empty, status = Empty)
        }
        false => {
            tracing::info_span!("request", request.id = request, %method, path, route = Empty, status = Empty)
        }
    }
}

/// Does somebody only look how the house is?
fn is_watch(path: &str) -> bool {
    path.starts_with("/health") || path == telemetry::PAGE
}

fn mark(response: &mut Response, correlation: &Correlation) {
    if let Ok(value) = HeaderValue::from_str(correlation.as_str()) {
        response.headers_mut().insert(correlation::HEADER, value);
    }
}

/// The problem document of an error. Its internals stay in our logs.
fn problem(error: poem::Error, path: &str, correlation: &Correlation) -> Response {
    let refusal = refusal(error, path);
    let body = refusal.kind.problem(refusal.detail, correlation.as_str());
    let mut response = Response::builder()
        .status(poem::http::StatusCode::from_u16(body.status).unwrap_or_default())
        .content_type("application/problem+json")
        .body(serde_json::to_string(&body).unwrap_or_default());
    let headers = response.headers_mut();
    if let Some(wait) = refusal.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
    }
    if let Some(methods) = refusal.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if refusal.kind == ProblemKind::Unauthorized && path.starts_with("/v1/") {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn refusal(error: poem::Error, path: &str) -> Refusal {
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return refusal.clone();
    }
    let kind = ProblemKind::of_status(error.status().as_u16());
    if kind == ProblemKind::Internal {
        tracing::error!(error = %error, "failed to answer a request");
    }
    let detail =
        matches!(kind, ProblemKind::BadRequest | ProblemKind::UnsupportedType).then(|| error.to_string());
    let allow = (kind == ProblemKind::MethodNotAllowed).then_some(if path.starts_with("/v1/") {
        "POST"
    } else {
        "GET"
    });
    Refusal { detail, allow, ..Refusal::new(kind) }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
