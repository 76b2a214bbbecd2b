//! The receiver of traces and figures: OTLP over HTTP, through the one outgoing client. Exporters run in threads of their
//! own with bounded queues: a receiver that is slow or away costs the house nothing but what it would have been told.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use secrecy::SecretString;
use tokio::runtime::Handle;
use tradepost_ports::PortError;

use super::seldom::Seldom;
use crate::adapters::outgoing::{self, Answer, Http, Intent, Method};

/// One request's whole time.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The name in errors.
const PROVIDER: &str = "otlp";

/// Hands telemetry over.
pub(super) struct Receiver {
    http: Http,
    headers: Vec<(String, SecretString)>,
    runtime: Handle,
    told: Seldom,
}

impl Receiver {
    /// Must be made on the runtime.
    pub(super) fn new(http: Http, headers: Vec<(String, SecretString)>) -> Self {
        Self { http, headers, runtime: Handle::current(), told: Seldom::default() }
    }

    fn call(&self, request: Request<Bytes>) -> Result<outgoing::Request, PortError> {
        let unfit = |_| PortError::new(tradepost_ports::ErrorKind::Config, PROVIDER, "its address is none");
        let url = request.uri().to_string().parse().map_err(unfit)?;
        let mut call = outgoing::Request::new(PROVIDER, Intent::Read, Method::POST, url).within(TIME_LIMIT);
        for (name, value) in &self.headers {
            call = call.named_header(name, value)?;
        }
        Ok(call.bytes("application/x-protobuf", request.into_body().into()))
    }

    /// An exporter's thread has no runtime: the client works on ours.
    async fn send(&self, call: outgoing::Request) -> Result<Answer, HttpError> {
        let http = self.http.clone();
        Ok(self.runtime.spawn(async move { http.call(call).await }).await??)
    }

    /// Tells a failure, unless one was told lately.
    fn tell(&self, reason: &dyn fmt::Display) {
        if self.told.now() {
            tracing::warn!(%reason, "failed to hand traces or figures over; some are lost, nothing else suffers");
        }
    }
}

#[async_trait]
impl HttpClient for Receiver {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        match self.send(self.call(request)?).await {
            Ok(answer) => {
                if !answer.is_success() {
                    self.tell(&format_args!("the receiver answered {}", answer.status()));
                }
                Ok(Response::builder().status(answer.status()).body(answer.body().clone())?)
            }
            Err(error) => {
                self.tell(&error);
                Err(error)
            }
        }
    }
}

/// Headers may be secret.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
