//! Sweeps: what time alone brings about. Each is a unit of its own, right on any number of processes.

use std::sync::Arc;

use tradepost_domain::{Content, ConversationId, Delivery, ErrorKind, PortError, ledger::OrderState};
use tradepost_ports::{
    Unit, Wake,
    store::{Class, InboxBody, Kept, OutboxRow, OutboxState, Parked, ParkedNews, StoreError},
    terms::Repeat,
};

use crate::{
    House,
    intake::Echoed,
    registry::Port,
    turn::clear_alarm,
    unit::{read, write},
};

/// Rows of one sweep.
const AT_ONCE: u32 = 50;
/// Keys forgotten in one unit.
const FORGOTTEN: u32 = 1_000;

impl House {
    /// Looks once for everything that is due and says whether anything was.
    pub async fn sweep(self: &Arc<Self>) -> Result<bool, StoreError> {
        let house = Arc::clone(self);
        let due = read(&*self.store, move |unit| {
            Box::pin(
                async move { Ok((house.anything_due(unit).await?, unit.parked_due(house.now()).await?)) },
            )
        });
        let (mut due, parked) = due.await?;
        if !due && !parked {
            return Ok(false);
        }
        if due {
            let house = Arc::clone(self);
            let swept =
                write(&*self.store, move |unit| Box::pin(async move { house.sweep_within(unit).await }));
            due = swept.await?;
        }
        due |= parked && self.look_at_parked().await?;
        self.coordinator.wake(Wake::Dispatch);
        self.coordinator.wake(Wake::Turn(Vec::new()));
        Ok(due)
    }

    async fn anything_due(&self, unit: &mut dyn Unit) -> Kept<bool> {
        let now = self.now();
        Ok(!unit.due_timers(now, 1).await?.is_empty()
            || !unit.ended_holds(now, 1).await?.is_empty()
            || !unit.overdue(now, 1).await?.is_empty()
            || !unit.stale(now, 1).await?.is_empty()
            || !unit.idle(now, 1).await?.is_empty()
            || !unit.taken_over_until(now, 1).await?.is_empty())
    }

    async fn sweep_within(&self, unit: &mut dyn Unit) -> Kept<bool> {
        let mut due = 0;
        due += self.ring_timers(unit).await?;
        due += self.end_holds(unit).await?;
        due += self.end_overdue(unit).await?;
        due += self.end_stale(unit).await?;
        due += self.end_idle(unit).await?;
        due += self.end_take_overs(unit).await?;
        Ok(due > 0)
    }

    async fn ring_timers(&self, unit: &mut dyn Unit) -> Kept<usize> {
        let timers = unit.due_timers(self.now(), AT_ONCE).await?;
        for timer in &timers {
            clear_alarm(unit, timer.conversation, &timer.slot).await?;
            let body = InboxBody::Woke { slot: timer.slot.clone(), effect: timer.effect };
            self.file_own(unit, timer.conversation, body).await?;
        }
        Ok(timers.len())
    }

    /// The sweep only writes a hold's end down and tells; stock is free by the clock. **An ended hold always sends
    /// `CloseCheckout`**, here or as soon as its checkout is known.
    async fn end_holds(&self, unit: &mut dyn Unit) -> Kept<usize> {
        let orders = unit.ended_holds(self.now(), AT_ONCE).await?;
        for order in &orders {
            if !unit.move_order(order.id, OrderState::Held, OrderState::Ended).await? {
                continue;
            }
            let (event, body) = (self.mint.event(), InboxBody::HoldEnded { order: order.id });
            self.close_page(unit, order, event.into()).await?;
            self.file_for(unit, event, order.conversation, event.into(), body).await?;
        }
        Ok(orders.len())
    }

    /// What was under way when its process died: repeated where that is harmless, else uncertain. **The deadline is the
    /// port's whole time limit plus a margin**, so nobody is still at it.
    async fn end_overdue(&self, unit: &mut dyn Unit) -> Kept<usize> {
        let rows = unit.overdue(self.now(), AT_ONCE).await?;
        let count = rows.len();
        for row in rows {
            let taken = row.class == Class::Say && self.is_taken(unit, &row).await?;
            match (row.state, row.class) {
                (OutboxState::Uncertain, _) | (_, Class::Signal) => unit.remove(row.effect).await?,
                _ if taken => unit.remove(row.effect).await?,
                (_, Class::Say) if self.repeat_of(&row) != Repeat::Keyed => {
                    self.uncertain(unit, row, "the process ended while it was being sent").await?;
                }
                (_, Class::Write) if self.repeat_of(&row) == Repeat::Never => {
                    self.answer_uncertain(unit, &row).await?;
                }
                _ => self.take_up_again(unit, row).await?,
            }
        }
        Ok(count)
    }

    fn repeat_of(&self, row: &OutboxRow) -> Repeat {
        let ports = self.registry.ports_of(&row.lane);
        ports.first().map_or(Repeat::Never, |port: &Port| port.terms().repeat)
    }

    async fn take_up_again(&self, unit: &mut dyn Unit, mut row: OutboxRow) -> Kept<()> {
        row.failures += 1;
        let given_up = row.failures >= self.tuning.most_tries;
        if given_up && row.class == Class::Write {
            return self.answer_uncertain(unit, &row).await;
        }
        if given_up && row.class == Class::Read {
            unit.remove(row.effect).await?;
            let error = PortError::new(ErrorKind::Unavailable, "engine", "the call was never answered");
            return self.file_answer(unit, &row, Err(error)).await;
        }
        row.state = OutboxState::Ready;
        (row.holder, row.until) = (None, None);
        unit.update(&row).await
    }

    async fn end_stale(&self, unit: &mut dyn Unit) -> Kept<usize> {
        let rows = unit.stale(self.now(), AT_ONCE).await?;
        let count = rows.len();
        for row in rows {
            self.give_up_before_sending(unit, row, Delivery::Expired, "its validity time has ended").await?;
        }
        Ok(count)
    }

    async fn end_idle(&self, unit: &mut dyn Unit) -> Kept<usize> {
        let idle = unit.idle(self.now(), AT_ONCE).await?;
        self.file_each(unit, idle, &InboxBody::Idle).await
    }

    /// **A take-over for a time ends by itself**: the flow has the conversation again and hears what was said meanwhile.
    async fn end_take_overs(&self, unit: &mut dyn Unit) -> Kept<usize> {
        let ended = unit.taken_over_until(self.now(), AT_ONCE).await?;
        self.file_each(unit, ended, &InboxBody::TakeOverEnded).await
    }

    async fn file_each(
        &self,
        unit: &mut dyn Unit,
        ids: Vec<ConversationId>,
        body: &InboxBody,
    ) -> Kept<usize> {
        for id in &ids {
            self.file_own(unit, *id, body.clone()).await?;
        }
        Ok(ids.len())
    }

    /// News of things that never became known: an echo was a person's; the rest is forgotten. Each in a unit of its own,
    /// since it may have to wait for somebody who has the conversation.
    async fn look_at_parked(self: &Arc<Self>) -> Kept<bool> {
        for looked_at in 0..AT_ONCE {
            let house = Arc::clone(self);
            let found =
                write(&*self.store, move |unit| Box::pin(async move { house.end_one_parked(unit).await }));
            if !found.await? {
                return Ok(looked_at > 0);
            }
        }
        Ok(true)
    }

    async fn end_one_parked(&self, unit: &mut dyn Unit) -> Kept<bool> {
        match unit.unpark_old(self.now(), 1).await?.pop() {
            Some(parked) => self.end_parked(unit, parked).await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn end_parked(&self, unit: &mut dyn Unit, parked: Parked) -> Kept<()> {
        match parked.news.clone() {
            ParkedNews::Echo { content } => self.end_echo(unit, parked, content).await,
            ParkedNews::Changed { text } => self.change_parked(unit, parked, text).await,
            ParkedNews::Paid { payment } => {
                tracing::error!(account = %parked.account, payment = payment.id, "money came for an unknown order");
                Ok(())
            }
            ParkedNews::Receipt { .. } => Ok(()),
        }
    }

    /// No answer has named it. **It is asked while nobody else changes the conversation**: the answer may come just now. It is
    /// of the conversation that it came into, whatever its customer's ids are by now.
    async fn end_echo(&self, unit: &mut dyn Unit, parked: Parked, content: Content) -> Kept<()> {
        let Some(known) = unit.event(parked.event).await? else { return Ok(()) };
        let Some(conversation) = known.conversation else { return Ok(()) };
        unit.conversation(conversation).await?;
        if unit.by_reference(&parked.account, &parked.reference).await?.is_some() {
            return Ok(());
        }
        let (event, reference, at) = (parked.event, parked.reference, self.now());
        let correlation = known.correlation;
        self.person_wrote(unit, conversation, Echoed { event, correlation, reference, content, at }).await
    }

    /// Forgets the keys of all events that were heard long ago; says how many. Between two units others get their turn
    /// with the store.
    pub async fn prune(self: &Arc<Self>) -> Result<u64, StoreError> {
        let before = self.now() - self.tuning.memory;
        let mut all = 0;
        loop {
            let forget = write(&*self.store, move |unit| {
                Box::pin(async move { unit.forget_keys(before, FORGOTTEN).await })
            });
            let forgotten = forget.await?;
            all += forgotten;
            if forgotten < u64::from(FORGOTTEN) {
                return Ok(all);
            }
        }
    }
}
