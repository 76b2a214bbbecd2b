//! One hop: an event is stepped, journalled, and its effects applied; outcomes of deeds are stepped in the same turn.

use std::collections::VecDeque;

use tradepost_domain::{
    AccountKey, Answered, Author, Body, Choice, Content, Context, Event, EventId, Message, Notice, Slot,
    Step, Stored, flow::Reading, ledger::settle, message::About,
};
use tradepost_ports::{
    StoreError,
    store::{InboxBody, InboxRow, Journal, Kept},
};

use super::{Turn, reading};
use crate::{failure::without_panic, journal::Given};

/// The slot under which a flow hears that its conversation has been idle; what it holds open should be closed.
const IDLE: Slot = Slot::fixed("idle");

impl Turn<'_> {
    /// Takes in one row that is not the customer's words.
    pub(super) async fn one(&mut self, row: InboxRow) -> Kept<()> {
        let event = row.event;
        match row.body {
            InboxBody::Said(message) => self.step(event, Body::Said(vec![message])).await,
            InboxBody::Answer { writes, answered } => self.answer(event, writes, answered).await,
            InboxBody::Woke { slot, effect } => self.woke(event, slot, effect).await,
            InboxBody::Paid { order, account, payment } => self.paid(event, order, &account, &payment).await,
            InboxBody::HoldEnded { order } => {
                self.step(event, Body::Notice(Notice::HoldEnded { order })).await
            }
            InboxBody::Staff(word) => self.staff(event, word).await,
            InboxBody::Idle => self.idle(event).await,
            InboxBody::TakeOverEnded => self.hand_back_in_time(event).await,
        }
    }

    /// **A stale answer of a read is dropped; a stale answer of a write is always told.**
    async fn answer(&mut self, event: EventId, writes: bool, mut answered: Answered) -> Kept<()> {
        let pending = &mut self.conversation.inner.pending;
        answered.awaited = pending.get(&answered.slot) == Some(&answered.effect);
        if answered.awaited {
            pending.remove(&answered.slot);
        } else if !writes {
            return Ok(());
        }
        self.step(event, Body::Answer(answered)).await
    }

    async fn woke(&mut self, event: EventId, slot: Slot, effect: tradepost_domain::EffectId) -> Kept<()> {
        let pending = &mut self.conversation.inner.pending;
        if pending.get(&slot) != Some(&effect) {
            return Ok(());
        }
        pending.remove(&slot);
        self.step(event, Body::Woke(slot)).await
    }

    /// **A payment is settled before any flow hears it**; one that was heard before is marked and not stepped.
    async fn paid(
        &mut self,
        event: EventId,
        order: tradepost_domain::OrderId,
        account: &AccountKey,
        payment: &tradepost_domain::ledger::Payment,
    ) -> Kept<()> {
        let Some(known) = self.unit.order(order).await? else {
            return Err(StoreError::Abandoned(format!(
                "payment {} is for order {order}, which is gone",
                payment.id
            )));
        };
        if !self.unit.hear_payment(account, payment, order, self.now).await? {
            return Ok(());
        }
        let item = self.unit.item(&known.storefront, &known.sku, self.now).await?;
        let free = item.map_or(0, |item| item.free);
        let settlement = settle(&known, payment, free, self.now);
        self.book(&known, settlement).await?;
        self.step(event, Body::Notice(Notice::Paid { order, amount: payment.amount, settlement })).await
    }

    async fn idle(&mut self, event: EventId) -> Kept<()> {
        if self.conversation.idle_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        if self.conversation.inner.state.is_some() {
            self.step(event, Body::Woke(IDLE)).await?;
        }
        self.forget_all().await?;
        let inner = &mut self.conversation.inner;
        (inner.state, inner.returning, inner.open) = (None, true, false);
        inner.offered.clear();
        self.conversation.idle_at = None;
        Ok(())
    }

    /// Steps an event and, in the same turn, the outcomes of its deeds.
    pub(super) async fn step(&mut self, id: EventId, body: Body) -> Kept<()> {
        let mut queue = VecDeque::from([Event { id, at: self.now, body }]);
        while let Some(event) = queue.pop_front() {
            if self.hops > 2 * self.house.tuning.most_hops {
                return Err(StoreError::Abandoned("the flow steps in circles".into()));
            }
            let effects = self.hop(&event).await?;
            for effect in effects {
                let outcome = self.apply(effect).await?;
                queue.extend(outcome.map(|body| Event { id, at: self.now, body }));
            }
        }
        Ok(())
    }

    async fn hop(&mut self, event: &Event) -> Kept<Vec<tradepost_domain::Effect>> {
        self.hops += 1;
        self.forget_if_unreadable();
        let context = self
            .house
            .context(&mut *self.unit, &self.conversation, &self.contact, &self.storefront, self.id)
            .await?;
        let stored = self.conversation.inner.state.take();
        let fresh = stored.is_none();
        let step = self.call_flow(&context, stored, event)?;
        tracing::debug!(event.id = %event.id, effects = step.effects.len(), "the flow has stepped");
        self.write_journal(event, &context, fresh, &step).await?;
        self.conversation.inner.state = Some(step.state);
        self.conversation.inner.hops += 1;
        Ok(step.effects)
    }

    /// A state that cannot be read gives way to a fresh one, which finds the latest lines in its context.
    fn forget_if_unreadable(&mut self) {
        if reading(self.entry, &self.conversation) == Reading::Unreadable {
            tracing::warn!(conversation.id = %self.conversation.id, "the stored state cannot be read: beginning anew");
            self.conversation.inner.state = None;
            self.conversation.inner.returning = true;
        }
    }

    fn call_flow(&self, context: &Context, stored: Option<Stored>, event: &Event) -> Kept<Step<Stored>> {
        let flow = &self.entry.flow;
        without_panic(|| flow.step_erased(context, stored, event))
    }

    async fn write_journal(
        &mut self,
        event: &Event,
        context: &Context,
        fresh: bool,
        step: &Step<Stored>,
    ) -> Kept<()> {
        let house = self.house;
        house.keep_part_once(&mut *self.unit, &self.storefront.hash, &*self.storefront.facts).await?;
        house.keep_part_once(&mut *self.unit, &self.channel.hash, &*self.channel.capabilities).await?;
        self.told.lock().parts = vec![self.storefront.hash.clone(), self.channel.hash.clone()];
        let given = Given {
            conversation: &self.conversation,
            turn: self.id,
            event,
            context,
            storefront: &self.storefront.hash,
            channel: &self.channel.hash,
            fresh,
        };
        let row = given.came_to(&step.state, &step.effects)?;
        Journal::log(&mut *self.unit, &row).await
    }

    /// The messages of rows, a typed number being the tap that it selects.
    pub(super) async fn messages(&mut self, rows: Vec<InboxRow>) -> Kept<Vec<Message>> {
        let mut said = Vec::new();
        for row in rows {
            if let InboxBody::Said(message) = row.body {
                let offered = self.offered_to(&message).await?;
                said.push(crate::lines::selecting(message, &offered));
            }
        }
        Ok(said)
    }

    /// What a typed number selects from: the question of ours that the message quotes, else the last one.
    async fn offered_to(&mut self, message: &Message) -> Kept<Vec<Choice>> {
        if let (Content::Text { .. }, Some(About::Message { reference })) = (&message.content, &message.about)
        {
            let quoted = self.unit.by_reference(&self.conversation.account, reference).await?;
            let here = quoted.filter(|quoted| quoted.conversation == self.conversation.id);
            let ours = here.filter(|quoted| quoted.line.author != Author::Customer);
            let choices = ours.map(|quoted| quoted.line.content.choices()).unwrap_or_default();
            if !choices.is_empty() {
                return Ok(choices);
            }
        }
        Ok(self.conversation.inner.offered.clone())
    }
}
