//! What is to leave, and the lanes it leaves through.

use async_trait::async_trait;
use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use tradepost_domain::{ConversationId, EffectId, Lane, MessageId, Slot, StorefrontId, Timestamp, WorkerId};
use tradepost_ports::store::{Class, Kept, Outbox, OutboxRow, OutboxState};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{inbox, lanes, outbox},
    types::{At, Id, Json, Traced, Word, count},
};

diesel::alias!(outbox as ahead: Ahead);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox, check_for_backend(Backend), treat_none_as_default_value = false)]
pub(super) struct Row {
    #[diesel(skip_insertion)]
    pub(super) seq: i64,
    pub(super) effect: Id<EffectId>,
    pub(super) storefront: String,
    pub(super) conversation: Id<ConversationId>,
    pub(super) correlation: Id<Traced>,
    pub(super) lane: String,
    pub(super) class: Word<Class>,
    pub(super) rank: i32,
    pub(super) slot: Option<String>,
    pub(super) message: Option<Id<MessageId>>,
    pub(super) work: Json,
    pub(super) at: At,
    pub(super) not_before: At,
    pub(super) valid_until: At,
    pub(super) state: Word<OutboxState>,
    pub(super) holder: Option<String>,
    pub(super) until: Option<At>,
    pub(super) attempt: i64,
    pub(super) failures: i64,
}

impl Row {
    fn of(row: &OutboxRow) -> Kept<Self> {
        Ok(Self {
            seq: 0,
            effect: Id(row.effect),
            storefront: row.storefront.to_string(),
            conversation: Id(row.conversation),
            correlation: Id(Traced(row.correlation.clone())),
            lane: row.lane.to_string(),
            class: Word(row.class),
            rank: row.rank,
            slot: row.slot.as_ref().map(Slot::to_string),
            message: row.message.map(Id),
            work: Json::of(&row.work)?,
            at: At(row.at),
            not_before: At(row.not_before),
            valid_until: At(row.valid_until),
            state: Word(row.state),
            holder: row.holder.as_ref().map(WorkerId::to_string),
            until: row.until.map(At),
            attempt: row.attempt.into(),
            failures: row.failures.into(),
        })
    }

    fn read(self) -> Kept<OutboxRow> {
        Ok(OutboxRow {
            effect: self.effect.0,
            seq: self.seq,
            storefront: StorefrontId::new(self.storefront),
            conversation: self.conversation.0,
            correlation: self.correlation.0.0,
            lane: Lane::new(self.lane),
            class: self.class.0,
            rank: self.rank,
            slot: self.slot.map(Slot::from),
            message: self.message.map(|id| id.0),
            work: self.work.read()?,
            at: self.at.0,
            not_before: self.not_before.0,
            valid_until: self.valid_until.0,
            state: self.state.0,
            holder: self.holder.map(WorkerId::new),
            until: self.until.map(|at| at.0),
            attempt: count(self.attempt)?,
            failures: count(self.failures)?,
        })
    }
}

#[async_trait]
impl Outbox for SqlUnit<'_> {
    async fn put(&mut self, row: &OutboxRow) -> Kept<()> {
        let row = Row::of(row)?;
        self.add_outbox(row).await
    }

    async fn row(&mut self, effect: EffectId) -> Kept<Option<OutboxRow>> {
        let row = outbox::table.filter(outbox::effect.eq(Id(effect))).select(Row::as_select());
        self.find(|db| row.get_result(db)).await?.map(Row::read).transpose()
    }

    async fn rows_of(&mut self, conversation: ConversationId) -> Kept<Vec<OutboxRow>> {
        let of = outbox::table.filter(outbox::conversation.eq(Id(conversation))).order(outbox::seq);
        read(self.run(|db| of.select(Row::as_select()).load(db)).await?)
    }

    async fn update(&mut self, row: &OutboxRow) -> Kept<()> {
        let stored = outbox::table.filter(outbox::effect.eq(Id(row.effect)));
        let now = (
            outbox::state.eq(row.state.word()),
            outbox::holder.eq(row.holder.as_ref().map(WorkerId::as_str)),
            outbox::until.eq(row.until.map(At)),
            outbox::attempt.eq(i64::from(row.attempt)),
            outbox::failures.eq(i64::from(row.failures)),
            outbox::not_before.eq(At(row.not_before)),
        );
        self.later(|db| diesel::update(stored).set(now).execute(db)).await
    }

    async fn remove(&mut self, effect: EffectId) -> Kept<()> {
        let row = outbox::table.filter(outbox::effect.eq(Id(effect)));
        self.later(|db| diesel::delete(row).execute(db)).await
    }

    async fn earlier_line(&mut self, conversation: ConversationId, seq: i64) -> Kept<bool> {
        let earlier = outbox::table
            .filter(outbox::conversation.eq(Id(conversation)))
            .filter(outbox::seq.lt(seq))
            .filter(outbox::class.eq(Class::Say.word()));
        self.run(|db| diesel::select(exists(earlier)).get_result(db)).await
    }

    async fn hold_lane(
        &mut self,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
    ) -> Kept<bool> {
        let free = lanes::holder.eq(worker.as_str()).or(lanes::until.le(At(now)));
        let held = (lanes::holder.eq(worker.as_str()), lanes::until.eq(At(until)));
        let known = diesel::update(lanes::table.find(lane.as_str()).filter(free)).set(held);
        if self.run(|db| known.execute(db)).await? == 1 {
            return Ok(true);
        }
        let new = diesel::insert_into(lanes::table).values((lanes::lane.eq(lane.as_str()), held));
        Ok(self.run(|db| new.on_conflict_do_nothing().execute(db)).await? == 1)
    }

    async fn leave_lane(&mut self, lane: &Lane, worker: &WorkerId) -> Kept<()> {
        let held = lanes::table.find(lane.as_str()).filter(lanes::holder.eq(worker.as_str()));
        self.later(|db| diesel::delete(held).execute(db)).await
    }

    /// Goes from lane to lane along their index, however much waits in each.
    async fn busy_lanes(&mut self, now: Timestamp) -> Kept<Vec<Lane>> {
        let mut busy = Vec::new();
        let mut former = String::new();
        while let Some(lane) = self.lane_after(&former).await? {
            if !self.heads(&lane, now, 1, Taking::Looking).await?.is_empty() {
                busy.push(Lane::new(lane.clone()));
            }
            former = lane;
        }
        Ok(busy)
    }

    async fn claim(
        &mut self,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Kept<Vec<OutboxRow>> {
        let mut rows = self.heads(lane.as_str(), now, most, Taking::Claiming).await?;
        self.leave_busy(&mut rows).await?;
        let seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
        let claim = (
            outbox::state.eq(OutboxState::Claimed.word()),
            outbox::holder.eq(worker.as_str()),
            outbox::until.eq(At(until)),
        );
        let claimed = diesel::update(outbox::table.filter(outbox::seq.eq_any(seqs))).set(claim);
        if !rows.is_empty() {
            self.later(|db| claimed.execute(db)).await?;
        }
        let claimed = |row| OutboxRow {
            state: OutboxState::Claimed,
            holder: Some(worker.clone()),
            until: Some(until),
            ..row
        };
        rows.into_iter().map(|row| row.read().map(claimed)).collect()
    }

    async fn overdue(&mut self, now: Timestamp, most: u32) -> Kept<Vec<OutboxRow>> {
        let left =
            outbox::state.eq(OutboxState::Sending.word()).or(outbox::state.eq(OutboxState::Uncertain.word()));
        let overdue = outbox::table
            .filter(outbox::until.le(At(now)))
            .filter(left)
            .order((outbox::until, outbox::seq))
            .limit(most.into())
            .select(Row::as_select());
        let mut rows = free!(self, overdue).await?;
        self.leave_busy(&mut rows).await?;
        read(rows)
    }

    async fn stale(&mut self, now: Timestamp, most: u32) -> Kept<Vec<OutboxRow>> {
        let stale = outbox::table
            .filter(outbox::valid_until.le(At(now)))
            .filter(outbox::state.eq(OutboxState::Ready.word()))
            .order((outbox::valid_until, outbox::seq))
            .limit(most.into())
            .select(Row::as_select());
        let mut rows = free!(self, stale).await?;
        self.leave_busy(&mut rows).await?;
        read(rows)
    }

    async fn backlog(&mut self) -> Kept<Vec<(Lane, u64, Timestamp)>> {
        let lanes = outbox::table
            .group_by(outbox::lane)
            .select((outbox::lane, diesel::dsl::count_star(), diesel::dsl::min(outbox::at).assume_not_null()))
            .order(outbox::lane);
        let lanes: Vec<(String, i64, At)> = self.run(|db| lanes.load(db)).await?;
        lanes
            .into_iter()
            .map(|(lane, number, At(oldest))| Ok((Lane::new(lane), count(number)?, oldest)))
            .collect()
    }
}

/// What may be claimed now, as a condition on the outbox.
macro_rules! claimable {
    ($now:expr) => {{
        let ready = outbox::state.eq(OutboxState::Ready.word()).and(outbox::not_before.le(At($now)));
        let passed = outbox::until.is_null().or(outbox::until.le(At($now)));
        ready.or(outbox::state.eq(OutboxState::Claimed.word()).and(passed))
    }};
}

impl SqlUnit<'_> {
    /// The next lane that has rows, by name.
    async fn lane_after(&mut self, former: &str) -> Kept<Option<String>> {
        let next = outbox::table.filter(outbox::lane.gt(former)).order(outbox::lane).select(outbox::lane);
        one!(self, next).await
    }

    /// Claimable rows of a lane, best first: lines that no earlier one of their conversation stands before and that need
    /// not wait for the customer's words, and all that are no lines.
    async fn heads(&mut self, lane: &str, now: Timestamp, most: u32, taking: Taking) -> Kept<Vec<Row>> {
        let before = ahead
            .filter(ahead.field(outbox::conversation).eq(outbox::conversation))
            .filter(ahead.field(outbox::seq).lt(outbox::seq))
            .filter(ahead.field(outbox::class).eq(Class::Say.word()));
        let words =
            inbox::table.filter(inbox::conversation.eq(outbox::conversation)).filter(inbox::kind.eq("said"));
        let may_leave = not(exists(before)).and(outbox::slot.is_null().or(not(exists(words))));
        let heads = outbox::table
            .filter(outbox::lane.eq(lane))
            .filter(claimable!(now))
            .filter(outbox::class.ne(Class::Say.word()).or(may_leave))
            .order((outbox::rank, outbox::seq))
            .limit(most.into())
            .select(Row::as_select());
        match taking {
            Taking::Claiming => free!(self, heads).await,
            Taking::Looking => self.run(|db| heads.load(db)).await,
        }
    }

    /// Leaves out rows of conversations that another unit has now.
    async fn leave_busy(&mut self, rows: &mut Vec<Row>) -> Kept<()> {
        let busy = self.busy_among(rows.iter().map(|row| row.conversation.0)).await?;
        rows.retain(|row| !busy.contains(&row.conversation.0));
        Ok(())
    }
}

/// Why rows are looked at.
#[derive(Clone, Copy)]
enum Taking {
    /// To see whether there are any.
    Looking,
    /// To claim them: nobody else may have them.
    Claiming,
}

fn read(rows: Vec<Row>) -> Kept<Vec<OutboxRow>> {
    rows.into_iter().map(Row::read).collect()
}
