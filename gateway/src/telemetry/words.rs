//! How spans are told outside: in the words of OpenTelemetry's conventions (opentelemetry.io/docs/specs/semconv), and only
//! what stands on this list. A field that somebody adds to a span for our logs does not leave by itself.

use std::{borrow::Cow, time::Duration};

use opentelemetry::{
    KeyValue, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

use super::{routes::OTHER, visits::word};

/// Our spans, and what they are to others: their kind, and the operation on messages.
const SPANS: &[(&str, SpanKind, Option<&str>)] = &[
    ("request", SpanKind::Server, None),
    ("accept", SpanKind::Producer, Some("create")),
    ("turn", SpanKind::Consumer, Some("process")),
    ("call", SpanKind::Internal, None),
    ("port", SpanKind::Client, Some("send")),
];

/// Our fields, and how they are called outside.
const FIELDS: &[(&str, &str)] = &[
    ("account", "tradepost.account"),
    ("channel", "messaging.system"),
    ("class", "tradepost.class"),
    ("conversation.id", "messaging.message.conversation_id"),
    ("effect", "messaging.message.id"),
    ("events", "messaging.batch.message_count"),
    ("method", "http.request.method"),
    ("outcome", "tradepost.outcome"),
    ("path", "url.path"),
    ("provider", "messaging.system"),
    ("request.id", "tradepost.request.id"),
    ("route", "http.route"),
    ("status", "http.response.status_code"),
];

/// Words of outcomes that are no errors.
const WELL: [&str; 3] = ["done", "shown", "too late"];

/// Tells spans on in other words.
#[derive(Debug)]
pub(super) struct Worded<E>(pub(super) E);

impl<E: SpanExporter> SpanExporter for Worded<E> {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        self.0.export(batch.into_iter().map(worded).collect())
    }
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }
    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }
    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn worded(mut span: SpanData) -> SpanData {
    if let Some((_, kind, operation)) = SPANS.iter().find(|(name, ..)| span.name == *name) {
        span.span_kind = kind.clone();
        span.attributes.extend(operation.map(|word| KeyValue::new("messaging.operation.type", word)));
    }
    if let Some(wrong) = wrong(&span) {
        span.attributes.push(KeyValue::new("error.type", wrong));
        span.status = Status::error("");
    }
    span.name = name(&span);
    let unknown = text(&span, "route").is_some_and(|route| route == OTHER);
    // What somebody guesses is no address of ours, and may be anything.
    span.attributes.retain(|field| !(unknown && matches!(field.key.as_str(), "path" | "route")));
    span.attributes = span.attributes.into_iter().filter_map(outside).collect();
    span
}

fn outside(field: KeyValue) -> Option<KeyValue> {
    let key = field.key.as_str();
    if key.starts_with("messaging.operation.") || key == "error.type" {
        return Some(field);
    }
    let (_, name) = FIELDS.iter().find(|(ours, _)| *ours == key)?;
    let value = if key == "method" { word(&field.value.as_str()).into() } else { field.value };
    Some(KeyValue::new(*name, value))
}

/// What a span is called: few names, however much happens.
fn name(span: &SpanData) -> Cow<'static, str> {
    let told = |field| text(span, field).unwrap_or_default();
    match span.name.as_ref() {
        "request" => format!("{} {}", word(&told("method")), told("route")).trim_end().to_owned().into(),
        "port" => format!("{} {}", told("class"), told("provider")).into(),
        "call" => "dispatch".into(),
        _ => span.name.clone(),
    }
}

/// The kind of a failure, if the span is one.
fn wrong(span: &SpanData) -> Option<String> {
    let outcome = text(span, "outcome").filter(|outcome| !WELL.contains(&outcome.as_ref()));
    let status = text(span, "status").filter(|status| status.starts_with('5'));
    outcome.or(status).map(Cow::into_owned)
}

fn text<'s>(span: &'s SpanData, field: &str) -> Option<Cow<'s, str>> {
    let value = span.attributes.iter().find(|known| known.key.as_str() == field).map(|known| &known.value)?;
    Some(match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use opentelemetry::{
        InstrumentationScope,
        trace::{SpanContext, SpanId},
    };

    use super::*;

    fn span(name: &'static str, fields: &[(&'static str, &'static str)]) -> SpanData {
        SpanData {
            span_context: SpanContext::empty_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: SystemTime::UNIX_EPOCH,
            end_time: SystemTime::UNIX_EPOCH,
            attributes: fields.iter().map(|(key, value)| KeyValue::new(*key, *value)).collect(),
            dropped_attributes_count: 0,
            events: Default::default(),
            links: Default::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    fn told(span: &SpanData) -> Vec<String> {
        span.attributes.iter().map(|field| format!("{}={}", field.key, field.value)).collect()
    }

    /// proves: PL-08
    #[test]
    fn a_request_is_told_in_the_words_of_the_conventions() {
        let ours =
            [("method", "POST"), ("path", "/hook"), ("route", "/hook"), ("status", "200"), ("peer", "ann")];
        let told_of = worded(span("request", &ours));
        assert_eq!((told_of.name.as_ref(), told_of.span_kind.clone()), ("POST /hook", SpanKind::Server));
        let expected = [
            "http.request.method=POST",
            "url.path=/hook",
            "http.route=/hook",
            "http.response.status_code=200",
        ];
        assert_eq!(told(&told_of), expected, "and the peer is not told");
    }

    #[test]
    fn the_path_of_a_stranger_is_not_told() {
        let ours = [("method", "SOME-SECRET"), ("path", "/some-secret"), ("route", OTHER), ("status", "404")];
        let told_of = worded(span("request", &ours));
        assert!(!format!("{told_of:?}").to_lowercase().contains("some-secret"), "{told_of:?}");
        assert_eq!(told_of.name, "_OTHER other");
    }

    #[test]
    fn a_failure_is_an_error_and_its_kind_is_told() {
        let told_of =
            worded(span("port", &[("provider", "post"), ("class", "say"), ("outcome", "unavailable")]));
        assert_eq!((told_of.name.as_ref(), told_of.status.clone()), ("say post", Status::error("")));
        assert!(told(&told_of).contains(&"error.type=unavailable".to_owned()), "{told_of:?}");
        assert_eq!(worded(span("port", &[("outcome", "done")])).status, Status::Unset);
    }
}
