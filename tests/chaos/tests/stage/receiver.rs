//! A receiver of OTLP over HTTP, as a collector is one: it reads what it is sent, keeps it, and answers as it is told to.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::Span,
};
use parking_lot::Mutex;
use poem::{Endpoint, EndpointExt, Route, Server, endpoint::make, listener::TcpAcceptor};
use prost::Message;
use tokio::task::JoinHandle;

/// A span, and the role of the process that sent it.
#[derive(Debug, Clone)]
pub struct Told {
    pub role: String,
    pub span: Span,
}

impl Told {
    /// An attribute, as text.
    pub fn attribute(&self, key: &str) -> Option<String> {
        text(&self.span.attributes, key)
    }
}

/// What a receiver was told.
#[derive(Default)]
pub struct Heard {
    pub spans: Vec<Told>,
    /// Names of figures, with the role of the process that sent them.
    pub figures: Vec<(String, String)>,
    /// Everything as it came.
    pub bytes: Vec<u8>,
    /// Values of the header `authorization`.
    pub keys: Vec<String>,
}

/// A receiver that runs as long as it is held.
pub struct Receiver {
    pub heard: Arc<Mutex<Heard>>,
    pub port: u16,
    serving: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let acceptor = TcpAcceptor::from_tokio(listener).expect("a listener");
        let routes = Route::new()
            .at("/v1/traces", taking(&heard, Heard::traces))
            .at("/v1/metrics", taking(&heard, Heard::metrics));
        let serving = tokio::spawn(async move {
            Server::new_with_acceptor(acceptor).run(routes).await.expect("it serves");
        });
        Self { heard, port, serving }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn taking(heard: &Arc<Mutex<Heard>>, take: fn(&mut Heard, &[u8])) -> impl Endpoint + use<> {
    let heard = Arc::clone(heard);
    let take = move |mut request: poem::Request| {
        let heard = Arc::clone(&heard);
        async move {
            let key = request.header("authorization").unwrap_or_default().to_owned();
            let body = request.take_body().into_bytes().await.expect("a body");
            let mut heard = heard.lock();
            heard.keys.push(key);
            heard.bytes.extend_from_slice(&body);
            take(&mut heard, &body);
        }
    };
    make(take).map_to_response()
}

impl Heard {
    fn traces(&mut self, body: &[u8]) {
        let request = ExportTraceServiceRequest::decode(body).expect("spans");
        for of_process in request.resource_spans {
            let role = role(of_process.resource.as_ref());
            let spans = of_process.scope_spans.into_iter().flat_map(|scope| scope.spans);
            self.spans.extend(spans.map(|span| Told { role: role.clone(), span }));
        }
    }

    fn metrics(&mut self, body: &[u8]) {
        let request = ExportMetricsServiceRequest::decode(body).expect("figures");
        for of_process in request.resource_metrics {
            let role = role(of_process.resource.as_ref());
            let figures = of_process.scope_metrics.into_iter().flat_map(|scope| scope.metrics);
            self.figures.extend(figures.map(|figure| (role.clone(), figure.name)));
        }
    }
}

fn role(resource: Option<&Resource>) -> String {
    resource.and_then(|resource| text(&resource.attributes, "tradepost.role")).unwrap_or_default()
}

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}
