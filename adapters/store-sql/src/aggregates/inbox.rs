//! What waits to be stepped.

use std::collections::HashSet;

use async_trait::async_trait;
use diesel::prelude::*;
use tradepost_domain::{ConversationId, EventId, Timestamp, WorkerId};
use tradepost_ports::store::{Inbox, InboxBody, InboxRow, Kept};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{conversations, inbox},
    types::{At, Id, Json, Traced, count},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = inbox, check_for_backend(Backend), treat_none_as_default_value = false)]
pub(super) struct Row {
    #[diesel(skip_insertion)]
    pub(super) seq: i64,
    pub(super) event: Id<EventId>,
    pub(super) conversation: Id<ConversationId>,
    pub(super) correlation: Id<Traced>,
    pub(super) at: At,
    pub(super) ripe_at: At,
    pub(super) tries: i64,
    pub(super) kind: String,
    pub(super) body: Json,
}

impl Row {
    fn of(row: &InboxRow) -> Kept<Self> {
        Ok(Self {
            seq: 0,
            event: Id(row.event),
            conversation: Id(row.conversation),
            correlation: Id(Traced(row.correlation.clone())),
            at: At(row.at),
            ripe_at: At(row.ripe_at),
            tries: row.tries.into(),
            kind: row.body.word().into(),
            body: Json::of(&row.body)?,
        })
    }

    fn read(self) -> Kept<InboxRow> {
        Ok(InboxRow {
            event: self.event.0,
            seq: self.seq,
            conversation: self.conversation.0,
            correlation: self.correlation.0.0,
            at: self.at.0,
            ripe_at: self.ripe_at.0,
            tries: count(self.tries)?,
            body: self.body.read()?,
        })
    }
}

#[async_trait]
impl Inbox for SqlUnit<'_> {
    async fn file(&mut self, row: &InboxRow) -> Kept<()> {
        let row = Row::of(row)?;
        self.add_inbox(row).await
    }

    async fn waiting(&mut self, conversation: ConversationId) -> Kept<Vec<InboxRow>> {
        let waiting = inbox::table.filter(inbox::conversation.eq(Id(conversation))).order(inbox::seq);
        let rows = self.run(|db| waiting.select(Row::as_select()).load(db)).await?;
        rows.into_iter().map(Row::read).collect()
    }

    async fn words_wait(&mut self, conversation: ConversationId) -> Kept<bool> {
        let of = inbox::table.filter(inbox::conversation.eq(Id(conversation)));
        self.run(|db| diesel::select(diesel::dsl::exists(of.filter(inbox::kind.eq("said")))).get_result(db))
            .await
    }

    async fn reword(&mut self, event: EventId, body: &InboxBody) -> Kept<()> {
        let row = inbox::table.filter(inbox::event.eq(Id(event)));
        let words = (inbox::kind.eq(body.word()), inbox::body.eq(Json::of(body)?));
        self.later(|db| diesel::update(row).set(words).execute(db)).await
    }

    async fn take(&mut self, events: &[EventId]) -> Kept<()> {
        for event in events {
            let row = inbox::table.filter(inbox::event.eq(Id(*event)));
            self.later(|db| diesel::delete(row).execute(db)).await?;
        }
        Ok(())
    }

    async fn ripen(&mut self, events: &[EventId], ripe_at: Timestamp) -> Kept<()> {
        for event in events {
            let row = inbox::table.filter(inbox::event.eq(Id(*event)));
            self.later(|db| diesel::update(row).set(inbox::ripe_at.eq(At(ripe_at))).execute(db)).await?;
        }
        Ok(())
    }

    async fn failed(&mut self, events: &[EventId], ripe_at: Timestamp) -> Kept<()> {
        for event in events {
            let row = inbox::table.filter(inbox::event.eq(Id(*event)));
            let tried = (inbox::tries.eq(inbox::tries + 1), inbox::ripe_at.eq(At(ripe_at)));
            self.later(|db| diesel::update(row).set(tried).execute(db)).await?;
        }
        Ok(())
    }

    /// Walks along the index by ripeness and stops when enough conversations were met, so that a long queue costs no more
    /// than a short one.
    async fn ripe(&mut self, worker: &WorkerId, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>> {
        let (mut met, mut order, mut after) = (HashSet::new(), Vec::new(), None);
        while order.len() < most as usize {
            let page = self.ripe_after(worker, now, after, most.into()).await?;
            let whole = page.len() == most as usize;
            after = page.last().map(|(_, ripe_at, seq)| (*ripe_at, *seq));
            order.extend(page.into_iter().map(|(id, ..)| id.0).filter(|id| met.insert(*id)));
            if !whole {
                break;
            }
        }
        order.truncate(most as usize);
        Ok(order)
    }

    async fn depth(&mut self) -> Kept<(u64, Option<Timestamp>)> {
        let depth = inbox::table.select((diesel::dsl::count_star(), diesel::dsl::min(inbox::at)));
        let (waiting, oldest): (i64, Option<At>) = self.run(|db| depth.get_result(db)).await?;
        Ok((count(waiting)?, oldest.map(|at| at.0)))
    }
}

/// A ripe row: whose it is, and its place.
type Ripe = (Id<ConversationId>, At, i64);

impl SqlUnit<'_> {
    /// The next ripe rows of conversations that are free for the worker, in the order of ripeness.
    async fn ripe_after(
        &mut self,
        worker: &WorkerId,
        now: Timestamp,
        after: Option<(At, i64)>,
        most: i64,
    ) -> Kept<Vec<Ripe>> {
        let free = conversations::lease_until
            .is_null()
            .or(conversations::lease_until.le(At(now)))
            .or(conversations::lease_holder.eq(worker.as_str()));
        let (ripe_at, seq) = after.unwrap_or((At(Timestamp::UNIX_EPOCH), i64::MIN));
        let later = inbox::ripe_at.gt(ripe_at).or(inbox::seq.gt(seq));
        let ripe = inbox::table
            .inner_join(conversations::table.on(conversations::id.eq(inbox::conversation)))
            .filter(inbox::ripe_at.le(At(now)))
            .filter(inbox::ripe_at.ge(ripe_at))
            .filter(later)
            .filter(free)
            .order((inbox::ripe_at, inbox::seq))
            .select((inbox::conversation, inbox::ripe_at, inbox::seq))
            .limit(most);
        self.run(|db| ripe.load(db)).await
    }
}
