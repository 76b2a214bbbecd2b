//! What is kept for a time, in memory.

use async_trait::async_trait;
use tradepost_domain::{ConversationId, EventId, MessageId, Timestamp};
use tradepost_ports::store::{AgedConversation, AgedEvent, Kept, Retention};

use super::tables::{Table, Tables};

#[async_trait]
impl Retention for Tables {
    async fn aged_conversations(
        &mut self,
        before: Timestamp,
        after: Option<ConversationId>,
        most: u32,
    ) -> Kept<Vec<AgedConversation>> {
        let end = ConversationId::new(before, 0);
        let aged = self.conversations.rows().filter(|known| Some(known.id) > after && known.id < end);
        let aged = aged.map(|known| AgedConversation {
            id: known.id,
            storefront: known.storefront.clone(),
            heard_at: known.heard_at,
        });
        Ok(aged.take(most as usize).collect())
    }

    async fn forget_conversation(&mut self, id: ConversationId) -> Kept<()> {
        drain(&mut self.timers, u32::MAX, |_, timer| timer.conversation == id);
        drain(&mut self.inbox, u32::MAX, |_, row| row.conversation == id);
        if self.conversations.take(&id).is_some() {
            self.forgotten.put(id, ());
        }
        Ok(())
    }

    async fn forget_rest(&mut self, most: u32) -> Kept<u64> {
        let mut left = most;
        while left > 0 {
            let Some(id) = self.forgotten.entries().next().map(|(id, ())| *id) else { break };
            let lines = drain(&mut self.messages, left, |_, line| line.row.conversation == id);
            lines.iter().for_each(|line| self.forget_media(*line));
            left -= rows(&lines);
            left -= rows(&drain(&mut self.journal, left, |(of, _), _| *of == id));
            left -= rows(&drain(&mut self.letters, left, |_, (letter, _)| letter.conversation == id));
            if left > 0 {
                self.forgotten.take(&id);
                left -= 1;
            }
        }
        Ok(u64::from(most - left))
    }

    async fn aged_events(
        &mut self,
        before: Timestamp,
        after: Option<EventId>,
        most: u32,
    ) -> Kept<Vec<AgedEvent>> {
        let end = EventId::new(before, 0);
        let aged = self.events.rows().filter(|event| Some(event.id) > after && event.id < end);
        let aged = aged.map(|event| AgedEvent {
            id: event.id,
            account: event.account.clone(),
            conversation: event.conversation,
            living: event.conversation.is_some_and(|id| self.conversations.get(&id).is_some()),
        });
        Ok(aged.take(most as usize).collect())
    }

    async fn forget_events(&mut self, events: &[EventId]) -> Kept<u64> {
        Ok(events.iter().filter_map(|event| self.events.take(event)).count() as u64)
    }
}

impl Tables {
    /// A line's media go if no other line has them.
    fn forget_media(&mut self, line: MessageId) {
        for (_, hash) in drain(&mut self.media_of, u32::MAX, |(of, _), ()| *of == line) {
            if !self.media_of.entries().any(|((_, other), ())| *other == hash) {
                self.media.take(&hash);
            }
        }
    }
}

/// Takes up to so many of the rows that fit out, and returns their keys.
fn drain<K: Ord + Clone, V: Clone>(
    table: &mut Table<K, V>,
    most: u32,
    fits: impl Fn(&K, &V) -> bool,
) -> Vec<K> {
    let fitting = table.entries().filter(|(key, row)| fits(key, row)).map(|(key, _)| key.clone());
    let keys: Vec<K> = fitting.take(most as usize).collect();
    for key in &keys {
        table.take(key);
    }
    keys
}

fn rows<T>(taken: &[T]) -> u32 {
    u32::try_from(taken.len()).unwrap_or(u32::MAX)
}
