//! The cases, one module per aggregate. They are run by [`store_suite!`](crate::store_suite).
#![expect(missing_docs, reason = "a case's name says what it tries")]

pub mod contacts;
pub mod conversations;
pub mod events;
pub mod inbox;
pub mod journal;
pub mod ledger;
pub mod messages;
pub mod outbox;
pub mod retention;
pub mod rules;
pub mod timers;
pub mod transactions;
pub mod vault;

use tradepost_domain::ConversationId;
use tradepost_ports::{Store, Unit, store::Kept};

use crate::make;

/// Begins that many conversations, each with its contact, and returns their ids.
async fn conversations<const N: usize>(store: &dyn Store) -> [ConversationId; N] {
    within!(store, |unit| {
        for n in 1..=N as u64 {
            meet(unit, n).await?;
        }
        Ok(())
    });
    std::array::from_fn(|n| make::conversation_id(n as u64 + 1))
}

/// Begins conversation `n` with its contact.
async fn meet(unit: &mut dyn Unit, n: u64) -> Kept<()> {
    unit.meet(&make::contact(n)).await?;
    unit.begin(&make::conversation(n)).await
}
