//! What is old enough to be forgotten, and its going, piece by piece.

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};
use tradepost_domain::{
    AccountKey, ConversationId, DeadLetterId, EventId, MessageId, StorefrontId, Timestamp,
};
use tradepost_ports::store::{AgedConversation, AgedEvent, Kept, Retention};

use super::{RunQueryDsl, SqlUnit};
use crate::{
    schema::{
        conversations, dead_letters, events, forgotten, inbox, journal, media, media_of, messages, timers,
    },
    types::{At, Id, texts},
};

#[async_trait]
impl Retention for SqlUnit<'_> {
    async fn aged_conversations(
        &mut self,
        before: Timestamp,
        after: Option<ConversationId>,
        most: u32,
    ) -> Kept<Vec<AgedConversation>> {
        let aged = conversations::table
            .filter(conversations::id.gt(from(after)))
            .filter(conversations::id.lt(Id(ConversationId::new(before, 0))))
            .order(conversations::id)
            .limit(most.into())
            .select((conversations::id, conversations::storefront, conversations::heard_at));
        let aged: Vec<(Id<ConversationId>, String, Option<At>)> = self.run(|db| aged.load(db)).await?;
        let read = |(Id(id), storefront, heard_at): (_, _, Option<At>)| AgedConversation {
            id,
            storefront: StorefrontId::new(storefront),
            heard_at: heard_at.map(|At(at)| at),
        };
        Ok(aged.into_iter().map(read).collect())
    }

    async fn forget_conversation(&mut self, id: ConversationId) -> Kept<()> {
        let alarms = timers::table.filter(timers::conversation.eq(Id(id)));
        self.later(|db| diesel::delete(alarms).execute(db)).await?;
        let waiting = inbox::table.filter(inbox::conversation.eq(Id(id)));
        self.later(|db| diesel::delete(waiting).execute(db)).await?;
        let known = conversations::table.find(Id(id));
        if self.run(|db| diesel::delete(known).execute(db)).await? == 0 {
            return Ok(());
        }
        let rest = diesel::insert_into(forgotten::table).values(forgotten::conversation.eq(Id(id)));
        self.run(|db| rest.execute(db)).await.map(drop)
    }

    async fn forget_rest(&mut self, most: u32) -> Kept<u64> {
        let mut left = most;
        while left > 0 {
            // No id is empty.
            let next = forgotten::table.filter(forgotten::conversation.gt(""));
            let next = next.order(forgotten::conversation).limit(1).select(forgotten::conversation);
            let next: Vec<Id<ConversationId>> = free!(self, next).await?;
            let Some(Id(id)) = next.into_iter().next() else { break };
            left -= self.forget_lines(id, left).await?;
            left -= self.forget_hops(id, left).await?;
            left -= self.forget_letters(id, left).await?;
            if left > 0 {
                let done = forgotten::table.find(Id(id));
                self.run(|db| diesel::delete(done).execute(db)).await?;
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
        let of = conversations::table.on(events::conversation.eq(conversations::id.nullable()));
        let aged = events::table
            .left_join(of)
            .filter(events::id.gt(from(after)))
            .filter(events::id.lt(Id(EventId::new(before, 0))))
            .order(events::id)
            .limit(most.into())
            .select((events::id, events::account, events::conversation, conversations::id.nullable()));
        let aged: Vec<Aged> = self.run(|db| aged.load(db)).await?;
        let read = |(Id(id), account, conversation, living): Aged| AgedEvent {
            id,
            account: AccountKey::new(account),
            conversation: conversation.map(|Id(id)| id),
            living: living.is_some(),
        };
        Ok(aged.into_iter().map(read).collect())
    }

    async fn forget_events(&mut self, ids: &[EventId]) -> Kept<u64> {
        let rows = events::table.filter(events::id.eq_any(texts(ids))).select(events::seq);
        let rows: Vec<i64> = free!(self, rows).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let gone = events::table.filter(events::seq.eq_any(rows));
        self.run(|db| diesel::delete(gone).execute(db)).await.map(|gone| gone as u64)
    }
}

/// An event, its account, its conversation, and that one's id where it is there.
type Aged = (Id<EventId>, String, Option<Id<ConversationId>>, Option<Id<ConversationId>>);

impl SqlUnit<'_> {
    /// Takes up to so many lines of a conversation out, and media that no other line has.
    async fn forget_lines(&mut self, of: ConversationId, most: u32) -> Kept<u32> {
        let lines = messages::table.filter(messages::conversation.eq(Id(of)));
        let lines = lines.order(messages::seq).limit(most.into()).select((messages::seq, messages::id));
        let lines: Vec<(i64, Id<MessageId>)> = self.run(|db| lines.load(db)).await?;
        if lines.is_empty() {
            return Ok(0);
        }
        let (places, ids): (Vec<i64>, Vec<Id<MessageId>>) = lines.into_iter().unzip();
        let number = rows(places.len());
        let gone = messages::table.filter(messages::seq.eq_any(places));
        self.run(|db| diesel::delete(gone).execute(db)).await?;
        self.forget_media(ids).await?;
        Ok(number)
    }

    /// Whoever keeps a medium waits meanwhile, and we for them.
    async fn forget_media(&mut self, lines: Vec<Id<MessageId>>) -> Kept<()> {
        let theirs = media_of::table.filter(media_of::line.eq_any(lines));
        let hashes = theirs.clone().select(media_of::hash);
        let mut hashes: Vec<String> = self.run(|db| hashes.load(db)).await?;
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.is_empty() {
            return Ok(());
        }
        self.run(|db| diesel::delete(theirs).execute(db)).await?;
        for hash in &hashes {
            self.wait_for(&["media", hash]).await?;
            let others = media_of::table.filter(media_of::hash.eq(hash));
            if !self.run(|db| diesel::select(exists(others)).get_result::<bool>(db)).await? {
                self.run(|db| diesel::delete(media::table.find(hash)).execute(db)).await?;
            }
        }
        Ok(())
    }

    async fn forget_hops(&mut self, of: ConversationId, most: u32) -> Kept<u32> {
        let own = journal::table.filter(journal::conversation.eq(Id(of)));
        let hops = own.order(journal::hop).limit(most.into()).select(journal::hop);
        let hops: Vec<i64> = self.run(|db| hops.load(db)).await?;
        if hops.is_empty() {
            return Ok(0);
        }
        let number = rows(hops.len());
        let gone = own.filter(journal::hop.eq_any(hops));
        self.run(|db| diesel::delete(gone).execute(db)).await?;
        Ok(number)
    }

    async fn forget_letters(&mut self, of: ConversationId, most: u32) -> Kept<u32> {
        let own = dead_letters::table.filter(dead_letters::conversation.eq(Id(of)));
        let letters = own.limit(most.into()).select(dead_letters::id);
        let letters: Vec<Id<DeadLetterId>> = self.run(|db| letters.load(db)).await?;
        if letters.is_empty() {
            return Ok(0);
        }
        let number = rows(letters.len());
        let gone = dead_letters::table.filter(dead_letters::id.eq_any(letters));
        self.run(|db| diesel::delete(gone).execute(db)).await?;
        Ok(number)
    }
}

/// Where a page begins. No id is empty.
fn from<T: ToString>(after: Option<T>) -> String {
    after.map(|id| id.to_string()).unwrap_or_default()
}

fn rows(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
