//! The outbox, in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use tradepost_domain::{ConversationId, EffectId, Lane, Timestamp, WorkerId};
use tradepost_ports::store::{Class, InboxBody, InboxRow, Kept, Outbox, OutboxRow, OutboxState};

use super::tables::{Tables, first, sorted};

#[async_trait]
impl Outbox for Tables {
    async fn put(&mut self, row: &OutboxRow) -> Kept<()> {
        let seq = self.place();
        self.outbox.add(row.effect, OutboxRow { seq, ..row.clone() })
    }

    async fn row(&mut self, effect: EffectId) -> Kept<Option<OutboxRow>> {
        Ok(self.outbox.get(&effect).cloned())
    }

    async fn rows_of(&mut self, conversation: ConversationId) -> Kept<Vec<OutboxRow>> {
        let rows = self.outbox.rows().filter(|row| row.conversation == conversation);
        Ok(sorted(rows, |row| row.seq).into_iter().cloned().collect())
    }

    async fn update(&mut self, row: &OutboxRow) -> Kept<()> {
        if let Some(stored) = self.outbox.edit(&row.effect) {
            stored.state = row.state;
            stored.holder = row.holder.clone();
            stored.until = row.until;
            stored.attempt = row.attempt;
            stored.failures = row.failures;
            stored.not_before = row.not_before;
        }
        Ok(())
    }

    async fn remove(&mut self, effect: EffectId) -> Kept<()> {
        self.outbox.take(&effect);
        Ok(())
    }

    async fn earlier_line(&mut self, conversation: ConversationId, seq: i64) -> Kept<bool> {
        let earlier = |row: &OutboxRow| row.conversation == conversation && row.seq < seq;
        Ok(self.outbox.rows().any(|row| row.class == Class::Say && earlier(row)))
    }

    async fn hold_lane(
        &mut self,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
    ) -> Kept<bool> {
        let free = |(holder, passes): &(WorkerId, Timestamp)| holder == worker || *passes <= now;
        let held = self.lanes.get(lane).is_none_or(free);
        if held {
            self.lanes.put(lane.clone(), (worker.clone(), until));
        }
        Ok(held)
    }

    async fn leave_lane(&mut self, lane: &Lane, worker: &WorkerId) -> Kept<()> {
        if self.lanes.get(lane).is_some_and(|(holder, _)| holder == worker) {
            self.lanes.take(lane);
        }
        Ok(())
    }

    async fn busy_lanes(&mut self, now: Timestamp) -> Kept<Vec<Lane>> {
        let lanes: BTreeSet<&Lane> = self.outbox.rows().map(|row| &row.lane).collect();
        Ok(lanes.into_iter().filter(|lane| !claimable(self, lane, now, 1).is_empty()).cloned().collect())
    }

    async fn claim(
        &mut self,
        lane: &Lane,
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Kept<Vec<OutboxRow>> {
        let mut claimed = Vec::new();
        for effect in claimable(self, lane, now, most) {
            if let Some(row) = self.outbox.edit(&effect) {
                row.state = OutboxState::Claimed;
                row.holder = Some(worker.clone());
                row.until = Some(until);
                claimed.push(row.clone());
            }
        }
        claimed.sort_by_key(|row| (row.rank, row.seq));
        Ok(claimed)
    }

    async fn overdue(&mut self, now: Timestamp, most: u32) -> Kept<Vec<OutboxRow>> {
        let left = |row: &OutboxRow| matches!(row.state, OutboxState::Sending | OutboxState::Uncertain);
        let rows = self.outbox.rows().filter(|row| left(row) && row.until.is_some_and(|until| until <= now));
        Ok(first(most, sorted(rows, |row| row.seq)))
    }

    async fn stale(&mut self, now: Timestamp, most: u32) -> Kept<Vec<OutboxRow>> {
        let stale = |row: &&OutboxRow| row.state == OutboxState::Ready && row.valid_until <= now;
        Ok(first(most, sorted(self.outbox.rows().filter(stale), |row| row.seq)))
    }

    async fn backlog(&mut self) -> Kept<Vec<(Lane, u64, Timestamp)>> {
        let mut lanes: BTreeMap<&Lane, (u64, Timestamp)> = BTreeMap::new();
        for row in self.outbox.rows() {
            let (count, oldest) = lanes.entry(&row.lane).or_insert((0, row.at));
            *count += 1;
            *oldest = row.at.min(*oldest);
        }
        Ok(lanes.into_iter().map(|(lane, (count, oldest))| (lane.clone(), count, oldest)).collect())
    }
}

/// Up to `most` rows of a lane that may be claimed, best first.
fn claimable(tables: &Tables, lane: &Lane, now: Timestamp, most: u32) -> Vec<EffectId> {
    let free = |row: &&OutboxRow| row.lane == *lane && is_free(row, now) && !is_held(tables, row);
    let rows = sorted(tables.outbox.rows().filter(free), |row| (row.rank, row.seq));
    rows.into_iter().take(most as usize).map(|row| row.effect).collect()
}

fn is_free(row: &OutboxRow, now: Timestamp) -> bool {
    match row.state {
        OutboxState::Ready => row.not_before <= now,
        OutboxState::Claimed => row.until.is_none_or(|until| until <= now),
        OutboxState::Sending | OutboxState::Uncertain => false,
    }
}

/// Must a line wait for an earlier one, or, with a topic, for the customer's words?
fn is_held(tables: &Tables, row: &OutboxRow) -> bool {
    let before = |other: &OutboxRow| {
        other.class == Class::Say && other.conversation == row.conversation && other.seq < row.seq
    };
    let said = |waiting: &InboxRow| {
        waiting.conversation == row.conversation && matches!(waiting.body, InboxBody::Said(_))
    };
    let behind = || tables.outbox.rows().any(before);
    let held = || row.slot.is_some() && tables.inbox.rows().any(said);
    row.class == Class::Say && (behind() || held())
}
