//! Events, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use tradepost_domain::{AccountKey, EventId, Timestamp};
use tradepost_ports::store::{Events, Fate, Kept, StoredEvent};

use super::tables::{Tables, first, sorted};

#[async_trait]
impl Events for Tables {
    async fn remember(&mut self, account_kind: &str, keys: &[String], now: Timestamp) -> Kept<Vec<bool>> {
        let mut new = Vec::with_capacity(keys.len());
        for key in keys {
            new.push(self.keys.add((account_kind.to_owned(), key.clone()), now).is_ok());
        }
        Ok(new)
    }

    async fn forget_keys(&mut self, before: Timestamp, most: u32) -> Kept<u64> {
        let old = self.keys.entries().filter(|(_, heard)| **heard < before);
        let old: Vec<_> = old.map(|(key, _)| key.clone()).take(most as usize).collect();
        for key in &old {
            self.keys.take(key);
        }
        Ok(old.len() as u64)
    }

    async fn record(&mut self, event: &StoredEvent) -> Kept<()> {
        self.events.add(event.id, event.clone())
    }

    async fn event(&mut self, id: EventId) -> Kept<Option<StoredEvent>> {
        Ok(self.events.get(&id).cloned())
    }

    async fn blank(&mut self, account: &AccountKey, reference: &str, note: &str) -> Kept<u64> {
        let of =
            |event: &&StoredEvent| event.account == *account && event.reference.as_deref() == Some(reference);
        let ids: Vec<_> = self.events.rows().filter(of).map(|event| event.id).collect();
        for id in &ids {
            if let Some(event) = self.events.edit(id) {
                (event.raw, event.arrival, event.note) = (String::new(), None, Some(note.to_owned()));
            }
        }
        Ok(ids.len() as u64)
    }

    async fn events(&mut self, fate: Fate, most: u32) -> Kept<Vec<StoredEvent>> {
        let events = self.events.rows().filter(|event| event.fate == fate);
        Ok(first(most, sorted(events, |event| Reverse((event.at, event.id)))))
    }
}
