//! The house's figures: what is counted and measured as it happens. Their labels are few and known beforehand.

use std::time::Duration;

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter},
};
use tradepost_ports::Happening;

/// From a millisecond to the longest request, in seconds.
const SHORT: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];
/// What a customer waits, in seconds.
const PATIENCE: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0];

/// Everything that is counted.
pub(super) struct Meters {
    requests: Histogram<f64>,
    refused: Counter<u64>,
    events: Counter<u64>,
    turns: Histogram<f64>,
    failed_turns: Counter<u64>,
    calls: Histogram<f64>,
    buried: Counter<u64>,
    units: Histogram<f64>,
    begun: Counter<u64>,
    answered: Histogram<f64>,
    handed_over: Counter<u64>,
    reserved: Counter<u64>,
    paid: Counter<u64>,
}

impl Meters {
    pub(super) fn new(meter: &Meter) -> Self {
        let count = |name, told| meter.u64_counter(name).with_description(told).build();
        let measure = |name, told, bounds: &[f64]| {
            let histogram = meter.f64_histogram(name).with_description(told).with_unit("s");
            histogram.with_boundaries(bounds.to_vec()).build()
        };
        Self {
            requests: measure("http.server.request.duration", "Requests to the door.", &SHORT),
            refused: count(
                "tradepost.limits.refused",
                "Requests that were refused since a limit was reached.",
            ),
            events: count("tradepost.events", "Events that came in, by what became of them."),
            turns: measure("tradepost.turn.duration", "Turns, without their commits.", &SHORT),
            failed_turns: count("tradepost.turn.failures", "Turns that failed and were rolled back."),
            calls: measure("tradepost.port.call.duration", "Calls to providers.", &SHORT),
            buried: count("tradepost.dead_letters", "Work that failed for good and waits for a person."),
            units: measure("tradepost.store.unit.duration", "Units of work, their commits included.", &SHORT),
            begun: count("tradepost.conversations.begun", "Conversations that began."),
            answered: measure(
                "tradepost.response.duration",
                "From a customer's words until our first line after them left.",
                &PATIENCE,
            ),
            handed_over: count("tradepost.conversations.handed_over", "Times that a person was asked for."),
            reserved: count("tradepost.orders.reserved", "Orders that stock was held for."),
            paid: count("tradepost.orders.paid", "Orders that were paid and are kept."),
        }
    }

    /// A request was answered.
    pub(super) fn request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = [
            KeyValue::new("http.request.method", method),
            KeyValue::new("http.route", route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ];
        self.requests.record(took.as_secs_f64(), &labels);
        if status == 429 {
            self.refused.add(1, &[KeyValue::new("http.route", route.to_owned())]);
        }
    }

    /// A unit has ended.
    pub(super) fn unit(&self, access: &'static str, outcome: &'static str, took: Duration) {
        let labels = [KeyValue::new("access", access), KeyValue::new("outcome", outcome)];
        self.units.record(took.as_secs_f64(), &labels);
    }

    /// Counts what has happened.
    pub(super) fn count(&self, happening: Happening) {
        let at = |storefront: String| [KeyValue::new("storefront", storefront)];
        match happening {
            Happening::Filed { channel, fate } => {
                self.events.add(1, &[KeyValue::new("channel", channel), KeyValue::new("fate", fate)]);
            }
            Happening::Began { storefront } => self.begun.add(1, &at(storefront)),
            Happening::Turned { storefront, took } => {
                self.turns.record(took.as_secs_f64(), &at(storefront));
            }
            Happening::TurnFailed => self.failed_turns.add(1, &[]),
            Happening::Called { provider, class, outcome, took } => {
                let labels = [
                    KeyValue::new("provider", provider),
                    KeyValue::new("class", class),
                    KeyValue::new("outcome", outcome),
                ];
                self.calls.record(took.as_secs_f64(), &labels);
            }
            Happening::Answered { channel, after } => {
                self.answered.record(after.as_secs_f64(), &[KeyValue::new("channel", channel)]);
            }
            Happening::HandedOver { storefront } => self.handed_over.add(1, &at(storefront)),
            Happening::Reserved { storefront } => self.reserved.add(1, &at(storefront)),
            Happening::Paid { storefront } => self.paid.add(1, &at(storefront)),
            Happening::Buried { work } => self.buried.add(1, &[KeyValue::new("work", work)]),
        }
    }
}
