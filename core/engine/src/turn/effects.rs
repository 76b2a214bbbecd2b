//! Effects become rows in the turn's commit.

use std::time::Duration;

use tradepost_domain::{
    Answered, Author, Body, Call, Content, ConversationId, Delivery, Effect, EffectId, ErrorKind, Lane, Line,
    MessageId, Mode, PortError, Region, Slot, Timestamp, call::PortKind, fit,
};
use tradepost_ports::{
    Happening, Signal, StoreError, Unit,
    store::{Cause, Class, InboxBody, InboxRow, Kept, OutboxRow, OutboxState, Timer, Work, Written},
};

use super::Turn;
use crate::dispatch::DO_VALID;

/// A question that nobody has answered by then is not asked any more.
const READ_VALID: Duration = Duration::from_secs(3600);
/// A "typing" that could not be shown by then is not worth showing.
const SIGNAL_VALID: Duration = Duration::from_secs(10);

impl Turn<'_> {
    /// Applies an effect; a deed's outcome is to be stepped in the same turn.
    pub(super) async fn apply(&mut self, effect: Effect) -> Kept<Option<Body>> {
        match effect {
            Effect::Say { topic, content } => self.say(topic, content).await?,
            Effect::Deed { slot, deed } => {
                let outcome = self.deed(deed).await?;
                return Ok(Some(Body::Outcome(slot, outcome)));
            }
            Effect::Call { slot, call } => self.call(slot, call).await?,
            Effect::Do { call } => self.do_later(call).await?,
            Effect::Forget { region } => self.forget(&region).await?,
            Effect::Wake { slot, at } => self.wake(slot, at).await?,
            Effect::HandOver { reason } => {
                if !self.conversation.mode.is_person() {
                    self.conversation.mode = Mode::Wanted { reason, since: self.now };
                    let storefront = &self.conversation.storefront;
                    self.house.saw(|| Happening::HandedOver { storefront: storefront.to_string() });
                }
            }
        }
        Ok(None)
    }

    pub(super) fn next_effect(&mut self) -> EffectId {
        let position = self.position;
        self.position += 1;
        EffectId { turn: self.id, position }
    }

    pub(super) async fn say(&mut self, topic: Option<Slot>, content: Content) -> Kept<()> {
        self.say_as(Author::Bot, topic, content).await
    }

    /// A line: fitted to the channel, written into the transcript, and put into the outbox piece by piece.
    pub(super) async fn say_as(&mut self, author: Author, topic: Option<Slot>, content: Content) -> Kept<()> {
        if let Some(topic) = &topic {
            self.withdraw(topic).await?;
        }
        let draft = topic.is_some() && self.conversation.mode.is_person() && author == Author::Bot;
        match fit::fit(&content, &self.channel.capabilities) {
            Ok(fitted) => {
                self.offered =
                    Some(fitted.offered).filter(|offered| !offered.is_empty()).or(self.offered.take());
                self.offered.get_or_insert_default();
                for piece in fitted.pieces {
                    self.say_piece(author, topic.clone(), piece, draft).await?;
                }
                Ok(())
            }
            Err(unfit) => self.say_nothing(author, content, &unfit.to_string()).await,
        }
    }

    async fn say_piece(
        &mut self,
        author: Author,
        topic: Option<Slot>,
        content: Content,
        draft: bool,
    ) -> Kept<()> {
        let effect = self.next_effect();
        let delivery = if draft { Delivery::Draft } else { Delivery::Queued };
        let message =
            self.transcribe(author, topic.clone(), content.clone(), delivery, Some(effect), None).await?;
        if draft {
            return Ok(());
        }
        let valid = match self.by_news {
            true => self.entry.tuning.notice_valid,
            false => self.entry.tuning.reply_valid,
        };
        let work = Work::Say { peer: self.conversation.peer.clone(), content, author };
        let lane = self.channel.entry.messenger.terms().lane.clone();
        let mut row = self.row(effect, lane, Class::Say, topic, work, valid);
        row.message = Some(message);
        self.unit.put(&row).await
    }

    /// What the channel cannot show at all is a failed line that staff can see.
    async fn say_nothing(&mut self, author: Author, content: Content, reason: &str) -> Kept<()> {
        tracing::warn!(conversation.id = %self.conversation.id, reason, "failed to fit a line to its channel");
        self.transcribe(author, None, content, Delivery::Failed, None, Some(reason)).await?;
        Ok(())
    }

    async fn transcribe(
        &mut self,
        author: Author,
        topic: Option<Slot>,
        content: Content,
        delivery: Delivery,
        effect: Option<EffectId>,
        reason: Option<&str>,
    ) -> Kept<MessageId> {
        let id = self.house.mint.message();
        let line = Line { id, at: self.now, author, content, topic, delivery: Some(delivery) };
        let written = Written {
            conversation: self.conversation.id,
            account: self.conversation.account.clone(),
            line,
            correlation: self.correlation.clone(),
            effect,
            reference: None,
            reason: reason.map(str::to_owned),
            left_at: None,
        };
        self.unit.write(&written).await?;
        Ok(id)
    }

    /// **Only `Said` withdraws**: unsent lines under a topic give way to what the customer's newer words cause.
    async fn withdraw(&mut self, topic: &Slot) -> Kept<()> {
        if !self.by_words || self.withdrawn.contains(topic) {
            return Ok(());
        }
        self.withdrawn.push(topic.clone());
        for row in self.unit.rows_of(self.conversation.id).await? {
            let unsent = matches!(row.state, OutboxState::Ready | OutboxState::Claimed);
            if row.class == Class::Say
                && unsent
                && row.slot.as_ref() == Some(topic)
                && row.effect.turn != self.id
            {
                self.unit.remove(row.effect).await?;
                if let Some(message) = row.message {
                    self.unit.deliver(message, Delivery::Withdrawn, None, None, None).await?;
                }
            }
        }
        Ok(())
    }

    /// **A call under a slot replaces the slot's former one.**
    async fn call(&mut self, slot: Slot, call: Call) -> Kept<()> {
        self.withdraw(&slot).await?;
        self.drop_slot(&slot).await?;
        let effect = self.next_effect();
        self.conversation.inner.pending.insert(slot.clone(), effect);
        let (class, valid) = if call.writes() { (Class::Write, DO_VALID) } else { (Class::Read, READ_VALID) };
        match self.lane_for(call.port()) {
            Some(lane) => {
                let row = self.row(effect, lane, class, Some(slot), Work::Call { call }, valid);
                self.unit.put(&row).await
            }
            None => self.answer_without_port(slot, effect, &call).await,
        }
    }

    /// A storefront without such a provider hears so as an answer, like any other failure.
    async fn answer_without_port(&mut self, slot: Slot, effect: EffectId, call: &Call) -> Kept<()> {
        let error =
            PortError::new(ErrorKind::Config, "settings", "the storefront has no account for this call");
        let answered = Answered { slot, effect, awaited: false, result: Err(error) };
        let body = InboxBody::Answer { writes: call.writes(), answered };
        let (event, id) = (self.house.mint.event(), self.conversation.id);
        self.unit.file(&InboxRow::new(event, id, self.correlation.clone(), self.now, body)).await
    }

    pub(crate) async fn do_later(&mut self, call: Call) -> Kept<()> {
        let Some(lane) = self.lane_for(call.port()) else {
            return Err(StoreError::Abandoned(
                "the storefront has no account for a call that must be made".into(),
            ));
        };
        let effect = self.next_effect();
        let row = self.row(effect, lane, Class::Do, None, Work::Call { call }, DO_VALID);
        self.unit.put(&row).await
    }

    async fn wake(&mut self, slot: Slot, at: Timestamp) -> Kept<()> {
        self.drop_slot(&slot).await?;
        let effect = self.next_effect();
        self.conversation.inner.pending.insert(slot.clone(), effect);
        self.unit.set_timer(&Timer { conversation: self.conversation.id, slot, effect, at }).await
    }

    async fn forget(&mut self, region: &Region) -> Kept<()> {
        let slots: Vec<_> =
            self.conversation.inner.pending.keys().filter(|slot| region.owns(slot)).cloned().collect();
        for slot in slots {
            self.drop_slot(&slot).await?;
        }
        self.unit.clear_timers(self.conversation.id, region).await
    }

    pub(super) async fn forget_all(&mut self) -> Kept<()> {
        let slots: Vec<_> = self.conversation.inner.pending.keys().cloned().collect();
        for slot in slots {
            self.drop_slot(&slot).await?;
        }
        Ok(())
    }

    /// The slot no longer waits; a call that has not left is withdrawn.
    async fn drop_slot(&mut self, slot: &Slot) -> Kept<()> {
        let Some(effect) = self.conversation.inner.pending.remove(slot) else { return Ok(()) };
        clear_alarm(&mut *self.unit, self.conversation.id, slot).await?;
        if let Some(row) = self.unit.row(effect).await?
            && matches!(row.state, OutboxState::Ready | OutboxState::Claimed)
            && row.attempt == 0
        {
            self.unit.remove(effect).await?;
        }
        Ok(())
    }

    /// "Typing" while a model thinks about that message.
    pub(super) async fn show_typing(&mut self, about: Option<MessageId>) -> Kept<()> {
        let waits = !self.conversation.inner.pending.is_empty();
        if !waits || !self.entry.tuning.show_signals || !self.channel.capabilities.typing {
            return Ok(());
        }
        let about = match about {
            Some(id) => self.unit.written(id).await?.and_then(|written| written.reference),
            None => None,
        };
        let effect = self.next_effect();
        let work = Work::Signal { peer: self.conversation.peer.clone(), about, signal: Signal::Typing };
        let lane = self.channel.entry.messenger.terms().lane.clone();
        let row = self.row(effect, lane, Class::Signal, None, work, SIGNAL_VALID);
        self.unit.put(&row).await
    }

    fn lane_for(&self, kind: PortKind) -> Option<Lane> {
        let account = self.house.registry.account_for(&self.conversation.storefront, kind)?;
        self.house.registry.port(account).map(|port| port.terms().lane.clone())
    }

    fn row(
        &self,
        effect: EffectId,
        lane: Lane,
        class: Class,
        slot: Option<Slot>,
        work: Work,
        valid: Duration,
    ) -> OutboxRow {
        let cause = Cause {
            storefront: self.conversation.storefront.clone(),
            conversation: self.conversation.id,
            correlation: self.correlation.clone(),
            at: self.now,
        };
        self.told.lock().lanes.insert(lane.clone());
        OutboxRow { slot, ..OutboxRow::new(cause, effect, lane, class, work, valid) }
    }
}

/// Clears a slot's own alarm. Those of the slots below it go on: they have somebody who waits for them.
pub(crate) async fn clear_alarm(unit: &mut dyn Unit, id: ConversationId, slot: &Slot) -> Kept<()> {
    let alarms = unit.timers_of(id).await?;
    if !alarms.iter().any(|alarm| alarm.slot == *slot) {
        return Ok(());
    }
    unit.clear_timers(id, slot).await?;
    for below in alarms.iter().filter(|alarm| alarm.slot != *slot && slot.owns(&alarm.slot)) {
        unit.set_timer(below).await?;
    }
    Ok(())
}
