//! `GET /metrics`: the figures as Prometheus reads them (prometheus.io/docs/instrumenting/exposition_formats).

use std::sync::Arc;

use poem::{
    Endpoint, Request, Response,
    http::{Method, StatusCode},
};
use prometheus::{Registry, TEXT_FORMAT, TextEncoder};

use super::gauges::Gauges;

/// Where the page stands.
pub(crate) const PAGE: &str = "/metrics";

/// The page.
pub(super) struct Page {
    pub(super) registry: Registry,
    pub(super) gauges: Arc<Gauges>,
}

impl Endpoint for Page {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if *request.method() != Method::GET {
            return Err(StatusCode::METHOD_NOT_ALLOWED.into());
        }
        self.gauges.look().await;
        let text = TextEncoder::new().encode_to_string(&self.registry.gather());
        let text = text.map_err(poem::error::InternalServerError)?;
        Ok(Response::builder().content_type(TEXT_FORMAT).body(text))
    }
}
