//! Error reports (develop.sentry.dev/sdk/data-model): what is logged as an error, and panics. A report says what happened
//! and where, and bears the correlation id; no field of a log line leaves, and no panic's own words, which may hold a
//! customer's. Only the form is the library's: reports leave through the one outgoing client.

use std::{
    fmt,
    panic::{self, Location},
    sync::mpsc as plain,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sentry::{Envelope, Level, protocol::Event, types::Dsn};
use tokio::sync::mpsc;
use tracing::{
    Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, Scope},
};

use super::{LogLayer, seldom::Seldom, unbuilt};
use crate::adapters::outgoing::{Http, HttpConfig, Intent, Method, Request};

/// Reports that wait; further ones are lost.
const MOST_WAITING: usize = 100;
/// The name in errors, and how we call ourselves.
const PROVIDER: &str = "sentry";
const AGENT: &str = concat!("tradepost/", env!("CARGO_PKG_VERSION"));

/// Is it the address of a project?
pub(crate) fn is_dsn(text: &SecretString) -> bool {
    text.expose_secret().parse::<Dsn>().is_ok()
}

enum Mail {
    Report(Box<Event<'static>>),
    /// Answered when everything before it has left.
    Last(plain::Sender<()>),
}

/// Reports errors.
pub(super) struct Reports(mpsc::Sender<Mail>);

impl Reports {
    /// Begins to send. Must be called on the runtime.
    pub(super) fn begin(dsn: &SecretString) -> Result<Self, String> {
        let dsn = dsn.expose_secret().parse::<Dsn>().map_err(unbuilt)?;
        let http = Http::new(HttpConfig::default()).map_err(unbuilt)?;
        let (reports, waiting) = mpsc::channel(MOST_WAITING);
        tokio::spawn(send_all(http, dsn, waiting));
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            usual(told);
            // Heard by the layer, within the spans of what panicked.
            tracing::error!("a panic at {}", told.location().map(place).unwrap_or_default());
        }));
        Ok(Self(reports))
    }

    /// Hears what is logged as an error.
    pub(super) fn layer(&self) -> LogLayer {
        Errors(self.0.clone()).boxed()
    }

    /// Waits for what is on its way, for so long at most. Must not be called on the runtime.
    pub(super) fn end(&self, within: Duration) {
        let (left, done) = plain::channel();
        if self.0.try_send(Mail::Last(left)).is_ok() {
            // What has not left by then is lost.
            let _ = done.recv_timeout(within);
        }
    }
}

fn place(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}

async fn send_all(http: Http, dsn: Dsn, mut waiting: mpsc::Receiver<Mail>) {
    let told = Seldom::default();
    while let Some(mail) = waiting.recv().await {
        match mail {
            Mail::Report(event) => {
                if let Err(reason) = send(&http, &dsn, *event).await
                    && told.now()
                {
                    tracing::warn!(reason, "failed to report an error; it stands in the log");
                }
            }
            // Nobody may be waiting any more.
            Mail::Last(left) => drop(left.send(())),
        }
    }
}

async fn send(http: &Http, dsn: &Dsn, event: Event<'static>) -> Result<(), String> {
    let mut body = Vec::new();
    Envelope::from(event).to_writer(&mut body).map_err(unbuilt)?;
    let url = dsn.envelope_api_url().as_str().parse().map_err(unbuilt)?;
    let auth = SecretString::from(dsn.to_auth(Some(AGENT)).to_string());
    let request = Request::new(PROVIDER, Intent::Read, Method::POST, url);
    let request = request.secret_header("x-sentry-auth", &auth).map_err(unbuilt)?;
    let answer = http.call(request.bytes("application/x-sentry-envelope", body)).await.map_err(unbuilt)?;
    match answer.is_success() {
        true => Ok(()),
        false => Err(format!("the receiver answered {}", answer.status())),
    }
}

/// Makes a report of each error that is logged.
struct Errors(mpsc::Sender<Mail>);

/// What a request is known by: kept beside its spans.
struct Known(String);

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Errors {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut words = Words::of("request.id");
        attributes.record(&mut words);
        if let (Some(known), Some(span)) = (words.found, context.span(id)) {
            span.extensions_mut().insert(Known(known));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if *event.metadata().level() != tracing::Level::ERROR {
            return;
        }
        let mut words = Words::of("message");
        event.record(&mut words);
        let request = context.event_scope(event).and_then(known);
        let report = report(event.metadata(), words.found, request);
        // A queue that is full loses what comes.
        let _ = self.0.try_send(Mail::Report(Box::new(report)));
    }
}

fn known<S: for<'s> LookupSpan<'s>>(mut scope: Scope<'_, S>) -> Option<String> {
    scope.find_map(|span| span.extensions().get::<Known>().map(|known| known.0.clone()))
}

fn report(metadata: &Metadata<'_>, message: Option<String>, request: Option<String>) -> Event<'static> {
    let place = metadata.file().map(|file| format!("{file}:{}", metadata.line().unwrap_or_default()));
    let tags = [("correlation_id", request), ("place", place)];
    Event {
        level: Level::Error,
        message,
        logger: Some(metadata.target().to_owned()),
        release: Some(AGENT.into()),
        tags: tags.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        ..Event::default()
    }
}

/// Reads one field.
struct Words {
    field: &'static str,
    found: Option<String>,
}

impl Words {
    fn of(field: &'static str) -> Self {
        Self { field, found: None }
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == self.field {
            self.found = Some(value.to_owned());
        }
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == self.field {
            self.found = Some(format!("{value:?}"));
        }
    }
}
