//! `[telemetry]`: who is told how the house works. Everything is off until it is set.

use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};

use super::section::Section;
use crate::adapters::outgoing::Url;

/// Who is told how the house works.
#[derive(Clone)]
pub struct TelemetrySettings {
    /// Where traces and figures are sent, by OTLP over HTTP.
    pub otlp: Option<Url>,
    /// Headers of these requests; their values may be secret.
    pub otlp_headers: Vec<(String, SecretString)>,
    /// What the house is called there.
    pub service: String,
    /// What else is said of it there.
    pub attributes: Vec<(String, String)>,
    /// One trace in so many is recorded, of those that begin here.
    pub one_in: u32,
    /// Is there a page for Prometheus?
    pub prometheus: bool,
    /// Where that page stands, if not beside the others.
    pub prometheus_address: Option<SocketAddr>,
    /// Where errors are reported, in the form of Sentry.
    pub sentry_dsn: Option<SecretString>,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            otlp: None,
            otlp_headers: Vec::new(),
            service: "tradepost".to_owned(),
            attributes: Vec::new(),
            one_in: 1,
            prometheus: false,
            prometheus_address: None,
            sentry_dsn: None,
        }
    }
}

pub(super) fn telemetry(mut section: Section<'_>) -> Option<TelemetrySettings> {
    let usual = TelemetrySettings::default();
    let names_otlp = section.text("otlp");
    let otlp = names_otlp.as_deref().and_then(|text| receiver(&section, text));
    let otlp_headers = headers(&mut section);
    let attributes = section.texts("attributes");
    let attributes = attributes.iter().filter_map(|text| attribute(&section, text)).collect();
    let one_in = section.number("one_in", 1, 1_000_000).and_then(|n| u32::try_from(n).ok());
    let prometheus = section.flag("prometheus").unwrap_or(usual.prometheus);
    let prometheus_address = page_address(&mut section, prometheus);
    let service = section.text("service").unwrap_or(usual.service);
    let sentry_dsn = sentry(&mut section);
    section.finish();
    Some(TelemetrySettings {
        otlp,
        otlp_headers,
        service,
        attributes,
        one_in: one_in.unwrap_or(usual.one_in),
        prometheus,
        prometheus_address,
        sentry_dsn,
    })
}

fn receiver(section: &Section<'_>, text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        let mend = "write the receiver's address without a path, such as \"http://127.0.0.1:4318\"";
        section.fault("otlp", format!("\"{text}\" is no address of a receiver"), mend);
    }
    url
}

/// `name=value, name=value`, as OTEL_EXPORTER_OTLP_HEADERS has it.
fn headers(section: &mut Section<'_>) -> Vec<(String, SecretString)> {
    let Some(text) = section.secret("otlp_headers") else { return Vec::new() };
    let parts: Vec<_> = text.expose_secret().split(',').map(|part| part.split_once('=')).collect();
    if parts.iter().any(Option::is_none) {
        section.fault("otlp_headers", "is no list of headers", "write it as \"name=value, name=value\"");
    }
    let header = |(name, value): (&str, &str)| (name.trim().to_owned(), value.trim().to_owned().into());
    parts.into_iter().flatten().map(header).collect()
}

fn attribute(section: &Section<'_>, text: &str) -> Option<(String, String)> {
    let Some((name, value)) = text.split_once('=') else {
        let mend = "write each as \"name=value\", such as \"deployment.environment.name=trial\"";
        section.fault("attributes", format!("\"{text}\" is no attribute"), mend);
        return None;
    };
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

fn page_address(section: &mut Section<'_>, prometheus: bool) -> Option<SocketAddr> {
    let text = section.text("prometheus_address")?;
    if !prometheus {
        let wrong = "is of no use while there is no page";
        section.fault("prometheus_address", wrong, "set prometheus = true, or take it away");
    }
    let address = text.parse().ok();
    if address.is_none() {
        let mend = "write an address and a port, such as \"127.0.0.1:9464\" or \"[::]:9464\"";
        section.fault("prometheus_address", format!("\"{text}\" is no address"), mend);
    }
    address
}

fn sentry(section: &mut Section<'_>) -> Option<SecretString> {
    let named = section.names_secret("sentry_dsn");
    let dsn = section.secret("sentry_dsn");
    if named && !cfg!(feature = "sentry") {
        let mend = "build it with `--features sentry`, or take the setting away";
        section.fault("sentry_dsn", "needs error reports, which are not built into this program", mend);
        return None;
    }
    #[cfg(feature = "sentry")]
    if let Some(dsn) = &dsn
        && !crate::telemetry::is_dsn(dsn)
    {
        let mend = "copy it from the project's settings at Sentry, such as https://key@sentry.example/1";
        section.fault("sentry_dsn", "is no DSN", mend);
    }
    dsn
}
