//! Forgetting: a conversation in which nothing happens any more is kept for as long as its storefront says, and then goes with
//! everything that was said and written down in it. What it was about stays where it is needed: orders and payments, the
//! contact, and what the contact agreed to.
//!
//! The old is walked through in pages, each a unit that reads; what goes does so in small units, so that others get their turn
//! with the store between. Who is to go is decided by a look at the locked conversation, so this is right on any number of
//! processes, and goes on after a crash where it was.

use std::{sync::Arc, time::Duration};

use tradepost_domain::{Conversation, ConversationId, EventId, StorefrontId, Timestamp, ledger::OrderState};
use tradepost_ports::{
    Unit,
    store::{AgedConversation, AgedEvent, Kept, StoreError},
};

use crate::{
    House, StorefrontTuning,
    unit::{read, write},
};

/// Rows looked at in one unit.
const PAGE: u32 = 500;
/// Conversations that go in one unit.
const CONVERSATIONS: usize = 20;
/// Rows of history, or events, that go in one unit.
const ROWS: u32 = 200;

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Conversations.
    pub conversations: u64,
    /// Events, with their payloads.
    pub events: u64,
}

impl House {
    /// Forgets conversations in which nothing has happened for longer than their storefronts keep them
    /// ([`StorefrontTuning::keep`]), with their history; and events that belong to no conversation that is kept.
    pub async fn forget(self: &Arc<Self>) -> Result<Forgotten, StoreError> {
        let conversations = self.forget_conversations().await?;
        self.forget_rest().await?;
        let events = self.forget_events().await?;
        if conversations + events > 0 {
            tracing::info!(conversations, events, "forgot what is older than its storefront keeps it");
        }
        Ok(Forgotten { conversations, events })
    }

    async fn forget_conversations(self: &Arc<Self>) -> Kept<u64> {
        let before = self.kept_since();
        let (mut after, mut forgotten) = (None, 0);
        loop {
            let page = read(&*self.store, move |unit| {
                Box::pin(async move { unit.aged_conversations(before, after, PAGE).await })
            });
            let page = page.await?;
            let Some(last) = page.last() else { return Ok(forgotten) };
            after = Some(last.id);
            let silent: Vec<_> =
                page.iter().filter(|aged| self.is_silent(aged)).map(|aged| aged.id).collect();
            for some in silent.chunks(CONVERSATIONS) {
                forgotten += self.forget_those(some.to_vec()).await?;
            }
        }
    }

    /// Has its customer been silent for long enough? Whether anything else has happened is seen when it is locked.
    fn is_silent(&self, aged: &AgedConversation) -> bool {
        let last = aged.heard_at.unwrap_or(aged.id.made_at());
        last < self.now() - self.keep_of(Some(&aged.storefront))
    }

    /// Locked in the order of their ids, as all units lock several. Where another was first, it is left for the next time.
    async fn forget_those(self: &Arc<Self>, ids: Vec<ConversationId>) -> Kept<u64> {
        let house = Arc::clone(self);
        let forgotten = write(&*self.store, move |unit| {
            Box::pin(async move {
                let mut forgotten = 0;
                for id in ids {
                    if house.is_over(unit, id).await? {
                        unit.forget_conversation(id).await?;
                        forgotten += 1;
                    }
                }
                Ok(forgotten)
            })
        });
        or_none(forgotten.await)
    }

    /// **A conversation is looked at again when it is locked**: its customer may have written meanwhile.
    async fn is_over(&self, unit: &mut dyn Unit, id: ConversationId) -> Kept<bool> {
        let Some(conversation) = unit.conversation(id).await? else { return Ok(false) };
        let since = self.now() - self.keep_of(Some(&conversation.storefront));
        let served = self.served_by(&conversation).is_some();
        Ok(last_happened(unit, &conversation).await? < since && !is_open(unit, &conversation, served).await?)
    }

    async fn forget_rest(self: &Arc<Self>) -> Kept<()> {
        loop {
            let rest = write(&*self.store, |unit| Box::pin(async move { unit.forget_rest(ROWS).await }));
            if or_none(rest.await)? == 0 {
                return Ok(());
            }
        }
    }

    async fn forget_events(self: &Arc<Self>) -> Kept<u64> {
        let before = self.kept_since();
        let (mut after, mut forgotten) = (None, 0);
        loop {
            let page = read(&*self.store, move |unit| {
                Box::pin(async move { unit.aged_events(before, after, PAGE).await })
            });
            let page = page.await?;
            let Some(last) = page.last() else { return Ok(forgotten) };
            after = Some(last.id);
            let gone: Vec<EventId> =
                page.iter().filter(|event| self.is_nobodys(event)).map(|event| event.id).collect();
            for some in gone.chunks(ROWS as usize) {
                let some = some.to_vec();
                let gone =
                    write(&*self.store, move |unit| Box::pin(async move { unit.forget_events(&some).await }));
                forgotten += or_none(gone.await)?;
            }
        }
    }

    /// An event goes with its conversation; one that has none, when its account's storefront has kept it for its time.
    fn is_nobodys(&self, event: &AgedEvent) -> bool {
        let storefront = self.registry.account(&event.account).map(|account| &account.storefront);
        let is_old = || event.id.made_at() < self.now() - self.keep_of(storefront);
        !event.living && (event.conversation.is_some() || is_old())
    }

    /// A storefront that is not served any more keeps what it has for the usual time.
    fn keep_of(&self, storefront: Option<&StorefrontId>) -> Duration {
        let entry = storefront.and_then(|id| self.registry.storefront(id));
        entry.map_or_else(|| StorefrontTuning::default().keep, |entry| entry.tuning.keep)
    }

    /// Nobody forgets anything that happened since then.
    pub(crate) fn kept_since(&self) -> Timestamp {
        let keeps = self.registry.storefronts().map(|entry| entry.tuning.keep);
        self.now() - keeps.fold(StorefrontTuning::default().keep, Ord::min)
    }
}

/// When something happened in it last: a word of the customer's or ours, or a step of its flow.
async fn last_happened(unit: &mut dyn Unit, conversation: &Conversation) -> Kept<Timestamp> {
    let (id, last) = (conversation.id, conversation.inner.hops - 1);
    let line = unit.thread(id, 1).await?.pop().map(|line| line.at);
    let step = unit.journal(id, last, 1).await?.pop().map(|hop| hop.event.at);
    let all = [conversation.heard_at, line, step].into_iter().flatten();
    Ok(all.fold(conversation.created_at, Ord::max))
}

/// Does it wait for anything, or anybody for it? What is parked for it is kept for a shorter time than any conversation.
/// In one that is served no more, nothing that waits for a turn will ever have one.
async fn is_open(unit: &mut dyn Unit, conversation: &Conversation, served: bool) -> Kept<bool> {
    let id = conversation.id;
    let waits_for_a_turn = conversation.mode.is_person()
        || conversation.idle_at.is_some()
        || !unit.waiting(id).await?.is_empty();
    Ok((served && waits_for_a_turn)
        || !unit.rows_of(id).await?.is_empty()
        || !unit.timers_of(id).await?.is_empty()
        || unit.orders_of(id, u32::MAX).await?.iter().any(|order| order.state == OrderState::Held))
}

/// A unit that another was before is left for the next time.
fn or_none(forgotten: Kept<u64>) -> Kept<u64> {
    match forgotten {
        Err(StoreError::Conflict) => Ok(0),
        forgotten => forgotten,
    }
}
