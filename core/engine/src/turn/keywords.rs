//! The customer's words on their way to the flow. STOP and its like are the engine's, before the flow.

use tradepost_domain::{
    Body, Content, EventId, Keyword, Message, Purpose,
    consent::{ConsentEntry, Evidence},
};
use tradepost_ports::store::{InboxRow, Kept};

use super::Turn;
use crate::context::identity_of;

impl Turn<'_> {
    /// Takes in a burst.
    pub(super) async fn said(&mut self, rows: Vec<InboxRow>) -> Kept<()> {
        let Some(event) = rows.last().map(|row| row.event) else { return Ok(()) };
        let messages = self.messages(rows);
        let mut rest = Vec::new();
        for message in messages {
            match self.keyword_of(&message) {
                Some(keyword) => self.obey(keyword, &message).await?,
                None => rest.push(message),
            }
        }
        match rest {
            rest if rest.is_empty() => Ok(()),
            rest if self.conversation.mode.is_person() => {
                self.conversation.inner.meanwhile.extend(rest);
                Ok(())
            }
            rest => self.hear(event, rest).await,
        }
    }

    async fn hear(&mut self, event: EventId, messages: Vec<Message>) -> Kept<()> {
        let last = messages.last().map(|message| message.id);
        self.step(event, Body::Said(messages)).await?;
        self.show_typing(last).await
    }

    /// CANCEL is the flow's while it has something open, else it is STOP.
    fn keyword_of(&self, message: &Message) -> Option<Keyword> {
        let Content::Text { text } = &message.content else { return None };
        match Keyword::of(text)? {
            Keyword::Cancel if self.conversation.inner.open => None,
            Keyword::Help if self.storefront.facts.contact.is_none() => None,
            keyword => Some(keyword),
        }
    }

    async fn obey(&mut self, keyword: Keyword, message: &Message) -> Kept<()> {
        let shop = &self.storefront.facts.name;
        let text = match keyword {
            Keyword::Stop | Keyword::Cancel => {
                format!("You will get no more offers from {shop}. Write START to get them again.")
            }
            Keyword::Start => format!("You will get offers from {shop} again. Write STOP to end them."),
            Keyword::Help => {
                let contact = self.storefront.facts.contact.as_deref().unwrap_or_default();
                format!("This is {shop}. You reach us at {contact}. Write STOP to get no more offers.")
            }
        };
        if keyword != Keyword::Help {
            self.record_consent(keyword == Keyword::Start, message).await?;
        }
        self.say(None, Content::text(text)).await
    }

    async fn record_consent(&mut self, given: bool, message: &Message) -> Kept<()> {
        let entry = ConsentEntry {
            storefront: self.conversation.storefront.clone(),
            identity: identity_of(&self.conversation),
            purpose: Purpose::Marketing,
            given,
            at: self.now,
            source: Evidence::Message(message.id),
            words: message.content.words().map(str::to_owned),
        };
        self.unit.consent(&entry).await
    }
}
