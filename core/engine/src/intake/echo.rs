//! Echoes: our own account wrote. We, or a person in the provider's app.
//!
//! An echo may overtake the answer to the very send that caused it. While a line of the conversation is under way, an
//! echo that we do not know is therefore parked; the answer that names its id proves it ours.

use std::time::Duration;

use tradepost_domain::{Author, Content, ConversationId, Delivery, EventId, Line, Party, Timestamp};
use tradepost_ports::{
    StoreError, Unit,
    store::{Fate, InboxBody, InboxRow, Kept, ParkedNews, StaffWord, Written},
};

use super::file::{Filed, Filing};
use crate::House;

/// How long an unknown echo waits for the answer of a send that is under way.
const PARKED: Duration = Duration::from_secs(90);

impl Filing<'_> {
    pub(super) async fn echo(
        &self,
        unit: &mut dyn Unit,
        to: Party,
        reference: String,
        content: Content,
    ) -> Kept<Filed> {
        if let Some(ours) = unit.by_reference(&self.account, &reference).await? {
            return Ok(Filed::within(Fate::Noted, ours.conversation));
        }
        let storefront = self.house.registry.account(&self.account).map(|account| &account.storefront);
        let entry = storefront.and_then(|id| self.house.registry.storefront(id));
        let entry = entry.ok_or_else(|| StoreError::Abandoned("the account's storefront is gone".into()))?;
        let conversation = self.conversation_with(unit, entry, &to).await?;
        if under_way(unit, conversation).await? {
            self.park(unit, &reference, PARKED, ParkedNews::Echo { to, content }).await?;
            return Ok(Filed::within(Fate::Parked, conversation));
        }
        let told = Echoed { event: self.id, reference, content, at: self.now };
        self.house.person_wrote(unit, conversation, told).await?;
        Ok(Filed::within(Fate::Filed, conversation))
    }
}

/// Is a line of the conversation under way, or does one wait to be repeated under its key?
async fn under_way(unit: &mut dyn Unit, conversation: ConversationId) -> Kept<bool> {
    let unsettled = unit.unsettled(conversation).await?;
    Ok(unsettled.iter().any(|line| line.delivery == Some(Delivery::Sending)))
}

/// A line of our account that is none of ours.
pub(crate) struct Echoed {
    pub(crate) event: EventId,
    pub(crate) reference: String,
    pub(crate) content: Content,
    pub(crate) at: Timestamp,
}

impl House {
    /// An echo that no answer explains: either proof that a line had left, or a person in the app.
    pub(crate) async fn person_wrote(
        &self,
        unit: &mut dyn Unit,
        conversation: ConversationId,
        echoed: Echoed,
    ) -> Kept<()> {
        let unsettled = unit.unsettled(conversation).await?;
        match unsettled.iter().find(|line| line.content.words() == echoed.content.words()) {
            Some(line) => {
                unit.deliver(line.id, Delivery::Sent, Some(&echoed.reference), None, None).await?;
                match unit.conversation(conversation).await? {
                    Some(known) => self.apply_parked(unit, &known.account, &echoed.reference, line.id).await,
                    None => Ok(()),
                }
            }
            None => self.hand_to_app(unit, conversation, echoed).await,
        }
    }

    async fn hand_to_app(&self, unit: &mut dyn Unit, id: ConversationId, echoed: Echoed) -> Kept<()> {
        let Some(conversation) = unit.conversation(id).await? else { return Ok(()) };
        let pause = self.registry.storefront(&conversation.storefront).map(|entry| entry.tuning.app_pause);
        let line = Line {
            id: self.mint.message(),
            at: echoed.at,
            author: Author::App,
            content: echoed.content,
            topic: None,
            delivery: Some(Delivery::Sent),
        };
        let written = Written {
            conversation: id,
            account: conversation.account,
            line,
            correlation: echoed.event.into(),
            effect: None,
            reference: Some(echoed.reference),
            reason: None,
            left_at: Some(echoed.at),
        };
        unit.write(&written).await?;
        let until = pause.map(|pause| echoed.at + pause);
        let word = StaffWord::TakeOver { by: "the provider's app".into(), until };
        let (event, body) = (echoed.event, InboxBody::Staff(word));
        unit.file(&InboxRow::new(event, id, event.into(), echoed.at, body)).await
    }
}
