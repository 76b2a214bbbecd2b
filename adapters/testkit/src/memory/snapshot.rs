//! What the store holds, for a test to look at after a run.

use std::collections::BTreeMap;

use tradepost_domain::{
    AccountKey, Contact, Conversation, EventId, Lane, OrderId, Rule, StorefrontId, Timestamp, WorkerId,
    consent::ConsentEntry,
    ledger::{Item, Order, Payment},
};
use tradepost_ports::store::{
    DeadLetter, InboxRow, JournalRow, MediaBlob, OutboxRow, Parked, Sealed, StoredEvent, Timer, Written,
};

use super::tables::{Tables, sorted};

/// The store's rows at one moment.
#[derive(Clone)]
pub struct Snapshot(pub(super) Tables);

/// An item as stocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnHand {
    /// Whose.
    pub storefront: StorefrontId,
    /// The item as it was stocked; its `free` has no meaning here.
    pub item: Item,
    /// How many are on hand, held ones included.
    pub on_hand: u32,
}

/// A payment as written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentHeard {
    /// Where it came in.
    pub account: AccountKey,
    /// The payment.
    pub payment: Payment,
    /// For which order.
    pub order: OrderId,
    /// When it was heard.
    pub at: Timestamp,
}

impl Snapshot {
    /// What waits to be stepped, by `seq`.
    pub fn inbox(&self) -> Vec<InboxRow> {
        values(sorted(self.0.inbox.rows(), |row| row.seq))
    }

    /// What is to leave, by `seq`.
    pub fn outbox(&self) -> Vec<OutboxRow> {
        values(sorted(self.0.outbox.rows(), |row| row.seq))
    }

    /// Who holds which lane until when.
    pub fn lanes(&self) -> BTreeMap<Lane, (WorkerId, Timestamp)> {
        self.0.lanes.entries().map(|(lane, held)| (lane.clone(), held.clone())).collect()
    }

    /// All transcripts' lines, in the order of writing.
    pub fn messages(&self) -> Vec<Written> {
        sorted(self.0.messages.rows(), |line| line.place).into_iter().map(|line| line.row.clone()).collect()
    }

    /// All orders, in the order of making.
    pub fn orders(&self) -> Vec<Order> {
        sorted(self.0.orders.rows(), |order| order.place).into_iter().map(|order| order.row.clone()).collect()
    }

    /// All stock.
    pub fn stock(&self) -> Vec<OnHand> {
        values(self.0.stock.rows())
    }

    /// How many of an item are on hand, held ones included; 0 for an unknown one.
    pub fn on_hand(&self, storefront: &StorefrontId, sku: &str) -> u32 {
        self.0.stock.get(&(storefront.clone(), sku.to_owned())).map_or(0, |stocked| stocked.on_hand)
    }

    /// All payments heard.
    pub fn payments(&self) -> Vec<PaymentHeard> {
        values(self.0.payments.rows())
    }

    /// All events, by id.
    pub fn events(&self) -> Vec<StoredEvent> {
        values(self.0.events.rows())
    }

    /// An event, by id.
    pub fn event(&self, id: EventId) -> Option<StoredEvent> {
        self.0.events.get(&id).cloned()
    }

    /// All hops, by conversation and number.
    pub fn journal(&self) -> Vec<JournalRow> {
        values(self.0.journal.rows())
    }

    /// The kept parts of contexts, by hash.
    pub fn parts(&self) -> BTreeMap<String, String> {
        self.0.parts.entries().map(|(hash, part)| (hash.clone(), part.clone())).collect()
    }

    /// All dead letters, with when they were retried.
    pub fn dead_letters(&self) -> Vec<(DeadLetter, Option<Timestamp>)> {
        values(self.0.letters.rows())
    }

    /// All alarms.
    pub fn timers(&self) -> Vec<Timer> {
        values(self.0.timers.rows())
    }

    /// All parked news, oldest first.
    pub fn parked(&self) -> Vec<Parked> {
        values(self.0.parked.rows())
    }

    /// All conversations.
    pub fn conversations(&self) -> Vec<Conversation> {
        values(self.0.conversations.rows())
    }

    /// All contacts.
    pub fn contacts(&self) -> Vec<Contact> {
        values(self.0.contacts.rows())
    }

    /// The consent ledger, in the order of writing.
    pub fn consents(&self) -> Vec<ConsentEntry> {
        values(self.0.consents.rows())
    }

    /// All rules.
    pub fn rules(&self) -> Vec<Rule> {
        values(self.0.rules.rows())
    }

    /// All sealed secrets, by name.
    pub fn secrets(&self) -> Vec<Sealed> {
        values(self.0.secrets.rows())
    }

    /// All media.
    pub fn media(&self) -> Vec<MediaBlob> {
        values(self.0.media.rows())
    }

    /// The keys of events that are remembered, as account kind and key.
    pub fn keys(&self) -> Vec<(String, String)> {
        self.0.keys.entries().map(|(key, _)| key.clone()).collect()
    }
}

fn values<'a, T: Clone + 'a>(rows: impl IntoIterator<Item = &'a T>) -> Vec<T> {
    rows.into_iter().cloned().collect()
}
