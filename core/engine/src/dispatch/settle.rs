//! Settling: what came of a row is written down, once. A settle names its attempt; an older one's result is not taken.

use std::{sync::Arc, time::Duration};

use tradepost_domain::{
    Answer, Answered, Call, Checkout, ConversationId, Correlation, Delivery, ErrorKind, EventId, MessageId,
    OrderId, PortError, Timestamp, ledger::OrderState,
};
use tradepost_ports::{
    Happening, PortResult, Receipt, StoreError, Unit,
    store::{
        Class, DeadLetter, DeadWork, InboxBody, InboxRow, Kept, OutboxRow, OutboxState, ParkedNews, Work,
    },
};

use super::{carry::Outcome, claim::Marked};
use crate::{
    House, Stage, TurnEnd,
    failure::{Aftermath, Told},
    unit::write,
};

/// A rate that is exceeded is tried again after a minute at the latest.
const LONGEST_RATE_WAIT: Duration = Duration::from_secs(60);

impl House {
    /// Writes down what came of a row. Where it is an answer, the conversation's turn is taken in the same commit; if
    /// that turn cannot be taken, the answer is stored alone.
    pub(super) async fn settle(
        self: &Arc<Self>,
        marked: &Arc<Marked>,
        outcome: &Arc<Outcome>,
    ) -> Result<(), StoreError> {
        let conversation = marked.row.conversation;
        // The same event in both tries to store it, so that a failed turn is counted against it.
        let event = self.mint.event();
        let told = Told::default();
        let settled = self.settle_and_turn(marked, outcome, event, Some(Arc::clone(&told))).await;
        let Aftermath { fault, parts, lanes } = std::mem::take(&mut *told.lock());
        match settled {
            Ok(end) => {
                self.coordinator.wake(tradepost_ports::Wake::Answered(conversation));
                self.turned(conversation, end, parts, lanes);
                Ok(())
            }
            Err(error @ (StoreError::Away(_) | StoreError::Conflict)) => Err(error),
            Err(error) => {
                tracing::warn!(%error, "failed to take an answer's turn; the answer is stored alone");
                self.settle_and_turn(marked, outcome, event, None).await?;
                match fault {
                    Some(fault) => self.count_failure(conversation, fault).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// Too fast for the account, not for one customer: its whole lane rests.
    pub(super) fn heed_rate(&self, marked: &Marked, outcome: &Outcome) {
        if let Some(error) = outcome.error()
            && error.kind == ErrorKind::RateLimited
            && !error.this_customer_only
        {
            let until = self.now() + self.wait_for(&marked.row, error);
            self.runners.rest(&marked.row.lane, until);
        }
    }

    async fn settle_and_turn(
        self: &Arc<Self>,
        marked: &Arc<Marked>,
        outcome: &Arc<Outcome>,
        event: EventId,
        turn: Option<Told>,
    ) -> Kept<TurnEnd> {
        let (house, marked, outcome) = (Arc::clone(self), Arc::clone(marked), Arc::clone(outcome));
        write(&*self.store, move |unit| {
            Box::pin(async move {
                let answered = house.settle_within(unit, &marked, &outcome, event).await?;
                house.reached(Stage::Settling);
                match (answered, turn) {
                    (Some(id), Some(fault)) => house.turn_within(unit, id, &house.tuning.worker, fault).await,
                    _ => Ok(TurnEnd::Nothing),
                }
            })
        })
        .await
    }

    /// The conversation that has an answer to hear, if there is one.
    async fn settle_within(
        &self,
        unit: &mut dyn Unit,
        marked: &Marked,
        outcome: &Outcome,
        event: EventId,
    ) -> Kept<Option<ConversationId>> {
        // Whoever writes what belongs to a conversation has locked it first.
        unit.conversation(marked.row.conversation).await?;
        let Some(row) = unit.row(marked.row.effect).await? else {
            return self.said_late(unit, marked, outcome).await.map(|()| None);
        };
        let under_way = matches!(row.state, OutboxState::Sending | OutboxState::Uncertain);
        if !under_way || row.attempt != marked.row.attempt {
            return Ok(None);
        }
        match outcome {
            Outcome::Said(Ok(receipt)) => self.said(unit, marked, row, receipt).await?,
            Outcome::Said(Err(error)) => self.not_said(unit, row, error).await?,
            Outcome::Answered(result) if row.class == Class::Do => self.done(unit, row, result).await?,
            Outcome::Answered(result) => {
                let id = row.conversation;
                self.answer(unit, marked, row, result.clone(), event).await?;
                return Ok(Some(id));
            }
            Outcome::Shown => unit.remove(row.effect).await?,
            Outcome::Fetched(result) => self.fetched(unit, row, result).await?,
            Outcome::TooLate if self.is_taken(unit, &row).await? => unit.remove(row.effect).await?,
            Outcome::TooLate => self.again(unit, row, Duration::ZERO).await?,
        }
        Ok(None)
    }

    async fn said(
        &self,
        unit: &mut dyn Unit,
        marked: &Marked,
        row: OutboxRow,
        receipt: &Receipt,
    ) -> Kept<()> {
        unit.remove(row.effect).await?;
        let Some(message) = row.message else { return Ok(()) };
        self.sent(unit, marked, message, receipt).await
    }

    /// The answer to a line that has been given up as uncertain proves that it left, if it is the answer to the attempt that
    /// was given up: the last one, whose time the line bears.
    async fn said_late(&self, unit: &mut dyn Unit, marked: &Marked, outcome: &Outcome) -> Kept<()> {
        let (Outcome::Said(Ok(receipt)), Some(message)) = (outcome, marked.row.message) else {
            return Ok(());
        };
        let Some(written) = unit.written(message).await? else { return Ok(()) };
        let given_up = written.line.delivery == Some(Delivery::Uncertain);
        match given_up && written.left_at.is_some_and(|left| same_moment(left, marked.at)) {
            true => self.sent(unit, marked, message, receipt).await,
            false => Ok(()),
        }
    }

    async fn sent(
        &self,
        unit: &mut dyn Unit,
        marked: &Marked,
        message: MessageId,
        receipt: &Receipt,
    ) -> Kept<()> {
        unit.deliver(message, Delivery::Sent, Some(&receipt.reference), None, Some(marked.at)).await?;
        self.saw_left(unit, marked, message).await?;
        self.apply_parked(unit, &marked.account, &receipt.reference, message).await
    }

    async fn not_said(&self, unit: &mut dyn Unit, row: OutboxRow, error: &PortError) -> Kept<()> {
        if self.is_taken(unit, &row).await? {
            return unit.remove(row.effect).await;
        }
        match error.kind {
            ErrorKind::Uncertain | ErrorKind::Unexpected => {
                self.uncertain(unit, row, &error.to_string()).await
            }
            kind if kind.waits() => {
                let wait = self.wait_for(&row, error);
                self.again(unit, row, wait).await
            }
            ErrorKind::Unavailable if row.failures + 1 < self.tuning.most_tries => {
                self.later(unit, row, error).await
            }
            _ => self.failed_line(unit, row, error).await,
        }
    }

    /// Does news of the line prove that the provider has taken it, whatever its sender has heard, or has not?
    pub(crate) async fn is_taken(&self, unit: &mut dyn Unit, row: &OutboxRow) -> Kept<bool> {
        match row.message {
            Some(line) => Ok(unit.written(line).await?.is_some_and(|written| written.reference.is_some())),
            None => Ok(false),
        }
    }

    /// How long to wait for a rate, a breaker, an account. None of them is an attempt that failed. Who tells a time is
    /// left alone for so long; a rate that is still exceeded without one is waited for longer each time.
    pub(super) fn wait_for(&self, row: &OutboxRow, error: &PortError) -> Duration {
        let tuning = &self.tuning;
        if let Some(asked) = error.retry_after() {
            return asked.min(tuning.longest_rest);
        }
        let by_kind = match error.kind {
            ErrorKind::Denied => tuning.attention_probe,
            ErrorKind::RateLimited => tuning.wait_after(row.attempt).min(LONGEST_RATE_WAIT),
            _ => tuning.first_wait,
        };
        by_kind.min(tuning.longest_wait)
    }

    /// Back to the queue: it certainly was not taken.
    pub(super) async fn again(&self, unit: &mut dyn Unit, mut row: OutboxRow, wait: Duration) -> Kept<()> {
        row.state = OutboxState::Ready;
        (row.holder, row.until) = (None, None);
        row.not_before = self.now() + wait;
        unit.update(&row).await?;
        if let Some(message) = row.message {
            unit.deliver(message, Delivery::Queued, None, None, None).await?;
        }
        Ok(())
    }

    /// One try more has failed. It is waited for longer each time, and as long as the provider asks.
    pub(super) async fn later(&self, unit: &mut dyn Unit, mut row: OutboxRow, error: &PortError) -> Kept<()> {
        row.failures += 1;
        let asked = error.retry_after().unwrap_or_default().min(self.tuning.longest_rest);
        let wait = self.tuning.wait_after(row.failures).max(asked);
        self.again(unit, row, wait).await
    }

    /// It may have left: never repeated, shown, and its followers wait a while.
    pub(crate) async fn uncertain(&self, unit: &mut dyn Unit, mut row: OutboxRow, reason: &str) -> Kept<()> {
        tracing::warn!(effect = %row.effect, conversation.id = %row.conversation, reason, "a line may have left");
        row.state = OutboxState::Uncertain;
        row.holder = None;
        row.until = Some(self.now() + self.tuning.uncertain_hold);
        unit.update(&row).await?;
        if let Some(message) = row.message {
            unit.deliver(message, Delivery::Uncertain, None, Some(reason), None).await?;
        }
        Ok(())
    }

    async fn failed_line(&self, unit: &mut dyn Unit, row: OutboxRow, error: &PortError) -> Kept<()> {
        unit.remove(row.effect).await?;
        if let Some(message) = row.message {
            unit.deliver(message, Delivery::Failed, None, Some(&error.to_string()), None).await?;
        }
        match error.kind {
            ErrorKind::OutsideWindow | ErrorKind::OptedOut | ErrorKind::NotFound => Ok(()),
            _ => self.bury_effect(unit, &row, &error.to_string()).await,
        }
    }

    async fn done(&self, unit: &mut dyn Unit, row: OutboxRow, result: &PortResult<Answer>) -> Kept<()> {
        match result {
            Ok(_) => unit.remove(row.effect).await,
            Err(error) if error.kind.waits() => {
                let wait = self.wait_for(&row, error);
                self.again(unit, row, wait).await
            }
            Err(error) if matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Uncertain) => {
                self.later(unit, row, error).await
            }
            Err(error) => {
                unit.remove(row.effect).await?;
                self.bury_effect(unit, &row, &error.to_string()).await
            }
        }
    }

    async fn answer(
        &self,
        unit: &mut dyn Unit,
        marked: &Marked,
        row: OutboxRow,
        result: PortResult<Answer>,
        event: EventId,
    ) -> Kept<()> {
        unit.remove(row.effect).await?;
        if let (Ok(Answer::Checkout(checkout)), Work::Call { call: Call::OpenCheckout(request) }) =
            (&result, &row.work)
        {
            self.know_checkout(unit, marked, request.order, checkout).await?;
        }
        self.file_answer_as(unit, event, &row, result).await
    }

    /// **The provider's id of an order becomes known in the commit that stores the checkout's answer**; notices that came
    /// earlier are released by it. An order that has ended meanwhile has its page closed.
    async fn know_checkout(
        &self,
        unit: &mut dyn Unit,
        marked: &Marked,
        order: OrderId,
        checkout: &Checkout,
    ) -> Kept<()> {
        unit.know_checkout(order, &marked.account, &checkout.reference).await?;
        for parked in unit.unpark(&marked.account, &checkout.reference).await? {
            if let ParkedNews::Paid { payment } = parked.news {
                let body = InboxBody::Paid { order, account: parked.account, payment };
                let (event, id) = (parked.event, marked.row.conversation);
                let known = unit.event(event).await?;
                let correlation = known.map_or_else(|| event.into(), |known| known.correlation);
                self.file_for(unit, event, id, correlation, body).await?;
            }
        }
        match unit.order(order).await? {
            Some(known) if matches!(known.state, OrderState::Ended | OrderState::Cancelled) => {
                self.close_page(unit, &known, marked.row.correlation.clone()).await
            }
            _ => Ok(()),
        }
    }

    pub(crate) async fn file_answer(
        &self,
        unit: &mut dyn Unit,
        row: &OutboxRow,
        result: PortResult<Answer>,
    ) -> Kept<()> {
        self.file_answer_as(unit, self.mint.event(), row, result).await
    }

    async fn file_answer_as(
        &self,
        unit: &mut dyn Unit,
        event: EventId,
        row: &OutboxRow,
        result: PortResult<Answer>,
    ) -> Kept<()> {
        let Some(slot) = row.slot.clone() else { return Ok(()) };
        let answered = Answered { slot, effect: row.effect, awaited: false, result };
        let body = InboxBody::Answer { writes: row.class == Class::Write, answered };
        self.file_for(unit, event, row.conversation, row.correlation.clone(), body).await
    }

    /// Files what the house itself has to tell: the beginning of a story of its own.
    pub(crate) async fn file_own(
        &self,
        unit: &mut dyn Unit,
        id: ConversationId,
        body: InboxBody,
    ) -> Kept<()> {
        let event = self.mint.event();
        self.file_for(unit, event, id, event.into(), body).await
    }

    pub(crate) async fn file_for(
        &self,
        unit: &mut dyn Unit,
        event: EventId,
        conversation: ConversationId,
        correlation: Correlation,
        body: InboxBody,
    ) -> Kept<()> {
        unit.file(&InboxRow::new(event, conversation, correlation, self.now(), body)).await
    }

    /// A call that was never made is answered so.
    pub(super) async fn answer_unmade(&self, unit: &mut dyn Unit, row: &OutboxRow, reason: &str) -> Kept<()> {
        let error = PortError::new(ErrorKind::Unavailable, "engine", reason);
        self.file_answer(unit, row, Err(error)).await
    }

    /// A call whose fate nobody knows is answered so: the flow hands over and never repeats.
    pub(crate) async fn answer_uncertain(&self, unit: &mut dyn Unit, row: &OutboxRow) -> Kept<()> {
        unit.remove(row.effect).await?;
        let error = PortError::new(ErrorKind::Uncertain, "engine", "nobody knows whether the call was made");
        self.file_answer(unit, row, Err(error)).await
    }

    pub(crate) async fn bury_effect(&self, unit: &mut dyn Unit, row: &OutboxRow, reason: &str) -> Kept<()> {
        let work = DeadWork::Effect {
            effect: row.effect,
            class: row.class.word().into(),
            work: serde_json::to_value(&row.work).unwrap_or_default(),
        };
        let letter = DeadLetter {
            id: self.mint.dead_letter(),
            storefront: row.storefront.clone(),
            conversation: row.conversation,
            at: self.now(),
            reason: reason.to_owned(),
            work,
        };
        unit.bury(&letter).await?;
        self.saw(|| Happening::Buried { work: "effect" });
        Ok(())
    }
}

/// A store may keep microseconds only.
fn same_moment(stored: Timestamp, known: Timestamp) -> bool {
    stored.as_microsecond() == known.as_microsecond()
}
