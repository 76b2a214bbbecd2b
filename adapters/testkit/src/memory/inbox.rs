//! The inbox, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tradepost_domain::{ConversationId, EventId, Timestamp, WorkerId};
use tradepost_ports::store::{Inbox, InboxBody, InboxRow, Kept};

use super::tables::{Tables, sorted};

#[async_trait]
impl Inbox for Tables {
    async fn file(&mut self, row: &InboxRow) -> Kept<()> {
        let seq = self.place();
        self.inbox.add(row.event, InboxRow { seq, ..row.clone() })
    }

    async fn waiting(&mut self, conversation: ConversationId) -> Kept<Vec<InboxRow>> {
        let rows = self.inbox.rows().filter(|row| row.conversation == conversation);
        Ok(sorted(rows, |row| row.seq).into_iter().cloned().collect())
    }

    async fn words_wait(&mut self, conversation: ConversationId) -> Kept<bool> {
        let said = |row: &InboxRow| matches!(row.body, InboxBody::Said(_));
        Ok(self.inbox.rows().any(|row| row.conversation == conversation && said(row)))
    }

    async fn reword(&mut self, event: EventId, body: &InboxBody) -> Kept<()> {
        if let Some(row) = self.inbox.edit(&event) {
            row.body = body.clone();
        }
        Ok(())
    }

    async fn take(&mut self, events: &[EventId]) -> Kept<()> {
        for event in events {
            self.inbox.take(event);
        }
        Ok(())
    }

    async fn ripen(&mut self, events: &[EventId], ripe_at: Timestamp) -> Kept<()> {
        for event in events {
            if let Some(row) = self.inbox.edit(event) {
                row.ripe_at = ripe_at;
            }
        }
        Ok(())
    }

    async fn failed(&mut self, events: &[EventId], ripe_at: Timestamp) -> Kept<()> {
        for event in events {
            if let Some(row) = self.inbox.edit(event) {
                row.tries += 1;
                row.ripe_at = ripe_at;
            }
        }
        Ok(())
    }

    async fn ripe(&mut self, worker: &WorkerId, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>> {
        let mut since = BTreeMap::new();
        for row in self.inbox.rows().filter(|row| row.ripe_at <= now) {
            let place = (row.ripe_at, row.seq);
            since
                .entry(row.conversation)
                .and_modify(|first| place.min(*first).clone_into(first))
                .or_insert(place);
        }
        let free = |id: &ConversationId| {
            self.conversations.get(id).is_some_and(|conversation| conversation.free_for(worker, now))
        };
        let mut ripe: Vec<_> = since.into_iter().filter(|(id, _)| free(id)).collect();
        ripe.sort_by_key(|(_, place)| *place);
        Ok(ripe.into_iter().take(most as usize).map(|(id, _)| id).collect())
    }

    async fn depth(&mut self) -> Kept<(u64, Option<Timestamp>)> {
        Ok((self.inbox.rows().count() as u64, self.inbox.rows().map(|row| row.at).min()))
    }
}
