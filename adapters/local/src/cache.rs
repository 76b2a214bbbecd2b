//! Values with a time to live, bounded in number and in bytes.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use bytes::Bytes;
use tradepost_domain::Timestamp;
use tradepost_ports::coordinator::LARGEST;

/// Values that are kept. Room for more is made by those that end first.
const MOST_KEYS: usize = 10_000;
/// Bytes of keys and values that are kept.
const MOST_BYTES: usize = 32 << 20;

#[derive(Default)]
pub struct Cache {
    values: HashMap<String, (Timestamp, Bytes)>,
    by_end: BTreeSet<(Timestamp, String)>,
    bytes: usize,
}

impl Cache {
    pub fn get(&self, key: &str, now: Timestamp) -> Option<Bytes> {
        self.values.get(key).filter(|(until, _)| *until > now).map(|(_, value)| value.clone())
    }

    pub fn put(&mut self, key: &str, value: Bytes, ttl: Duration, now: Timestamp) {
        self.remove(key);
        if value.len() > LARGEST || ttl.is_zero() {
            return;
        }
        self.make_room(key.len() + value.len(), now);
        let until = now.checked_add(ttl).unwrap_or(Timestamp::MAX);
        self.bytes += key.len() + value.len();
        self.by_end.insert((until, key.to_owned()));
        self.values.insert(key.to_owned(), (until, value));
    }

    pub fn remove(&mut self, key: &str) {
        if let Some((key, (until, value))) = self.values.remove_entry(key) {
            self.bytes -= key.len() + value.len();
            self.by_end.remove(&(until, key));
        }
    }

    fn make_room(&mut self, size: usize, now: Timestamp) {
        while let Some((until, key)) = self.by_end.first().cloned() {
            let full = self.values.len() >= MOST_KEYS || self.bytes + size > MOST_BYTES;
            if !full && until > now {
                return;
            }
            self.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn many_values_do_not_fill_the_memory() {
        let mut cache = Cache::default();
        for n in 0..30_000 {
            cache.put(&format!("key-{n}"), Bytes::from_static(b"value"), HOUR, at(n));
            assert!(cache.values.len() <= MOST_KEYS && cache.values.len() == cache.by_end.len());
        }
        assert_eq!(cache.get("key-29999", at(30_000)), Some(Bytes::from_static(b"value")), "the latest stay");
        assert_eq!(cache.get("key-0", at(30_000)), None);
    }

    #[test]
    fn large_values_do_not_fill_the_memory() {
        let mut cache = Cache::default();
        for n in 0..100 {
            cache.put(&format!("key-{n}"), Bytes::from(vec![0; LARGEST]), HOUR, at(n));
            assert!(cache.bytes <= MOST_BYTES);
        }
        assert!(cache.get("key-99", at(100)).is_some(), "the latest stay");
        (0..100).for_each(|n| cache.remove(&format!("key-{n}")));
        assert_eq!((cache.bytes, cache.by_end.len()), (0, 0), "what went was counted");
    }

    #[test]
    fn ended_values_go_first() {
        let mut cache = Cache::default();
        cache.put("short", Bytes::from_static(b"1"), Duration::from_millis(1), at(0));
        cache.put("long", Bytes::from_static(b"2"), HOUR, at(1));
        assert_eq!(cache.values.len(), 1);
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_768_298_400_000 + milliseconds).unwrap_or(Timestamp::MAX)
    }
}
