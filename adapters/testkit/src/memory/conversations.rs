//! Conversations, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use tradepost_domain::{
    AccountKey, Conversation, ConversationId, Mode, Timestamp, WorkerId, conversation::Lease,
};
use tradepost_ports::store::{ConversationFilter, Conversations, InboxBody, Kept, StoreError};

use super::tables::{Tables, first, sorted};

#[async_trait]
impl Conversations for Tables {
    async fn conversation_with(&mut self, account: &AccountKey, peer: &str) -> Kept<Option<Conversation>> {
        Ok(self.conversations.rows().find(|known| known.account == *account && known.peer == peer).cloned())
    }

    async fn met(&mut self, customers: &[(AccountKey, String)]) -> Kept<Vec<Option<ConversationId>>> {
        let mut met = Vec::with_capacity(customers.len());
        for (account, peer) in customers {
            met.push(self.conversation_with(account, peer).await?.map(|known| known.id));
        }
        Ok(met)
    }

    async fn begin(&mut self, conversation: &Conversation) -> Kept<()> {
        if self.conversation_with(&conversation.account, &conversation.peer).await?.is_some() {
            return Err(StoreError::Conflict);
        }
        self.conversations.add(conversation.id, conversation.clone())
    }

    async fn readdress(&mut self, id: ConversationId, peer: &str) -> Kept<()> {
        let account = self.conversations.get(&id).map(|known| known.account.clone());
        let Some(account) = account else { return Ok(()) };
        if self.conversation_with(&account, peer).await?.is_some_and(|other| other.id != id) {
            return Err(StoreError::Conflict);
        }
        self.conversations.edit(&id).into_iter().for_each(|known| known.peer = peer.to_owned());
        Ok(())
    }

    async fn conversation(&mut self, id: ConversationId) -> Kept<Option<Conversation>> {
        Ok(self.conversations.get(&id).cloned())
    }

    async fn keep(&mut self, conversation: &Conversation) -> Kept<bool> {
        if self.overtaken {
            return Ok(false);
        }
        match self.conversations.edit(&conversation.id) {
            Some(stored) if stored.version == conversation.version => {
                *stored = Conversation { version: stored.version + 1, ..conversation.clone() };
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn heard(&mut self, id: ConversationId, heard_at: Timestamp, idle_at: Timestamp) -> Kept<()> {
        if let Some(stored) = self.conversations.edit(&id) {
            stored.heard_at = stored.heard_at.max(Some(heard_at));
            stored.idle_at = stored.idle_at.max(Some(idle_at));
        }
        Ok(())
    }

    async fn lease(
        &mut self,
        ids: &[ConversationId],
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
    ) -> Kept<Vec<ConversationId>> {
        let mut leased = Vec::new();
        for id in ids {
            if let Some(stored) = self.conversations.edit(id).filter(|stored| stored.free_for(worker, now)) {
                stored.lease = Some(Lease { holder: worker.clone(), until });
                leased.push(*id);
            }
        }
        Ok(leased)
    }

    async fn idle(&mut self, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>> {
        let idle = |stored: &&Conversation| {
            stored.idle_at.is_some_and(|at| at <= now) && !self.is_filed(stored.id, &InboxBody::Idle)
        };
        let idle = self.conversations.rows().filter(idle);
        let idle = sorted(idle, |stored| (stored.idle_at, stored.id));
        Ok(idle.into_iter().take(most as usize).map(|stored| stored.id).collect())
    }

    async fn taken_over_until(&mut self, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>> {
        let ended = |stored: &&Conversation| {
            stored.mode.person_until().is_some_and(|until| until <= now)
                && !self.is_filed(stored.id, &InboxBody::TakeOverEnded)
        };
        let ended = self.conversations.rows().filter(ended);
        let ended = sorted(ended, |stored| (stored.mode.person_until(), stored.id));
        Ok(ended.into_iter().take(most as usize).map(|stored| stored.id).collect())
    }

    async fn conversations(&mut self, filter: &ConversationFilter, most: u32) -> Kept<Vec<Conversation>> {
        let fits = |stored: &&Conversation| {
            filter.storefront.as_ref().is_none_or(|storefront| *storefront == stored.storefront)
                && !(filter.with_person && stored.mode == Mode::Bot)
        };
        let found = self.conversations.rows().filter(fits);
        Ok(first(most, sorted(found, |stored| Reverse((stored.heard_at, stored.id)))))
    }
}

impl Tables {
    /// Does the same wait in the conversation already?
    fn is_filed(&self, conversation: ConversationId, body: &InboxBody) -> bool {
        self.inbox.rows().any(|row| row.conversation == conversation && row.body == *body)
    }
}
