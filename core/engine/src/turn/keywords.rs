//! The customer's words on their way to the flow. STOP and its like are the engine's, before the flow.

use tradepost_domain::{
    Body, Content, EventId, Keyword, Message, Purpose,
    consent::{ConsentEntry, Evidence},
    keyword::Heard,
};
use tradepost_ports::store::{InboxRow, Kept};

use super::Turn;
use crate::context::identity_of;

impl Turn<'_> {
    /// Takes in a burst.
    pub(super) async fn said(&mut self, rows: Vec<InboxRow>) -> Kept<()> {
        let Some(event) = rows.last().map(|row| row.event) else { return Ok(()) };
        let messages = self.messages(rows).await?;
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

    /// A word that may mean something else is the flow's while it has something open, and on what it offers; of taps only a
    /// sure STOP counts.
    fn keyword_of(&self, message: &Message) -> Option<Heard> {
        let facts = &self.storefront.facts;
        let (text, tapped) = match &message.content {
            Content::Text { text } => (text, false),
            Content::Tap { title, .. } => (title, true),
            _ => return None,
        };
        let heard = Keyword::heard(text, &facts.locale)?;
        match heard.keyword {
            Keyword::Help if facts.contact.is_none() => None,
            Keyword::Stop if heard.sure => Some(heard),
            _ if tapped => None,
            _ if !heard.sure && self.conversation.inner.open => None,
            _ => Some(heard),
        }
    }

    async fn obey(&mut self, heard: Heard, message: &Message) -> Kept<()> {
        let keyword = heard.keyword;
        if keyword != Keyword::Help {
            self.record_consent(keyword == Keyword::Start, message).await?;
        }
        let facts = &self.storefront.facts;
        match heard.language.confirmation(keyword, &facts.name, facts.contact.as_deref()) {
            Some(text) => self.say(None, Content::text(text)).await,
            None => Ok(()),
        }
    }

    async fn record_consent(&mut self, given: bool, message: &Message) -> Kept<()> {
        let entry = ConsentEntry {
            storefront: self.conversation.storefront.clone(),
            identity: identity_of(&self.conversation),
            purpose: Purpose::Marketing,
            given,
            at: message.at,
            source: Evidence::Message(message.id),
            words: message.content.words().map(str::to_owned),
        };
        self.unit.consent(&entry).await
    }
}
