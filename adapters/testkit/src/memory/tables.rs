//! The rows. A copy of all of them costs a few counters: a table is copied when it is first written to, a row when it
//! is first changed.

use std::{collections::BTreeMap, sync::Arc};

use tradepost_domain::{
    AccountKey, Contact, ContactId, Conversation, ConversationId, DeadLetterId, EffectId, EventId, Lane,
    MessageId, OrderId, RuleId, Slot, StorefrontId, Timestamp, WorkerId, consent::ConsentEntry,
    ledger::Order, rule::Rule,
};
use tradepost_ports::store::{
    DeadLetter, InboxRow, JournalRow, Kept, MediaBlob, OutboxRow, Parked, Sealed, StoreError, StoredEvent,
    Timer, Written,
};

use super::snapshot::{OnHand, PaymentHeard};

/// Everything that the store holds.
#[derive(Clone, Default)]
pub struct Tables {
    /// Where the numbers of rows come from.
    places: i64,
    /// Was another commit first, in this unit?
    pub overtaken: bool,
    pub inbox: Table<EventId, InboxRow>,
    pub keys: Table<(String, String), Timestamp>,
    pub events: Table<EventId, StoredEvent>,
    pub conversations: Table<ConversationId, Conversation>,
    pub forgotten: Table<ConversationId, ()>,
    pub messages: Table<MessageId, Placed<Written>>,
    pub media: Table<String, MediaBlob>,
    pub media_of: Table<(MessageId, String), ()>,
    pub outbox: Table<EffectId, OutboxRow>,
    pub lanes: Table<Lane, (WorkerId, Timestamp)>,
    pub contacts: Table<ContactId, Contact>,
    pub consents: Table<i64, ConsentEntry>,
    pub stock: Table<(StorefrontId, String), OnHand>,
    pub orders: Table<OrderId, Placed<Order>>,
    pub checkouts: Table<(AccountKey, String), OrderId>,
    pub payments: Table<(AccountKey, String), PaymentHeard>,
    pub parked: Table<i64, Parked>,
    pub rules: Table<RuleId, Rule>,
    pub revisions: Table<StorefrontId, i64>,
    pub journal: Table<(ConversationId, i64), JournalRow>,
    pub parts: Table<String, String>,
    pub timers: Table<(ConversationId, Slot), Timer>,
    pub letters: Table<DeadLetterId, (DeadLetter, Option<Timestamp>)>,
    pub secrets: Table<String, Sealed>,
}

impl Tables {
    /// The next number. It never comes again.
    pub fn place(&mut self) -> i64 {
        self.places += 1;
        self.places
    }
}

/// A row with its place in the order of writing.
#[derive(Clone)]
pub struct Placed<T> {
    pub place: i64,
    pub row: T,
}

/// Rows by key.
pub struct Table<K, V>(Arc<BTreeMap<K, Arc<V>>>);

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key).map(|row| &**row)
    }

    pub fn rows(&self) -> impl Iterator<Item = &V> {
        self.0.values().map(|row| &**row)
    }

    pub fn entries(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, row)| (key, &**row))
    }

    /// Adds a row, or puts it in the place of the one under that key.
    pub fn put(&mut self, key: K, row: V) {
        Arc::make_mut(&mut self.0).insert(key, Arc::new(row));
    }

    /// Adds a row; one under that key is a conflict.
    pub fn add(&mut self, key: K, row: V) -> Kept<()> {
        if self.0.contains_key(&key) {
            return Err(StoreError::Conflict);
        }
        self.put(key, row);
        Ok(())
    }

    /// The row under that key, to be changed.
    pub fn edit(&mut self, key: &K) -> Option<&mut V> {
        if !self.0.contains_key(key) {
            return None;
        }
        Arc::make_mut(&mut self.0).get_mut(key).map(Arc::make_mut)
    }

    pub fn take(&mut self, key: &K) -> Option<V> {
        if !self.0.contains_key(key) {
            return None;
        }
        Arc::make_mut(&mut self.0).remove(key).map(Arc::unwrap_or_clone)
    }
}

/// The first so many, as values.
pub fn first<'a, T: Clone + 'a>(most: u32, rows: impl IntoIterator<Item = &'a T>) -> Vec<T> {
    rows.into_iter().take(most as usize).cloned().collect()
}

/// Those rows in an order.
pub fn sorted<'a, T, K: Ord>(rows: impl Iterator<Item = &'a T>, key: impl Fn(&T) -> K) -> Vec<&'a T> {
    let mut rows: Vec<&T> = rows.collect();
    rows.sort_by_key(|row| key(row));
    rows
}
