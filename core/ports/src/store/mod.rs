//! The store: units of work over the house's aggregates.
//!
//! A unit is a closure over [`Unit`], run inside one transaction: all of it is kept, or nothing. A store may run several
//! units in one transaction, each a savepoint, so that they share one write to disk; a unit's caller hears only when
//! its rows are durable. A unit must therefore be quick and never wait for anything but the store.
//!
//! Units of several processes may run beside each other, each seeing what others have committed. Therefore **whoever writes
//! what belongs to a conversation has locked it first** ([`Conversations::conversation`]), before an order or an item. What
//! time brings about (rows claimed, overdue or stale, alarms, ended holds, idle conversations) is locked with its
//! conversation as it is handed out, and what another unit has at that moment is left out: it is there at the next look.
//! A unit that loses a race hears [`StoreError::Conflict`] and is taken again.

mod contacts;
mod conversations;
mod events;
mod inbox;
mod journal;
mod ledger;
mod messages;
mod outbox;
mod retention;
mod rules;
mod timers;
mod vault;

use std::{future::Future, pin::Pin};

use async_trait::async_trait;
pub use contacts::{Contacts, Said};
pub use conversations::{ConversationFilter, Conversations};
pub use events::{Events, Fate, StoredEvent};
pub use inbox::{Inbox, InboxBody, InboxRow, StaffWord};
pub use journal::{DeadLetter, DeadLetters, DeadWork, Journal, JournalRow};
pub use ledger::{Ledger, Parked, ParkedNews};
pub use messages::{MediaBlob, Messages, ToldOf, Written};
pub use outbox::{Cause, Class, Outbox, OutboxRow, OutboxState, Work};
pub use retention::{AgedConversation, AgedEvent, Retention};
pub use rules::Rules;
use thiserror::Error;
pub use timers::{Timer, Timers};
pub use vault::{Sealed, Vault};

/// The future that a unit's method or closure returns.
pub type UnitFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A unit of work.
pub type UnitWork =
    Box<dyn for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Result<(), StoreError>> + Send>;

/// A durable store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Runs a unit in a transaction and returns when its rows are durable. An error keeps nothing of it. A caller that
    /// goes away does not cancel its unit.
    async fn write(&self, work: UnitWork) -> Result<(), StoreError>;

    /// Runs a unit that only reads, beside the writers.
    async fn read(&self, work: UnitWork) -> Result<(), StoreError>;

    /// Can it be written to now?
    async fn health(&self) -> Result<(), StoreError>;
}

/// All aggregates, inside one transaction.
pub trait Unit:
    Inbox
    + Events
    + Conversations
    + Messages
    + Outbox
    + Contacts
    + Ledger
    + Rules
    + Journal
    + Timers
    + DeadLetters
    + Vault
    + Retention
    + Send
{
}

impl<T> Unit for T where
    T: Inbox
        + Events
        + Conversations
        + Messages
        + Outbox
        + Contacts
        + Ledger
        + Rules
        + Journal
        + Timers
        + DeadLetters
        + Vault
        + Retention
        + Send
{
}

/// Why a unit was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The store cannot be reached or is full; the same unit may be kept later.
    #[error("failed to reach the store: {0}")]
    Away(String),
    /// Another writer was first; take it again.
    #[error("failed to keep a unit: another writer was first")]
    Conflict,
    /// A row could not be read or written as what it should be.
    #[error("failed to read or write a row: {0}")]
    Broken(String),
    /// The unit itself gave up.
    #[error("{0}")]
    Abandoned(String),
}

/// What a store's method returns.
pub type Kept<T> = Result<T, StoreError>;
