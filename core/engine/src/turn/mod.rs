//! The turn: what waits in a conversation is stepped, and everything it comes to is kept in one commit, or nothing.

mod effects;
mod hop;
mod keywords;
mod plan;
mod staff;

use std::{sync::Arc, time::Duration};

pub(crate) use effects::clear_alarm;
use plan::{Job, Plan};
use tracing::Instrument;
use tradepost_domain::{
    Contact, Conversation, ConversationId, Correlation, EventId, Lane, Slot, Timestamp, TurnId, WorkerId,
    flow::{Reading, Stage},
};
use tradepost_ports::{
    Happening, StoreError, Unit, Wake,
    store::{InboxBody, Kept},
};

use crate::{
    House,
    context::Known,
    failure::{Fault, Told, without_panic},
    registry::{Channel, StorefrontEntry},
    unit::write,
    watch::between,
};

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEnd {
    /// Something was stepped or taken in.
    Done,
    /// Nothing was ripe.
    Nothing,
    /// Another worker holds the conversation.
    Busy,
    /// The state is of a newer worker's shape, or its storefront is not ours: left for others.
    NotOurs,
}

/// A turn under way.
pub(crate) struct Turn<'u> {
    pub(crate) house: &'u House,
    pub(crate) unit: &'u mut (dyn Unit + 'u),
    pub(crate) conversation: Conversation,
    pub(crate) contact: Contact,
    pub(crate) entry: &'u StorefrontEntry,
    pub(crate) channel: &'u Channel,
    pub(crate) storefront: Known,
    pub(crate) id: TurnId,
    pub(crate) now: Timestamp,
    /// The request that caused what is being stepped.
    pub(crate) correlation: Correlation,
    /// Effects so far: the next one's position.
    pub(crate) position: u16,
    /// Steps so far.
    pub(crate) hops: usize,
    /// Did the customer's words cause what is being stepped? Only they withdraw.
    pub(crate) by_words: bool,
    /// Is it news that causes what is being stepped? Its lines are valid for longer.
    pub(crate) by_news: bool,
    /// What this turn's lines offer, once any was said.
    pub(crate) offered: Option<Vec<tradepost_domain::Choice>>,
    /// Topics that this turn has withdrawn already: its own lines stay.
    pub(crate) withdrawn: Vec<Slot>,
    /// Told what fails, so that its tries can be counted after the rollback.
    pub(crate) told: Told,
}

impl House {
    /// Takes a conversation's turn, in a transaction of its own.
    pub async fn turn(
        self: &Arc<Self>,
        id: ConversationId,
        worker: &WorkerId,
    ) -> Result<TurnEnd, StoreError> {
        let told = Told::default();
        let (house, tell, worker) = (Arc::clone(self), Arc::clone(&told), worker.clone());
        let end = write(&*self.store, move |unit| {
            Box::pin(async move { house.turn_within(unit, id, &worker, tell).await })
        })
        .await;
        let aftermath = std::mem::take(&mut *told.lock());
        match (end, aftermath.fault) {
            (Ok(end), _) => {
                self.turned(id, end, aftermath.parts, aftermath.lanes);
                Ok(end)
            }
            (Err(_), Some(fault)) => self.count_failure(id, fault).await.map(|()| TurnEnd::Done),
            (Err(error), None) => Err(error),
        }
    }

    /// Tells others what a kept turn means to them.
    pub(crate) fn turned(
        &self,
        id: ConversationId,
        end: TurnEnd,
        parts: Vec<String>,
        lanes: impl IntoIterator<Item = Lane>,
    ) {
        self.parts_are_kept(parts);
        if end == TurnEnd::Done {
            self.wake_lanes(lanes);
            self.coordinator.wake(Wake::Answered(id));
        }
    }

    /// Takes a turn inside a transaction. **"Do customer's words wait?" is asked inside it.**
    pub(crate) async fn turn_within(
        &self,
        unit: &mut dyn Unit,
        id: ConversationId,
        worker: &WorkerId,
        told: Told,
    ) -> Kept<TurnEnd> {
        let now = self.now();
        let Some(mut conversation) = unit.conversation(id).await? else { return Ok(TurnEnd::Nothing) };
        if !conversation.free_for(worker, now) {
            return Ok(TurnEnd::Busy);
        }
        let waiting = unit.waiting(id).await?;
        let Some((entry, channel)) = self.served_by(&conversation) else {
            let ripe = waiting.iter().filter(|row| row.ripe_at <= now);
            let events: Vec<_> = ripe.map(|row| row.event).collect();
            return self.leave_for_others(unit, conversation, &events, self.tuning.longest_wait).await;
        };
        let swept = waiting.iter().any(|row| row.body == InboxBody::TakeOverEnded);
        let plan = Plan::of(waiting, &entry.tuning, now, self.tuning.most_hops);
        self.put_off(unit, id, &plan).await?;
        let Some(correlation) = plan.jobs.first().and_then(Job::correlation) else {
            return self.give_back(unit, conversation).await;
        };
        if reading(entry, &conversation) == Reading::Newer {
            return self.leave_for_others(unit, conversation, &plan.events(), self.tuning.lease).await;
        }
        let contact = contact_of(unit, &conversation).await?;
        conversation.contact = contact.id;
        let storefront = self.storefront_now(unit, &conversation.storefront).await?;
        let turn = Turn {
            house: self,
            unit,
            conversation,
            contact,
            entry,
            channel,
            storefront,
            id: self.mint.turn(),
            now,
            correlation,
            position: 0,
            hops: 0,
            by_words: false,
            by_news: false,
            offered: None,
            withdrawn: Vec::new(),
            told,
        };
        turn.run(plan, swept).await?;
        let (storefront, took) = (entry.facts.id.as_str(), between(now, self.now()));
        self.saw(|| Happening::Turned { storefront: storefront.to_owned(), took });
        self.reached(crate::Stage::Turning);
        Ok(TurnEnd::Done)
    }

    /// The storefront and the channel of a conversation, if both are ours.
    pub(crate) fn served_by(&self, conversation: &Conversation) -> Option<(&StorefrontEntry, &Channel)> {
        let entry = self.registry.storefront(&conversation.storefront)?;
        Some((entry, self.registry.channel(&conversation.account)?))
    }

    /// What the plan leaves for later is looked at then.
    async fn put_off(&self, unit: &mut dyn Unit, id: ConversationId, plan: &Plan) -> Kept<()> {
        for (events, ripe_at) in &plan.later {
            unit.ripen(events, *ripe_at).await?;
        }
        if let Some(at) = plan.again_at {
            self.agenda.note(at, id);
        }
        Ok(())
    }

    /// These events step back behind those that we can take: however many there are, they keep no other waiting.
    async fn leave_for_others(
        &self,
        unit: &mut dyn Unit,
        conversation: Conversation,
        events: &[EventId],
        step: Duration,
    ) -> Kept<TurnEnd> {
        unit.ripen(events, self.now() + step).await?;
        self.give_back(unit, conversation).await?;
        Ok(TurnEnd::NotOurs)
    }

    async fn give_back(&self, unit: &mut dyn Unit, mut conversation: Conversation) -> Kept<TurnEnd> {
        if conversation.lease.take().is_some() {
            unit.keep(&conversation).await?;
        }
        Ok(TurnEnd::Nothing)
    }
}

/// The contact of a conversation. One that became another's while the conversation began is found by its identity.
async fn contact_of(unit: &mut dyn Unit, conversation: &Conversation) -> Kept<Contact> {
    if let Some(contact) = unit.contact(conversation.contact).await? {
        return Ok(contact);
    }
    let owner = unit.contact_by(&conversation.storefront, &crate::context::identity_of(conversation)).await?;
    owner.ok_or_else(|| StoreError::Broken(format!("conversation {} has no contact", conversation.id)))
}

fn reading(entry: &StorefrontEntry, conversation: &Conversation) -> Reading {
    let Some(stored) = &conversation.inner.state else { return Reading::Ready };
    without_panic(|| entry.flow.read(stored)).unwrap_or_else(|error| {
        tracing::error!(conversation.id = %conversation.id, %error, "failed to read a stored state");
        Reading::Unreadable
    })
}

impl Turn<'_> {
    /// Whatever comes after the end of a take-over is the flow's, even if the sweep has not told of the end yet.
    async fn run(mut self, plan: Plan, swept: bool) -> Kept<()> {
        let mut taken = Vec::new();
        if !swept {
            self.hand_back_in_time(self.house.mint.event()).await?;
        }
        for job in plan.jobs {
            let events = job.events();
            if self.hops >= self.house.tuning.most_hops {
                break;
            }
            self.correlation = job.correlation().unwrap_or(self.correlation);
            let (request, id) = (self.correlation.as_str(), self.conversation.id);
            let span = tracing::info_span!("turn", request.id = request, conversation.id = %id);
            self.correlation = self.house.step(&span, self.correlation.clone());
            if let Err(error) = self.take(job).instrument(span).await {
                return Err(self.blame(events, error));
            }
            taken.extend(events);
        }
        match self.end(&taken).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.blame(taken, error)),
        }
    }

    async fn end(&mut self, taken: &[EventId]) -> Kept<()> {
        self.unit.take(taken).await?;
        let stage = self.stage()?;
        self.keep(stage).await
    }

    fn stage(&self) -> Kept<Stage> {
        without_panic(|| self.entry.flow.stage_erased(self.conversation.inner.state.as_ref()))
    }

    async fn take(&mut self, job: Job) -> Kept<()> {
        self.by_words = matches!(job, Job::Said(_));
        // Lines that were held while her words waited may leave now.
        self.told.lock().lanes.insert(self.channel.entry.messenger.terms().lane.clone());
        self.by_news = job.is_news();
        match job {
            Job::Said(rows) => self.said(rows).await,
            Job::One(row) => self.one(*row).await,
        }
    }

    /// The conversation as it is after the turn.
    async fn keep(&mut self, stage: Stage) -> Kept<()> {
        if let Some(offered) = self.offered.take() {
            self.conversation.inner.offered = offered;
        }
        self.conversation.stage = stage.name.into_owned();
        self.conversation.inner.open = stage.open;
        self.conversation.lease = None;
        match self.unit.keep(&self.conversation).await? {
            true => Ok(()),
            false => Err(StoreError::Conflict),
        }
    }

    /// Says which events the failure belongs to. What is only the store's trouble is nobody's fault.
    fn blame(&self, events: Vec<EventId>, error: StoreError) -> StoreError {
        if let StoreError::Abandoned(reason) | StoreError::Broken(reason) = &error {
            self.told.lock().fault =
                Some(Fault { events, correlation: self.correlation.clone(), reason: reason.clone() });
        }
        error
    }
}
