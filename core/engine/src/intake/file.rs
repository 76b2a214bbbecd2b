//! Files one arrival: into a conversation's queue, onto a line of ours, or into the history only.

use std::{collections::BTreeSet, time::Duration};

use parking_lot::Mutex;
use tradepost_domain::{
    AccountKey, Arrival, ConversationId, Correlation, EventId, Lane, Timestamp, What,
    ledger::{Order, Payment},
};
use tradepost_ports::{
    Unit,
    store::{Fate, InboxBody, InboxRow, Kept, Ledger, Parked, ParkedNews, StoredEvent},
};

use super::{Accepted, Intake, Met, bounded, change::TAKEN_BACK, receipt::News};
use crate::{House, registry::Channel};

/// What became of an arrival.
pub(super) struct Filed {
    pub(super) fate: Fate,
    pub(super) conversation: Option<ConversationId>,
    pub(super) note: Option<String>,
}

impl Filed {
    pub(super) fn new(fate: Fate) -> Self {
        Self { fate, conversation: None, note: None }
    }

    pub(super) fn within(fate: Fate, conversation: ConversationId) -> Self {
        Self { fate, conversation: Some(conversation), note: None }
    }

    pub(super) fn noted(fate: Fate, note: impl Into<String>) -> Self {
        Self { fate, conversation: None, note: Some(note.into()) }
    }
}

/// One arrival on its way into the store.
pub(super) struct Filing<'a> {
    pub(super) house: &'a House,
    pub(super) id: EventId,
    pub(super) now: Timestamp,
    pub(super) account: AccountKey,
    /// Is it over a limit? Then so long until the next one is answered.
    pub(super) over: Option<Duration>,
    /// Conversations that were looked up for the whole unit.
    pub(super) met: &'a Met,
    /// Lanes that it has given something to send.
    pub(super) lanes: Mutex<BTreeSet<Lane>>,
    intake: &'a Intake,
    /// The event that staff try again by this one.
    pub(super) repeats: Option<EventId>,
}

impl<'a> Filing<'a> {
    pub(super) fn new(
        house: &'a House,
        intake: &'a Intake,
        arrival: &Arrival,
        repeats: Option<EventId>,
        met: &'a Met,
    ) -> Self {
        let account = AccountKey::of(&intake.kind, &arrival.account);
        Self {
            house,
            id: house.mint.event(),
            now: house.now(),
            account,
            over: None,
            met,
            lanes: Mutex::default(),
            intake,
            repeats,
        }
    }

    pub(super) fn correlation(&self) -> Correlation {
        self.intake.correlation.clone()
    }

    pub(super) async fn file(
        self,
        unit: &mut dyn Unit,
        arrival: Arrival,
        accepted: &mut Accepted,
    ) -> Kept<()> {
        let (kind, at) = (arrival.what.word(), arrival.at);
        let reference = words_of(&arrival.what).map(str::to_owned);
        let normal = normalised(&arrival);
        let filed = self.take(unit, arrival.what, at).await?;
        accepted.over_limit += usize::from(self.over.is_some());
        accepted.wait = accepted.wait.max(self.over);
        let event = StoredEvent {
            id: self.id,
            endpoint: Some(self.intake.endpoint.clone()),
            account: self.account,
            conversation: filed.conversation,
            at: self.now,
            kind: kind.into(),
            fate: filed.fate,
            note: filed.note,
            raw: bounded(&arrival.raw),
            arrival: normal,
            reference,
            correlation: self.intake.correlation.clone(),
            repeats: self.repeats,
        };
        unit.record(&event).await?;
        self.house
            .saw_filed(&self.intake.kind, if self.over.is_some() { "over_limit" } else { filed.fate.word() });
        accepted.taken += 1;
        accepted.unrouted += usize::from(filed.fate == Fate::Unrouted);
        accepted.events.push(self.id);
        accepted.lanes.append(&mut self.lanes.lock());
        accepted.conversations.extend(filed.conversation.filter(|_| filed.fate == Fate::Filed));
        Ok(())
    }

    async fn take(&self, unit: &mut dyn Unit, what: What, at: Option<Timestamp>) -> Kept<Filed> {
        match what {
            What::Unreadable { reason } => return Ok(Filed::noted(Fate::Unparsed, reason)),
            What::Test => return Ok(Filed::noted(Fate::Noted, "the provider tried the connection")),
            What::Paid { payment } => return self.paid(unit, payment).await,
            _ => {}
        }
        if let What::Unsent { reference } = &what {
            unit.blank(&self.account, reference, TAKEN_BACK).await?;
        }
        match self.house.registry.channel(&self.account) {
            Some(channel) => self.take_for(unit, channel, what, at).await,
            None => Ok(Filed::noted(Fate::Unrouted, "no storefront has this account")),
        }
    }

    async fn take_for(
        &self,
        unit: &mut dyn Unit,
        channel: &Channel,
        what: What,
        at: Option<Timestamp>,
    ) -> Kept<Filed> {
        match what {
            What::Message { from, reference, content, about, referral } => {
                let heard = super::message::Heard { from, reference, content, about, referral, at };
                self.message(unit, channel, heard).await
            }
            What::Echo { to, reference, content } => self.echo(unit, to, reference, content).await,
            What::Receipt { reference, line, delivery, earlier_too, reason, .. } => {
                self.receipt(unit, &reference, line, News { delivery, earlier_too, reason }).await
            }
            What::Unsent { reference } => self.unsent(unit, &reference).await,
            What::Edited { reference, text } => self.edited(unit, &reference, text).await,
            What::Preference { from, purpose, given } => {
                let entry = self.entry_of(channel)?;
                self.preference(unit, entry, &from, (purpose, given, at)).await
            }
            What::Renumbered { from, to } => {
                self.renumbered(unit, &channel.entry.storefront, &from, &to).await
            }
            What::Reaction { .. } | What::Referred { .. } => Ok(Filed::new(Fate::Noted)),
            What::Other { kind, .. } => Ok(Filed::noted(Fate::Noted, kind)),
            What::Test | What::Unreadable { .. } | What::Paid { .. } => Ok(Filed::new(Fate::Noted)),
        }
    }

    /// Files for a turn.
    pub(super) async fn queue(
        &self,
        unit: &mut dyn Unit,
        conversation: ConversationId,
        body: InboxBody,
        quiet: Duration,
    ) -> Kept<()> {
        let row = InboxRow::new(self.id, conversation, self.correlation(), self.now, body);
        unit.file(&InboxRow { ripe_at: self.now + quiet, ..row }).await
    }

    /// Parks news of something that we do not know yet.
    pub(super) async fn park(
        &self,
        unit: &mut dyn Unit,
        reference: &str,
        kept: Duration,
        news: ParkedNews,
    ) -> Kept<()> {
        let (event, account) = (self.id, self.account.clone());
        let parked = Parked { event, account, reference: reference.to_owned(), until: self.now + kept, news };
        Ledger::park(unit, &parked).await
    }

    async fn paid(&self, unit: &mut dyn Unit, payment: Payment) -> Kept<Filed> {
        match unit.order_by_checkout(&self.account, &payment.reference).await? {
            Some(order) if unit.conversation(order.conversation).await?.is_none() => {
                self.paid_too_late(unit, &order, &payment).await
            }
            Some(order) => {
                let body = InboxBody::Paid { order: order.id, account: self.account.clone(), payment };
                self.queue(unit, order.conversation, body, Duration::ZERO).await?;
                Ok(Filed::within(Fate::Filed, order.conversation))
            }
            None => {
                let reference = payment.reference.clone();
                self.park(unit, &reference, self.house.tuning.memory, ParkedNews::Paid { payment }).await?;
                self.release_paid(unit, &reference).await
            }
        }
    }

    /// Nobody is left who could settle it: a person has to.
    async fn paid_too_late(&self, unit: &mut dyn Unit, order: &Order, payment: &Payment) -> Kept<Filed> {
        if !unit.hear_payment(&self.account, payment, order.id, self.now).await? {
            return Ok(Filed::noted(Fate::Noted, "a payment that was heard before"));
        }
        let (order, payment) = (order.id, &payment.id);
        tracing::error!(order.id = %order, payment, "money came for an order whose conversation is forgotten");
        let note = format!("money for order {order}, whose conversation is forgotten: settle it by hand");
        Ok(Filed::noted(Fate::Noted, note))
    }

    /// Whoever makes a thing known releases what is parked, before or after it was parked: if it has become known just now,
    /// we do.
    async fn release_paid(&self, unit: &mut dyn Unit, reference: &str) -> Kept<Filed> {
        let Some(order) = unit.order_by_checkout(&self.account, reference).await? else {
            return Ok(Filed::new(Fate::Parked));
        };
        unit.conversation(order.conversation).await?;
        for parked in unit.unpark(&self.account, reference).await? {
            if let ParkedNews::Paid { payment } = parked.news {
                let body = InboxBody::Paid { order: order.id, account: parked.account, payment };
                let correlation = self.correlation();
                self.house.file_for(unit, parked.event, order.conversation, correlation, body).await?;
            }
        }
        Ok(Filed::within(Fate::Filed, order.conversation))
    }
}

/// The message whose words stand in it, by the provider's id.
fn words_of(what: &What) -> Option<&str> {
    match what {
        What::Message { reference, .. } | What::Other { reference, .. } => reference.as_deref(),
        What::Echo { reference, .. } | What::Edited { reference, .. } => Some(reference),
        _ => None,
    }
}

/// The arrival as JSON, without the raw payload that stands beside it.
fn normalised(arrival: &Arrival) -> Option<String> {
    let lean = Arrival { raw: String::new(), ..arrival.clone() };
    serde_json::to_string(&lean).ok()
}
