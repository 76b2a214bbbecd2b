//! Logs: JSON in production, readable text in a terminal. Message texts, tokens and numbers never stand in them: spans
//! and events carry ids only, and dependencies are kept to warnings.

use std::io::{self, IsTerminal};

use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use tradepost_ports::observer::STEPS;

use crate::{
    settings::{LogFormat, LogSettings},
    telemetry::LogLayer,
};

/// Begins to log to standard error, and to tell these others. A second call changes nothing.
pub fn begin(log: &LogSettings, others: Vec<LogLayer>) {
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Readable => false,
        LogFormat::Auto => !io::stderr().is_terminal(),
    };
    let mut layers = others;
    layers.push(layer(json, &log.level, io::stderr));
    // Only tests begin twice in one process.
    let _ = tracing_subscriber::registry().with(layers).try_init();
}

/// Log lines of that form and level, to that writer.
pub fn layer<W>(json: bool, level: &str, writer: W) -> LogLayer
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = filter.and(filter_fn(|metadata| metadata.target() != STEPS));
    match json {
        true => fmt::layer().json().flatten_event(true).with_writer(writer).with_filter(filter).boxed(),
        false => fmt::layer()
            .compact()
            .with_ansi(io::stderr().is_terminal())
            .with_writer(writer)
            .with_filter(filter)
            .boxed(),
    }
}
