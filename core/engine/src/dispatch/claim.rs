//! Claiming and marking. **Claiming is not sending**: just before its first byte leaves, a row is marked `sending`, by
//! the holder of the claim only; the same unit asks again whether it may leave at all.

use std::sync::Arc;

use tradepost_domain::{
    AccountKey, Call, Delivery, Lane, Source, Timestamp, WorkerId, capabilities::Passage,
};
use tradepost_ports::{
    StoreError, Unit,
    store::{Class, Kept, Outbox, OutboxRow, OutboxState, Work},
};

use super::{
    fetched::put_source,
    leave::{Leave, Way},
};
use crate::{House, Stage, unit::write};

/// So often a lane is looked at in one unit while all that is found may not leave.
const LOOKS: usize = 8;

/// A row that is marked as sending and must now be sent, by whoever marked it.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The row as marked: its attempt is what the settle names.
    pub row: OutboxRow,
    /// The account that it leaves through.
    pub account: AccountKey,
    /// Under which rule of the window it leaves.
    pub passage: Passage,
    /// When it was marked: what wakes much later than that does not send.
    pub at: Timestamp,
}

impl House {
    /// Holds the lane, claims at most so many of its rows and marks those that may leave; none while another holds it.
    pub async fn claim(
        self: &Arc<Self>,
        lane: &Lane,
        worker: &WorkerId,
        most: u32,
    ) -> Result<Vec<Marked>, StoreError> {
        let (house, lane, worker) = (Arc::clone(self), lane.clone(), worker.clone());
        let marked = write(&*self.store, move |unit| {
            Box::pin(async move { house.claim_within(unit, &lane, &worker, most).await })
        })
        .await?;
        if !marked.is_empty() {
            self.reached(Stage::Sending);
        }
        Ok(marked)
    }

    async fn claim_within(
        &self,
        unit: &mut dyn Unit,
        lane: &Lane,
        worker: &WorkerId,
        most: u32,
    ) -> Kept<Vec<Marked>> {
        let now = self.now();
        if !unit.hold_lane(lane, worker, now, now + self.tuning.lane_lease).await? {
            self.runners.leave_to_another(lane, now + self.tuning.sweep);
            return Ok(Vec::new());
        }
        // The lane stays ours while it rests: another process would not know of it.
        if self.runners.rests(lane, now) {
            return Ok(Vec::new());
        }
        // Rows that may not leave keep none of those behind them waiting.
        for _ in 0..LOOKS {
            let (rows, mut sending) = (self.take_rows(unit, lane, worker, now, most).await?, Vec::new());
            let none = rows.is_empty();
            for row in rows {
                sending.extend(self.mark(unit, row, now).await?);
            }
            if none || !sending.is_empty() {
                return Ok(sending);
            }
        }
        Ok(Vec::new())
    }

    async fn take_rows(
        &self,
        unit: &mut dyn Unit,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        most: u32,
    ) -> Kept<Vec<OutboxRow>> {
        let rows = Outbox::claim(unit, lane, worker, now, now + self.tuning.lease, most).await?;
        if !rows.is_empty() {
            self.reached(Stage::Claimed);
        }
        Ok(rows)
    }

    /// Marks a row that this unit has claimed as sending, unless it may never leave, or not yet.
    async fn mark(&self, unit: &mut dyn Unit, row: OutboxRow, now: Timestamp) -> Kept<Option<Marked>> {
        match self.may_leave(unit, &row, now).await? {
            Leave::Now(way) => self.mark_sending(unit, row, way, now).await.map(Some),
            Leave::NotYet => self.release(unit, row).await.map(|()| None),
            Leave::NotBefore(time) => {
                self.release(unit, OutboxRow { not_before: time, ..row }).await.map(|()| None)
            }
            Leave::Never { delivery, reason } => {
                self.give_up_before_sending(unit, row, delivery, reason).await.map(|()| None)
            }
        }
    }

    /// May the row leave now? Asked in the unit that marks it.
    async fn may_leave(&self, unit: &mut dyn Unit, row: &OutboxRow, now: Timestamp) -> Kept<Leave> {
        if row.valid_until <= now {
            return Ok(Leave::never(Delivery::Expired, "its validity time has ended"));
        }
        let Some(conversation) = unit.conversation(row.conversation).await? else {
            return Ok(Leave::never(Delivery::Failed, "its conversation is gone"));
        };
        if let Work::Call { call } = &row.work {
            if row.attempt == 0 && too_late_for(call, now) {
                return Ok(Leave::never(Delivery::Expired, "the offer has ended"));
            }
            return Ok(match self.registry.account_for(&row.storefront, call.port()) {
                Some(account) => Leave::Now(Way::open(account.clone())),
                None => {
                    Leave::never(Delivery::Failed, "the storefront has no account for this call any more")
                }
            });
        }
        if let Work::Say { author, content, .. } = &row.work {
            // Hold and replace: a line with a topic does not leave while customer's words wait.
            let held = row.slot.is_some() && unit.words_wait(row.conversation).await?;
            if held || unit.earlier_line(row.conversation, row.seq).await? {
                return Ok(Leave::NotYet);
            }
            return self.line_may_leave(unit, &conversation, (*author, content), now).await;
        }
        let way = Way::open(self.account_of(row, conversation.account));
        Ok(Leave::Now(Way { peer: Some(conversation.peer), ..way }))
    }

    /// The account that a sign of life or a fetch leaves through.
    fn account_of(&self, row: &OutboxRow, channel: AccountKey) -> AccountKey {
        let media = match row.work {
            Work::Fetch { .. } => self.registry.account(&channel).and_then(|entry| entry.media.as_ref()),
            _ => None,
        };
        media.map_or(channel, |source| source.fetch_terms().account.clone())
    }

    async fn mark_sending(
        &self,
        unit: &mut dyn Unit,
        mut row: OutboxRow,
        Way { account, passage, peer }: Way,
        now: Timestamp,
    ) -> Kept<Marked> {
        // The customer may have another id by now.
        if let (Work::Say { peer: to, .. } | Work::Signal { peer: to, .. }, Some(peer)) =
            (&mut row.work, peer)
        {
            *to = peer;
        }
        let limit = self.guards.of(&account).map(|guard| guard.whole_limit(row.class)).unwrap_or_default();
        row.state = OutboxState::Sending;
        row.attempt += 1;
        row.until = Some(now + limit + self.tuning.margin);
        unit.update(&row).await?;
        if let Some(message) = row.message {
            unit.deliver(message, Delivery::Sending, None, None, Some(now)).await?;
        }
        Ok(Marked { row, account, passage, at: now })
    }

    async fn release(&self, unit: &mut dyn Unit, mut row: OutboxRow) -> Kept<()> {
        row.state = OutboxState::Ready;
        (row.holder, row.until) = (None, None);
        unit.update(&row).await
    }
}

/// A page that would open after its offer's end need not open.
fn too_late_for(call: &Call, now: Timestamp) -> bool {
    matches!(call, Call::OpenCheckout(request) if request.ends <= now)
}

impl House {
    /// A row that may never leave: its line says why, its call is answered.
    pub(crate) async fn give_up_before_sending(
        &self,
        unit: &mut dyn Unit,
        row: OutboxRow,
        delivery: Delivery,
        reason: &'static str,
    ) -> Kept<()> {
        unit.remove(row.effect).await?;
        match row.class {
            Class::Say => {
                if let Some(message) = row.message {
                    unit.deliver(message, delivery, None, Some(reason), None).await?;
                }
                Ok(())
            }
            Class::Write if row.attempt > 0 => self.answer_uncertain(unit, &row).await,
            Class::Read | Class::Write => self.answer_unmade(unit, &row, reason).await,
            Class::Do => self.bury_effect(unit, &row, reason).await,
            Class::Fetch => put_source(unit, &row.work, Source::Missing { reason: reason.to_owned() }).await,
            Class::Signal => Ok(()),
        }
    }
}
