//! Who is told how the house works: traces and figures by OTLP, a page for Prometheus, error reports. Off until it is set;
//! then nothing of this is made, and the house has no observer.
//!
//! The core tells an [`Observer`]; only this room knows OpenTelemetry. Exporters work in threads of their own, with queues
//! that are bounded: what does not fit is lost, and nothing waits.

mod gauges;
mod meters;
mod page;
mod receiver;
mod routes;
mod seldom;
#[cfg(feature = "sentry")]
mod sentry;
mod steps;
mod store;
mod visits;
mod words;

use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use gauges::Gauges;
use meters::Meters;
use opentelemetry::{KeyValue, metrics::MeterProvider, trace::TracerProvider};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::{Sampler, SdkTracerProvider},
};
pub(crate) use page::PAGE;
use page::Page;
use poem::{EndpointExt, Route, endpoint::BoxEndpoint};
use prometheus::Registry;
use receiver::Receiver;
pub use routes::Routes;
#[cfg(feature = "sentry")]
pub(crate) use sentry::is_dsn;
use tokio::sync::{oneshot, watch};
use tracing::{Level, Metadata, Span};
use tracing_subscriber::{Layer, filter::filter_fn};
use tradepost_domain::Correlation;
use tradepost_engine::House;
use tradepost_ports::{Clock, Coordinator, Happening, Observer, Store};
pub(crate) use visits::Visits;
use words::Worded;

use crate::{
    adapters::outgoing::{Http, HttpConfig, Url},
    settings::{Role, TelemetrySettings},
};

/// How often figures are sent.
const SEND_EVERY: Duration = Duration::from_secs(30);
/// The name of what measures.
const SCOPE: &str = "tradepost";

/// A layer of the process's subscriber.
pub type LogLayer = Box<dyn Layer<tracing_subscriber::Registry> + Send + Sync>;

/// Who is told.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    figures: SdkMeterProvider,
    meters: Meters,
    registry: Option<Registry>,
    sends: bool,
    #[cfg(feature = "sentry")]
    reports: Option<sentry::Reports>,
}

impl Telemetry {
    /// Whoever the settings name; `None` when they name nobody. Must be called on the runtime.
    pub fn begin(settings: &TelemetrySettings, role: Role) -> Result<Option<Arc<Self>>, String> {
        if settings.otlp.is_none() && !settings.prometheus && settings.sentry_dsn.is_none() {
            return Ok(None);
        }
        let resource = resource(settings, role);
        let mut figures = SdkMeterProvider::builder().with_resource(resource.clone());
        let registry = settings.prometheus.then(Registry::new);
        if let Some(registry) = &registry {
            let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone());
            let reader = reader.without_target_info().scope_info_enabled(false).build();
            figures = figures.with_reader(reader.map_err(unbuilt)?);
        }
        let mut traces = None;
        if let Some(receiver) = &settings.otlp {
            figures = figures.with_reader(sending(settings, receiver)?);
            traces = Some(tracing_to(settings, receiver, resource)?);
        }
        let figures = figures.build();
        let meters = Meters::new(&figures.meter(SCOPE));
        Ok(Some(Arc::new(Self {
            traces,
            figures,
            meters,
            registry,
            sends: settings.otlp.is_some(),
            #[cfg(feature = "sentry")]
            reports: settings.sentry_dsn.as_ref().map(sentry::Reports::begin).transpose()?,
        })))
    }

    /// What the process's subscriber hears for others beside its log.
    pub fn layers(&self) -> Vec<LogLayer> {
        let mut layers = Vec::new();
        if let Some(traces) = &self.traces {
            let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer(SCOPE));
            let layer = layer.with_location(false).with_threads(false).with_level(false).with_target(false);
            layers.push(layer.with_tracked_inactivity(false).with_filter(filter_fn(is_step)).boxed());
        }
        #[cfg(feature = "sentry")]
        layers.extend(self.reports.as_ref().map(sentry::Reports::layer));
        layers
    }

    /// The store, watched.
    pub(crate) fn watching(self: &Arc<Self>, store: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(store::Watched { store, telemetry: Arc::clone(self) })
    }

    /// Tells how the house stands, too, from now until the stop. The page for Prometheus, if there is one.
    pub(crate) fn stands(
        &self,
        house: Arc<House>,
        coordinator: Arc<dyn Coordinator>,
        clock: Arc<dyn Clock>,
        stop: watch::Receiver<bool>,
    ) -> Option<BoxEndpoint<'static>> {
        let gauges = Gauges::new(&self.figures.meter(SCOPE), house, coordinator, clock);
        if self.sends {
            tokio::spawn(Arc::clone(&gauges).keep_looking(stop));
        }
        let registry = self.registry.clone()?;
        Some(Route::new().at(PAGE, Page { registry, gauges }).map_to_response().boxed())
    }

    fn count(&self, happening: Happening) {
        self.meters.count(happening);
    }

    fn unit(&self, access: &'static str, outcome: &'static str, took: Duration) {
        self.meters.unit(access, outcome, took);
    }

    /// Hands over what is left, for so long at most: a receiver that is away keeps no process from ending.
    pub async fn end(self: Arc<Self>, within: Duration) {
        let (done, ended) = oneshot::channel();
        // No task of the runtime, which would be waited for.
        std::thread::spawn(move || {
            self.hand_over(within);
            // Nobody may be waiting any more.
            let _ = done.send(());
        });
        if tokio::time::timeout(within, ended).await.is_err() {
            tracing::warn!("the last traces and figures could not be handed over in time");
        }
    }

    /// What cannot be handed over has been told already.
    fn hand_over(&self, within: Duration) {
        if let Some(traces) = &self.traces {
            let _ = traces.shutdown_with_timeout(within);
        }
        let _ = self.figures.shutdown_with_timeout(within);
        #[cfg(feature = "sentry")]
        if let Some(reports) = &self.reports {
            reports.end(within);
        }
    }
}

impl Observer for Telemetry {
    fn step(&self, span: &Span, cause: &Correlation) -> Correlation {
        match &self.traces {
            Some(_) => steps::step(span, cause),
            None => cause.clone(),
        }
    }

    fn saw(&self, happening: Happening) {
        if let Some(happening) = store::held(happening) {
            self.count(happening);
        }
    }
}

/// Only our own spans are steps; log lines are nobody else's business.
fn is_step(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && *metadata.level() <= Level::INFO && metadata.target().starts_with("tradepost")
}

fn resource(settings: &TelemetrySettings, role: Role) -> Resource {
    let more = settings.attributes.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    Resource::builder_empty()
        .with_service_name(settings.service.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("service.instance.id", instance()))
        .with_attribute(KeyValue::new("tradepost.role", role.word()))
        .with_attributes(more)
        .build()
}

/// Unlike that of any other process, so that their figures are not taken for each other's.
fn instance() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

fn tracing_to(
    settings: &TelemetrySettings,
    receiver: &Url,
    resource: Resource,
) -> Result<SdkTracerProvider, String> {
    let exporter = SpanExporter::builder().with_http().with_http_client(client(settings)?);
    let exporter = exporter.with_endpoint(below(receiver, "v1/traces")).build().map_err(unbuilt)?;
    let ratio = Sampler::TraceIdRatioBased(1.0 / f64::from(settings.one_in));
    let provider = SdkTracerProvider::builder().with_resource(resource);
    let provider = provider.with_sampler(Sampler::ParentBased(Box::new(ratio)));
    Ok(provider.with_batch_exporter(Worded(exporter)).build())
}

fn sending(settings: &TelemetrySettings, receiver: &Url) -> Result<PeriodicReader<MetricExporter>, String> {
    let exporter = MetricExporter::builder().with_http().with_http_client(client(settings)?);
    let exporter = exporter.with_endpoint(below(receiver, "v1/metrics")).build().map_err(unbuilt)?;
    Ok(PeriodicReader::builder(exporter).with_interval(SEND_EVERY).build())
}

fn client(settings: &TelemetrySettings) -> Result<Receiver, String> {
    let http = Http::new(HttpConfig::default()).map_err(unbuilt)?;
    Ok(Receiver::new(http, settings.otlp_headers.clone()))
}

fn below(receiver: &Url, path: &str) -> String {
    format!("{}/{path}", receiver.as_str().trim_end_matches('/'))
}

fn unbuilt(error: impl std::fmt::Display) -> String {
    error.to_string()
}
