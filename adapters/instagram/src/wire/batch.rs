//! A body's events, one by one: several entries, several lists in each, and none that spoils another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tradepost_domain::{Arrival, What};
use tradepost_meta::{
    events::{self, Reading, parsed},
    lenient::{Id, short},
};
use tradepost_ports::Unreadable;

use super::{
    inbound::{Change, Entry, Item},
    read::read,
};

/// Every event of a body.
pub(crate) fn arrivals(body: &[u8]) -> Result<Vec<Arrival>, Unreadable> {
    let text = String::from_utf8_lossy(body);
    let entries = events::entries(&text, "instagram")?;
    Ok(entries.into_iter().flat_map(of_entry).collect())
}

fn of_entry(raw: &RawValue) -> Vec<Arrival> {
    let entry = match parsed::<Entry<'_>>(raw) {
        Ok(entry) => entry,
        Err(reason) => return vec![Place::default().spoilt(raw, reason)],
    };
    let place = Place { account: Id::of(&entry.id).map(str::to_owned), at: entry.time.0 };
    let mut found = Vec::new();
    if let Some(list) = entry.messaging {
        found.extend(place.each(list, |item| place.item(item)));
    }
    if let Some(list) = entry.standby {
        found.extend(place.each(list, |item| place.overheard(item)));
    }
    if let Some(list) = entry.changes {
        found.extend(place.each(list, |change| place.change(change)));
    }
    match entry.field {
        Some(field) => found.push(place.changed(raw, &field.0, entry.value)),
        None if found.is_empty() && !entry.is_empty_list() => found.push(place.other(raw, "entry")),
        None => {}
    }
    found
}

impl Entry<'_> {
    /// Has it a list at all, though nothing is in it?
    fn is_empty_list(&self) -> bool {
        self.messaging.is_some() || self.standby.is_some() || self.changes.is_some()
    }
}

/// Where an event stands in the body.
#[derive(Default)]
struct Place {
    account: Option<String>,
    at: Option<Timestamp>,
}

impl Place {
    fn each(&self, list: &RawValue, one: impl Fn(&RawValue) -> Arrival) -> Vec<Arrival> {
        match parsed::<Vec<&RawValue>>(list) {
            Ok(items) => items.into_iter().map(one).collect(),
            Err(reason) => vec![self.spoilt(list, reason)],
        }
    }

    fn item(&self, raw: &RawValue) -> Arrival {
        self.item_as(raw, |what| what)
    }

    fn overheard(&self, raw: &RawValue) -> Arrival {
        self.item_as(raw, overheard)
    }

    fn item_as(&self, raw: &RawValue, taken: fn(What) -> What) -> Arrival {
        let item = match parsed::<Item>(raw) {
            Ok(item) => item,
            Err(reason) => return self.spoilt(raw, reason),
        };
        let account = self.account.clone().or_else(|| item.own_side()).unwrap_or_default();
        let Reading { what, mark } = read(&item, &account, || kind_of(raw));
        Reading { what: taken(what), mark }.arrival(account, raw, item.timestamp.0.or(self.at))
    }

    fn change(&self, raw: &RawValue) -> Arrival {
        match parsed::<Change<'_>>(raw) {
            Ok(change) => {
                let field = change.field.map(|field| field.0).unwrap_or_default();
                self.changed(raw, &field, change.value)
            }
            Err(reason) => self.spoilt(raw, reason),
        }
    }

    /// The dashboard's test of `messages` comes as a change whose value is an event of the inbox.
    fn changed(&self, raw: &RawValue, field: &str, value: Option<&RawValue>) -> Arrival {
        match value {
            Some(value) if field == "standby" => self.overheard(value),
            Some(value) if field.starts_with("messag") => self.item(value),
            _ if self.account.as_deref() == Some("0") => self.seen(raw, What::Test),
            _ => self.other(raw, field),
        }
    }

    fn other(&self, raw: &RawValue, kind: &str) -> Arrival {
        self.seen(raw, What::Other { kind: short(kind), reference: None })
    }

    fn spoilt(&self, raw: &RawValue, reason: String) -> Arrival {
        self.seen(raw, What::Unreadable { reason })
    }

    fn seen(&self, raw: &RawValue, what: What) -> Arrival {
        Reading::unmarked(what).arrival(self.account.clone().unwrap_or_default(), raw, self.at)
    }
}

/// While another app has the thread, what the customer writes is for that one: noted, so that nobody here answers beside
/// it. What happens to lines that we know is heard as ever: receipts, echoes, edits, what is taken back.
fn overheard(what: What) -> What {
    match what {
        What::Message { reference, .. } => What::Other { kind: "standby".into(), reference },
        What::Referred { .. } => What::Other { kind: "standby".into(), reference: None },
        other => other,
    }
}

/// The name of an event that we do not know: its first field that is not of every event.
fn kind_of(raw: &RawValue) -> String {
    let fields: BTreeMap<String, IgnoredAny> = serde_json::from_str(raw.get()).unwrap_or_default();
    let common = ["sender", "recipient", "timestamp", "hop_context"];
    short(fields.into_keys().find(|field| !common.contains(&field.as_str())).unwrap_or_default().as_str())
}
