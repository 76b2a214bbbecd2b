//! A body's events, one by one: several entries, changes and lists, and none that spoils another.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tradepost_domain::Arrival;
use tradepost_meta::{
    events::{self, Reading, parsed},
    graph::GraphError,
    lenient::{Id, text_of, words_of},
    mark,
};
use tradepost_ports::Unreadable;

use super::{
    inbound::{Change, Entry, Message, Preference, Status, Value},
    party::Profiles,
    read::{self, Beside, TEST_ACCOUNT},
    status,
};

/// Every event of a body. Whose it is when it names none of our numbers: that account's, or else its entry's.
pub(crate) fn arrivals(body: &str, account: Option<&str>) -> Result<Vec<Arrival>, Unreadable> {
    let entries = events::entries(body, "whatsapp_business_account")?;
    Ok(entries.into_iter().flat_map(|entry| of_entry(entry, account)).collect())
}

fn of_entry(raw: &RawValue, account: Option<&str>) -> Vec<Arrival> {
    let account = account.map(str::to_owned);
    let entry = match parsed::<Entry<'_>>(raw) {
        Ok(entry) => entry,
        Err(reason) => {
            let place = Place { account: account.unwrap_or_default(), at: None };
            return vec![place.note(raw, Reading::spoilt(reason))];
        }
    };
    let account = account.or_else(|| text_of(&entry.id)).unwrap_or_default();
    let place = Place { account, at: entry.time.0 };
    match entry.changes {
        Some(list) => place.each(list, |change| place.change(change)),
        None => vec![place.note(raw, Reading::other("entry"))],
    }
}

/// Where an event stands in the body.
#[derive(Clone)]
struct Place {
    account: String,
    at: Option<Timestamp>,
}

impl Place {
    fn each(&self, list: &RawValue, one: impl Fn(&RawValue) -> Vec<Arrival>) -> Vec<Arrival> {
        match parsed::<Vec<&RawValue>>(list) {
            Ok(items) => items.into_iter().flat_map(one).collect(),
            Err(reason) => vec![self.note(list, Reading::spoilt(reason))],
        }
    }

    /// Only these fields hold what we read; of others it is noted that they came.
    fn change(&self, raw: &RawValue) -> Vec<Arrival> {
        let change = match parsed::<Change<'_>>(raw) {
            Ok(change) => change,
            Err(reason) => return vec![self.note(raw, Reading::spoilt(reason))],
        };
        let field = words_of(&change.field).unwrap_or("messages");
        match (field, change.value.map(parsed::<Value<'_>>)) {
            ("messages" | "smb_message_echoes" | "user_preferences", Some(Ok(value))) => {
                let noted = || vec![self.within(&value).note(raw, Reading::other(field))];
                self.value(&value).unwrap_or_else(noted)
            }
            ("messages" | "smb_message_echoes" | "user_preferences", Some(Err(reason))) => {
                vec![self.note(raw, Reading::spoilt(reason))]
            }
            (_, Some(Ok(value))) => vec![self.within(&value).note(raw, Reading::other(field))],
            (_, _) => vec![self.note(raw, Reading::other(field))],
        }
    }

    /// Each list by itself; `None` if there is none.
    fn value(&self, value: &Value<'_>) -> Option<Vec<Arrival>> {
        let place = self.within(value);
        let number = value.metadata.as_ref().and_then(|ours| words_of(&ours.display_phone_number));
        let number = number.map(|number| number.chars().filter(char::is_ascii_digit).collect());
        let beside =
            Beside { number, profiles: Profiles::new(&value.contacts), test: place.account == TEST_ACCOUNT };
        let lists =
            [value.messages, value.message_echoes, value.statuses, value.errors, value.user_preferences];
        if lists.iter().all(Option::is_none) {
            return None;
        }
        let mut found = Vec::new();
        found.extend(
            place.list(value.messages, |item: &Message| (read::message(&beside, item), item.timestamp.0)),
        );
        found.extend(
            place.list(value.message_echoes, |item: &Message| (read::echo(&beside, item), item.timestamp.0)),
        );
        found.extend(place.list(value.statuses, |item: &Status| (status::status(item), item.timestamp.0)));
        found.extend(place.list(value.errors, |item: &GraphError| (status::error(item), None)));
        found.extend(place.list(value.user_preferences, |item: &Preference| {
            (read::preference(&beside, item), item.timestamp.0)
        }));
        Some(found)
    }

    fn list<T: for<'a> Deserialize<'a>>(
        &self,
        list: Option<&RawValue>,
        read: impl Fn(&T) -> (Reading, Option<Timestamp>),
    ) -> Vec<Arrival> {
        let one = |raw: &RawValue| {
            let (reading, at) = match parsed::<T>(raw) {
                Ok(item) => read(&item),
                Err(reason) => (Reading::spoilt(reason), None),
            };
            vec![Self { at: at.or(self.at), ..self.clone() }.note(raw, reading)]
        };
        list.map(|list| self.each(list, one)).unwrap_or_default()
    }

    /// The place of what stands beside our number: its id is the account.
    fn within(&self, value: &Value<'_>) -> Self {
        let ours = value.metadata.as_ref().and_then(|metadata| Id::of(&metadata.phone_number_id));
        Self { account: ours.unwrap_or(&self.account).to_owned(), at: self.at }
    }

    /// What has no id of its own is known by its bytes and by when it came: the same error may come again.
    fn note(&self, raw: &RawValue, reading: Reading) -> Arrival {
        let at = self.at.map(|at| at.to_string()).unwrap_or_default();
        let mark = reading.mark.or_else(|| Some(mark::of_parts(&[raw.get(), &at])));
        Reading { mark, ..reading }.arrival(self.account.clone(), raw, self.at)
    }
}
