//! A customer's message: finds or makes the contact and the conversation, writes the line, queues the words.

use std::time::Duration;

use tradepost_domain::{
    AccountKey, Author, Content, Conversation, ConversationId, EffectId, Line, Message, Mode, Party, Source,
    Timestamp,
    conversation::Inner,
    message::{About, Referral},
};
use tradepost_ports::{
    Happening, Signal, StoreError, Unit,
    store::{Cause, Class, Fate, InboxBody, Kept, OutboxRow, Work, Written},
};

use super::{
    file::{Filed, Filing},
    person::Known,
    renumbered::set_aside,
};
use crate::{registry::Channel, registry::StorefrontEntry};

/// What the customer wrote.
pub(super) struct Heard {
    pub(super) from: Party,
    pub(super) reference: Option<String>,
    pub(super) content: Content,
    pub(super) about: Option<About>,
    pub(super) referral: Option<Referral>,
    pub(super) at: Option<Timestamp>,
}

/// How far a provider's time may lie ahead of ours and still be believed.
const BELIEVABLE: Duration = Duration::from_secs(60);

impl Filing<'_> {
    pub(super) async fn message(&self, unit: &mut dyn Unit, channel: &Channel, heard: Heard) -> Kept<Filed> {
        let entry = self.entry_of(channel)?;
        let conversation = self.conversation_with(unit, entry, &heard.from).await?;
        let (peer, reference) = (heard.from.id.clone(), heard.reference.clone());
        let message = self.write_down(unit, conversation, heard).await?;
        let idle_at = self.now + entry.tuning.idle_after;
        unit.heard(conversation, message.at, idle_at).await?;
        if self.over.is_some() {
            let filed = Filed::noted(Fate::Noted, "more messages in a minute than are answered");
            return Ok(Filed { conversation: Some(conversation), ..filed });
        }
        self.fetch_media(unit, channel, conversation, &message).await?;
        let quiet =
            if matches!(message.content, Content::Tap { .. }) { Duration::ZERO } else { entry.tuning.quiet };
        if entry.tuning.show_signals && channel.capabilities.seen {
            self.show_seen(unit, channel, conversation, (peer, reference)).await?;
        }
        self.queue(unit, conversation, InboxBody::Said(message), quiet).await?;
        Ok(Filed::within(Fate::Filed, conversation))
    }

    /// The storefront of an account.
    pub(super) fn entry_of(&self, channel: &Channel) -> Kept<&StorefrontEntry> {
        let entry = self.house.registry.storefront(&channel.entry.storefront);
        entry.ok_or_else(|| StoreError::Abandoned("the account's storefront is gone".into()))
    }

    /// The conversation with a customer, begun if need be; a name that the event tells is kept.
    pub(super) async fn conversation_with(
        &self,
        unit: &mut dyn Unit,
        entry: &StorefrontEntry,
        party: &Party,
    ) -> Kept<ConversationId> {
        if let Some(conversation) = self.repeated(unit).await? {
            return Ok(conversation);
        }
        let customer = (self.account.clone(), party.id.clone());
        let known = self.met.conversations.lock().get(&customer).copied();
        if let Some(conversation) = known.filter(|_| self.is_linked(entry, party)) {
            return Ok(conversation);
        }
        let contact = match self.person(unit, entry, party).await? {
            Known::With(conversation) => {
                self.note_met(customer, conversation);
                return Ok(conversation);
            }
            Known::As(contact) => contact,
        };
        if let Some(left) = known {
            self.leave_aside(unit, left).await?;
        }
        let (at, dice) = self.house.mint.toss();
        let conversation = Conversation {
            id: ConversationId::new(at, dice),
            storefront: entry.facts.id.clone(),
            account: self.account.clone(),
            contact,
            peer: party.id.clone(),
            version: 0,
            lease: None,
            heard_at: None,
            idle_at: None,
            mode: Mode::Bot,
            stage: String::new(),
            created_at: self.now,
            inner: Inner::default(),
        };
        unit.begin(&conversation).await?;
        self.house.saw(|| Happening::Began { storefront: entry.facts.id.to_string() });
        self.note_met(customer, conversation.id);
        Ok(conversation.id)
    }

    /// The conversation of the event that staff try again, if that came into one: whoever has its customer's ids by now.
    async fn repeated(&self, unit: &mut dyn Unit) -> Kept<Option<ConversationId>> {
        let Some(first) = self.repeats else { return Ok(None) };
        let Some(conversation) = unit.event(first).await?.and_then(|event| event.conversation) else {
            return Ok(None);
        };
        Ok(unit.conversation(conversation).await?.map(|known| known.id))
    }

    /// A conversation under the id of somebody new is of whoever had that id before.
    async fn leave_aside(&self, unit: &mut dyn Unit, left: ConversationId) -> Kept<()> {
        match unit.conversation(left).await? {
            Some(left) => set_aside(unit, &left.storefront, left.contact, &left).await,
            None => Ok(()),
        }
    }

    fn note_met(&self, customer: (AccountKey, String), conversation: ConversationId) {
        self.met.conversations.lock().insert(customer, conversation);
    }

    /// Writes the customer's line into the transcript.
    async fn write_down(
        &self,
        unit: &mut dyn Unit,
        conversation: ConversationId,
        heard: Heard,
    ) -> Kept<Message> {
        let message = Message {
            id: self.house.mint.message(),
            at: heard.at.filter(|at| *at <= self.now + BELIEVABLE).unwrap_or(self.now),
            content: heard.content,
            about: heard.about,
            referral: heard.referral,
        };
        let line = Line {
            id: message.id,
            at: message.at,
            author: Author::Customer,
            content: message.content.clone(),
            topic: None,
            delivery: None,
        };
        let account = self.account.clone();
        let reference = heard.reference;
        let written = Written {
            conversation,
            account,
            line,
            correlation: self.correlation(),
            effect: None,
            reference,
            reason: None,
            left_at: None,
        };
        unit.write(&written).await?;
        Ok(message)
    }

    /// Media at the provider are fetched at once: their addresses expire.
    async fn fetch_media(
        &self,
        unit: &mut dyn Unit,
        channel: &Channel,
        conversation: ConversationId,
        message: &Message,
    ) -> Kept<()> {
        let (Content::Media { media, .. }, Some(source)) = (&message.content, &channel.entry.media) else {
            return Ok(());
        };
        for (position, medium) in (0..).zip(media) {
            if matches!(medium.source, Source::Remote { .. }) {
                let work = Work::Fetch { line: message.id, position, media: medium.clone() };
                let row = self.row(channel, conversation, position, Class::Fetch, work, FETCH_VALID);
                let lane = source.fetch_terms().lane.clone();
                self.put(unit, &OutboxRow { lane, ..row }).await?;
            }
        }
        Ok(())
    }

    async fn show_seen(
        &self,
        unit: &mut dyn Unit,
        channel: &Channel,
        conversation: ConversationId,
        (peer, about): (String, Option<String>),
    ) -> Kept<()> {
        let work = Work::Signal { peer, about, signal: Signal::Seen };
        self.put(unit, &self.row(channel, conversation, SEEN, Class::Signal, work, SIGNAL_VALID)).await
    }

    async fn put(&self, unit: &mut dyn Unit, row: &OutboxRow) -> Kept<()> {
        self.lanes.lock().insert(row.lane.clone());
        unit.put(row).await
    }

    fn row(
        &self,
        channel: &Channel,
        conversation: ConversationId,
        position: u16,
        class: Class,
        work: Work,
        valid: Duration,
    ) -> OutboxRow {
        let cause = Cause {
            storefront: channel.entry.storefront.clone(),
            conversation,
            correlation: self.correlation(),
            at: self.now,
        };
        let effect = EffectId { turn: self.house.mint.turn(), position };
        let lane = channel.entry.messenger.terms().lane.clone();
        OutboxRow { rank: 1, ..OutboxRow::new(cause, effect, lane, class, work, valid) }
    }
}

/// The position of a "seen" among the effects of an intake.
const SEEN: u16 = u16::MAX;
/// A "seen" that could not be shown by then is not worth showing.
const SIGNAL_VALID: Duration = Duration::from_secs(20);
/// Addresses of media live for hours at most.
const FETCH_VALID: Duration = Duration::from_secs(6 * 3600);
