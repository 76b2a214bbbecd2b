//! Receipts: news of our own lines, in any order, some of it before the send's answer.
//!
//! A line is known by the provider's id of it, which the answer tells. Where the answer is lost, the line is known again by the
//! mark that it was sent with, if the provider gives marks back: whatever comes first tells the id.

use tradepost_domain::{AccountKey, ConversationId, Delivery, MessageId};
use tradepost_ports::{
    Unit,
    store::{Fate, Kept, OutboxState, ParkedNews, ToldOf, Written},
};

use super::{
    change::apply_change,
    file::{Filed, Filing},
};
use crate::House;

/// The note of an event that names a line which the provider knows by another id: it has taken the line twice, or the mark is
/// not ours.
const ANOTHER: &str = "the provider knows the line of this mark by another id";

/// What a receipt tells.
pub(super) struct News {
    pub(super) delivery: Delivery,
    pub(super) earlier_too: bool,
    pub(super) reason: Option<String>,
}

impl Filing<'_> {
    pub(super) async fn receipt(
        &self,
        unit: &mut dyn Unit,
        reference: &str,
        mark: Option<MessageId>,
        news: News,
    ) -> Kept<Filed> {
        if let Some(line) = self.line_met(reference) {
            return self.receipt_of(unit, reference, line, &news).await;
        }
        if let Some(mark) = mark
            && let Some(filed) = self.receipt_by_mark(unit, reference, mark, &news).await?
        {
            return Ok(filed);
        }
        // It was not there when all were looked up; if it is now, whoever releases it finds it.
        let News { delivery, earlier_too, reason } = news;
        let news = ParkedNews::Receipt { delivery, earlier_too, reason };
        self.park(unit, reference, self.house.tuning.memory, news).await?;
        self.release_receipt(unit, reference).await
    }

    /// The line of that reference, where it was looked up for the whole unit.
    fn line_met(&self, reference: &str) -> Option<ToldOf> {
        self.met.lines.lock().get(&(self.account.clone(), reference.to_owned())).copied()
    }

    /// News of a line whose conversation this unit has, so that it is where it was found. What changes nothing is not written.
    async fn receipt_of(
        &self,
        unit: &mut dyn Unit,
        reference: &str,
        line: ToldOf,
        news: &News,
    ) -> Kept<Filed> {
        let filed = Filed::within(Fate::Applied, line.conversation);
        let Some(so_far) = line.delivery else { return Ok(filed) };
        let then = so_far.after(news.delivery);
        if then != so_far {
            self.house.move_line(unit, (line.id, line.conversation), None, news).await?;
        } else if news.earlier_too {
            unit.deliver_up_to(line.conversation, line.id, news.delivery).await?;
        }
        let key = (self.account.clone(), reference.to_owned());
        self.met.lines.lock().insert(key, ToldOf { delivery: Some(then), ..line });
        Ok(filed)
    }

    /// News of a line that is known by its mark alone. **The mark settles a line of this account that may have left and that
    /// nobody knows by an id**; of any other it says nothing.
    async fn receipt_by_mark(
        &self,
        unit: &mut dyn Unit,
        reference: &str,
        mark: MessageId,
        news: &News,
    ) -> Kept<Option<Filed>> {
        let Some(line) = self.marked(unit, mark).await? else { return Ok(None) };
        match (line.reference.as_deref(), line.line.delivery) {
            (Some(known), Some(_)) if known == reference => {
                self.house.apply_receipt(unit, &line, None, news).await?;
            }
            (Some(_), Some(_)) => {
                let filed = Filed::within(Fate::Noted, line.conversation);
                return Ok(Some(Filed { note: Some(ANOTHER.into()), ..filed }));
            }
            (None, Some(Delivery::Sending | Delivery::Uncertain | Delivery::Queued))
                if was_tried(unit, &line).await? =>
            {
                self.settle_by_mark(unit, reference, &line, news).await?;
            }
            _ => return Ok(None),
        }
        Ok(Some(Filed::within(Fate::Applied, line.conversation)))
    }

    /// The line of a mark, if it is one of this account and its storefront. Its conversation is this unit's from then on.
    async fn marked(&self, unit: &mut dyn Unit, mark: MessageId) -> Kept<Option<Written>> {
        let Some(line) = unit.written(mark).await? else { return Ok(None) };
        let conversation = match line.account == self.account {
            true => unit.conversation(line.conversation).await?,
            false => None,
        };
        let storefront = self.house.registry.channel(&self.account).map(|channel| &channel.entry.storefront);
        match conversation {
            // As it is now that nobody else changes it.
            Some(conversation) if Some(&conversation.storefront) == storefront => unit.written(mark).await,
            _ => Ok(None),
        }
    }

    /// The provider has taken the line. Its followers wait no longer; while it is being sent, its row is its sender's.
    async fn settle_by_mark(
        &self,
        unit: &mut dyn Unit,
        reference: &str,
        line: &Written,
        news: &News,
    ) -> Kept<()> {
        if line.line.delivery == Some(Delivery::Uncertain) {
            let (id, state) = (line.line.id, news.delivery.word());
            tracing::info!(line.id = %id, conversation.id = %line.conversation, state, "a line that may have left has left");
        }
        self.house.apply_receipt(unit, line, Some(reference), news).await?;
        self.house.apply_parked(unit, &self.account, reference, line.line.id).await?;
        let Some(effect) = line.effect else { return Ok(()) };
        match unit.row(effect).await? {
            Some(row) if row.state != OutboxState::Sending => {
                unit.remove(effect).await?;
                self.lanes.lock().insert(row.lane);
            }
            _ => {}
        }
        Ok(())
    }

    async fn release_receipt(&self, unit: &mut dyn Unit, reference: &str) -> Kept<Filed> {
        let Some(written) = unit.by_reference(&self.account, reference).await? else {
            return Ok(Filed::new(Fate::Parked));
        };
        unit.conversation(written.conversation).await?;
        self.house.apply_parked(unit, &self.account, reference, written.line.id).await?;
        Ok(Filed::within(Fate::Applied, written.conversation))
    }
}

/// Has it been given to the provider, whatever that answered?
async fn was_tried(unit: &mut dyn Unit, line: &Written) -> Kept<bool> {
    let (Some(Delivery::Queued), Some(effect)) = (line.line.delivery, line.effect) else { return Ok(true) };
    Ok(unit.row(effect).await?.is_some_and(|row| row.attempt > 0))
}

impl House {
    /// A line's reference has become known: receipts that came earlier are applied to it.
    pub(crate) async fn apply_parked(
        &self,
        unit: &mut dyn Unit,
        account: &AccountKey,
        reference: &str,
        line: MessageId,
    ) -> Kept<()> {
        for parked in unit.unpark(account, reference).await? {
            match parked.news {
                ParkedNews::Receipt { delivery, earlier_too, reason } => {
                    if let Some(written) = unit.written(line).await? {
                        let news = News { delivery, earlier_too, reason };
                        self.apply_receipt(unit, &written, None, &news).await?;
                    }
                }
                ParkedNews::Changed { text } => {
                    apply_change(unit, account, reference, (parked.event, text)).await?;
                }
                ParkedNews::Paid { .. } | ParkedNews::Echo { .. } => {}
            }
        }
        Ok(())
    }

    /// Moves a line forwards, and where the news speaks of earlier ones, too, those. Its reference is kept if it is given.
    async fn apply_receipt(
        &self,
        unit: &mut dyn Unit,
        written: &Written,
        reference: Option<&str>,
        news: &News,
    ) -> Kept<()> {
        let Some(so_far) = written.line.delivery else { return Ok(()) };
        // Why it failed is not kept of a failure that is not believed.
        let reason = news.reason.clone().filter(|_| so_far.after(news.delivery) == news.delivery);
        let line = (written.line.id, written.conversation);
        self.move_line(unit, line, reference, &News { reason, ..*news }).await
    }

    async fn move_line(
        &self,
        unit: &mut dyn Unit,
        (line, conversation): (MessageId, ConversationId),
        reference: Option<&str>,
        news: &News,
    ) -> Kept<()> {
        unit.deliver(line, news.delivery, reference, news.reason.as_deref(), None).await?;
        if news.earlier_too {
            unit.deliver_up_to(conversation, line, news.delivery).await?;
        }
        Ok(())
    }
}
