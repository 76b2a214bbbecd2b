//! Alarms.

use async_trait::async_trait;
use diesel::prelude::*;
use tradepost_domain::{ConversationId, EffectId, Region, Slot, Timestamp};
use tradepost_ports::store::{Kept, Timer, Timers};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::timers,
    types::{At, Id},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = timers, check_for_backend(Backend))]
struct Row {
    conversation: Id<ConversationId>,
    slot: String,
    effect: Id<EffectId>,
    at: At,
}

impl Row {
    fn read(self) -> Timer {
        Timer {
            conversation: self.conversation.0,
            slot: Slot::from(self.slot),
            effect: self.effect.0,
            at: self.at.0,
        }
    }
}

#[async_trait]
impl Timers for SqlUnit<'_> {
    async fn set_timer(&mut self, timer: &Timer) -> Kept<()> {
        let alarm = (timers::effect.eq(Id(timer.effect)), timers::at.eq(At(timer.at)));
        let place = (timers::conversation.eq(Id(timer.conversation)), timers::slot.eq(timer.slot.as_str()));
        let set = diesel::insert_into(timers::table)
            .values((place, alarm))
            .on_conflict((timers::conversation, timers::slot))
            .do_update()
            .set(alarm);
        self.later(|db| set.execute(db)).await
    }

    async fn clear_timers(&mut self, conversation: ConversationId, region: &Region) -> Kept<()> {
        // `/` is the character after `.`: everything that begins with the region and a dot lies between.
        let below = timers::slot.ge(format!("{region}.")).and(timers::slot.lt(format!("{region}/")));
        let of = timers::table.filter(timers::conversation.eq(Id(conversation)));
        let own = of.filter(timers::slot.eq(region.as_str()).or(below));
        self.later(|db| diesel::delete(own).execute(db)).await
    }

    async fn due_timers(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Timer>> {
        let due = timers::table
            .filter(timers::at.le(At(now)))
            .order((timers::at, timers::effect))
            .limit(most.into())
            .select(Row::as_select());
        let mut rows: Vec<Row> = free!(self, due).await?;
        let busy = self.busy_among(rows.iter().map(|row| row.conversation.0)).await?;
        rows.retain(|row| !busy.contains(&row.conversation.0));
        Ok(rows.into_iter().map(Row::read).collect())
    }

    async fn timers_of(&mut self, conversation: ConversationId) -> Kept<Vec<Timer>> {
        let of = timers::table.filter(timers::conversation.eq(Id(conversation))).order(timers::slot);
        let rows = self.run(|db| of.select(Row::as_select()).load(db)).await?;
        Ok(rows.into_iter().map(Row::read).collect())
    }
}
