//! What a person does about it: try an event or a dead letter again, say a word as staff.

use std::sync::Arc;

use tradepost_domain::{
    AccountKey, Author, ConversationId, Correlation, DeadLetterId, Delivery, EffectId, EventId, Line,
    Timestamp, What,
};
use tradepost_ports::{
    StoreError, Unit, Wake,
    store::{
        Cause, Class, DeadLetter, DeadWork, Fate, InboxBody, Kept, OutboxRow, StaffWord, StoredEvent, Work,
        Written,
    },
};

use crate::{
    House, Intake,
    intake::{TAKEN_BACK, taken_back},
    unit::{read, write},
};

/// Why something cannot be tried again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepairError {
    /// There is none.
    #[error("there is no {0}")]
    Unknown(String),
    /// It is so old that it is forgotten by now.
    #[error(
        "{0} is not there any more: what happened in a conversation is forgotten when nothing has happened in it for \
         longer than its storefront keeps it (`keep` in the settings)"
    )]
    Forgotten(String),
    /// It is not of a kind that can be tried again.
    #[error("{what} cannot be tried again: {why}")]
    Impossible {
        /// What.
        what: String,
        /// Why.
        why: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A line that is said once more.
struct Again {
    effect: EffectId,
    correlation: Correlation,
    author: Author,
    content: tradepost_domain::Content,
}

impl House {
    /// Files a stored event again, as a new event that names the old one. It may send.
    pub async fn retry_event(self: &Arc<Self>, id: EventId) -> Result<EventId, RepairError> {
        let found = read(&*self.store, move |unit| Box::pin(async move { event_and_line(unit, id).await }));
        let (event, line) = found.await?.ok_or_else(|| self.missing(format!("event {id}"), id.made_at()))?;
        let arrival = event.arrival.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let mut arrival: tradepost_domain::Arrival = arrival.ok_or_else(|| RepairError::Impossible {
            what: format!("event {id}"),
            why: match event.note {
                Some(note) if event.raw.is_empty() => note,
                _ => "it was never read; parse its raw payload first".into(),
            },
        })?;
        if let (What::Message { content, .. }, Some(line)) = (&mut arrival.what, line) {
            *content = line.line.content;
        }
        arrival.key = format!("{}#{}", arrival.key, self.mint.event());
        let intake = Intake {
            endpoint: event.endpoint.unwrap_or_default(),
            kind: event.account.kind().to_owned(),
            correlation: event.correlation,
        };
        let accepted = self.accept_again(&intake, arrival, id).await?;
        accepted.events.first().copied().ok_or_else(|| RepairError::Unknown("new event".into()))
    }

    /// A word from staff, heard in its turn.
    pub async fn staff(
        self: &Arc<Self>,
        id: ConversationId,
        word: StaffWord,
    ) -> Result<EventId, RepairError> {
        let (house, event) = (Arc::clone(self), self.mint.event());
        let found = write(&*self.store, move |unit| {
            Box::pin(async move {
                let Some(conversation) = unit.conversation(id).await? else { return Ok(false) };
                house.file_for(unit, event, id, event.into(), InboxBody::Staff(word.clone())).await?;
                house.note(unit, event, conversation.account, id, "staff", None).await?;
                Ok(true)
            })
        })
        .await?;
        self.wake_turns(vec![id]);
        if found { Ok(event) } else { Err(self.missing(format!("conversation {id}"), id.made_at())) }
    }

    /// What is not there was never there, or is forgotten.
    fn missing(&self, what: String, made_at: Timestamp) -> RepairError {
        match made_at < self.kept_since() {
            true => RepairError::Forgotten(what),
            false => RepairError::Unknown(what),
        }
    }

    /// Tries a dead letter again, as a new event or effect.
    pub async fn retry_dead_letter(self: &Arc<Self>, id: DeadLetterId) -> Result<(), RepairError> {
        let house = Arc::clone(self);
        let retried = write(&*self.store, move |unit| {
            Box::pin(async move {
                match unit.dead_letter(id).await? {
                    Some(letter) if unit.resurrect(id, house.now()).await? => {
                        house.raise(unit, letter).await?;
                        Ok(true)
                    }
                    _ => Ok(false),
                }
            })
        })
        .await?;
        self.coordinator.wake(Wake::Dispatch);
        self.coordinator.wake(Wake::Turn(Vec::new()));
        if retried {
            Ok(())
        } else {
            Err(RepairError::Unknown(format!("dead letter {id} that was not retried")))
        }
    }

    async fn raise(&self, unit: &mut dyn Unit, letter: DeadLetter) -> Kept<()> {
        let broken = |fault: serde_json::Error| StoreError::Broken(fault.to_string());
        match letter.work {
            DeadWork::Event { event, body } => {
                let body = words_now(unit, serde_json::from_value(body).map_err(broken)?).await?;
                let new = self.mint.event();
                let Some(conversation) = unit.conversation(letter.conversation).await? else {
                    return forgotten();
                };
                self.note(unit, new, conversation.account, conversation.id, body.word(), Some(event)).await?;
                self.file_for(unit, new, letter.conversation, new.into(), body).await
            }
            DeadWork::Effect { class, work, .. } => {
                let work: Work = serde_json::from_value(work).map_err(broken)?;
                let class =
                    Class::of(&class).ok_or_else(|| StoreError::Broken(format!("no class `{class}`")))?;
                self.put_again(unit, letter.conversation, class, work).await
            }
        }
    }

    async fn put_again(&self, unit: &mut dyn Unit, id: ConversationId, class: Class, work: Work) -> Kept<()> {
        let Some(conversation) = unit.conversation(id).await? else { return forgotten() };
        let account = match &work {
            Work::Call { call } => self.registry.account_for(&conversation.storefront, call.port()),
            _ => Some(&conversation.account),
        };
        let port = account.and_then(|account| self.registry.port(account));
        let Some(port) = port else { return Err(StoreError::Abandoned("its account is gone".into())) };
        let effect = EffectId { turn: self.mint.turn(), position: 0 };
        let correlation = Correlation::from(self.mint.event());
        let message = match &work {
            Work::Say { content, author, .. } => {
                let again = Again {
                    effect,
                    correlation: correlation.clone(),
                    author: *author,
                    content: content.clone(),
                };
                Some(self.say_again(unit, &conversation, again).await?)
            }
            _ => None,
        };
        let cause =
            Cause { storefront: conversation.storefront, conversation: id, correlation, at: self.now() };
        let lane = port.terms().lane.clone();
        let row =
            OutboxRow { message, ..OutboxRow::new(cause, effect, lane, class, work, self.tuning.memory) };
        unit.put(&row).await
    }

    async fn say_again(
        &self,
        unit: &mut dyn Unit,
        conversation: &tradepost_domain::Conversation,
        again: Again,
    ) -> Kept<tradepost_domain::MessageId> {
        let Again { effect, correlation, author, content } = again;
        let id = self.mint.message();
        let line =
            Line { id, at: self.now(), author, content, topic: None, delivery: Some(Delivery::Queued) };
        let written = Written {
            conversation: conversation.id,
            account: conversation.account.clone(),
            line,
            correlation,
            effect: Some(effect),
            reference: None,
            reason: None,
            left_at: None,
        };
        unit.write(&written).await?;
        Ok(id)
    }

    /// Writes down an event that the house itself filed.
    async fn note(
        &self,
        unit: &mut dyn Unit,
        id: EventId,
        account: AccountKey,
        conversation: ConversationId,
        kind: &str,
        repeats: Option<EventId>,
    ) -> Kept<()> {
        let event = StoredEvent {
            id,
            endpoint: None,
            account,
            conversation: Some(conversation),
            at: self.now(),
            kind: kind.to_owned(),
            fate: Fate::Filed,
            note: None,
            raw: String::new(),
            arrival: None,
            reference: None,
            correlation: id.into(),
            repeats,
        };
        unit.record(&event).await
    }
}

/// A dead letter's history may go a moment later than its conversation.
fn forgotten() -> Kept<()> {
    Err(StoreError::Abandoned("its conversation is forgotten".into()))
}

/// Words as the transcript has them now: the customer may have edited them since, or taken them back.
async fn words_now(unit: &mut dyn Unit, body: InboxBody) -> Kept<InboxBody> {
    let InboxBody::Said(mut message) = body else { return Ok(body) };
    if let Some(written) = unit.written(message.id).await? {
        message.content = written.line.content;
    }
    match message.content == taken_back() {
        true => Err(StoreError::Abandoned(TAKEN_BACK.into())),
        false => Ok(InboxBody::Said(message)),
    }
}

/// An event, and the line of its message as it is now: what was edited since is filed as it was edited.
async fn event_and_line(unit: &mut dyn Unit, id: EventId) -> Kept<Option<(StoredEvent, Option<Written>)>> {
    let Some(event) = unit.event(id).await? else { return Ok(None) };
    let line = match &event.reference {
        Some(reference) => unit.copies(&event.account, reference).await?.pop(),
        None => None,
    };
    Ok(Some((event, line)))
}
