//! The customer's words on their way to the flow. STOP and its like are the engine's, before the flow.

use tradepost_domain::{
    Body, Content, EventId, Keyword, Message, Purpose,
    consent::{ConsentEntry, Evidence},
    keyword::Language,
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

    /// CANCEL is the flow's while it has something open, else it is STOP. Of taps only STOP counts: what else stands on a
    /// button is the flow's.
    fn keyword_of(&self, message: &Message) -> Option<(Keyword, Language)> {
        let facts = &self.storefront.facts;
        let (text, tapped) = match &message.content {
            Content::Text { text } => (text, false),
            Content::Tap { title, .. } => (title, true),
            _ => return None,
        };
        let (keyword, language) = Keyword::with_language(text, &facts.locale)?;
        match keyword {
            Keyword::Cancel if self.conversation.inner.open => None,
            Keyword::Help if facts.contact.is_none() => None,
            Keyword::Cancel | Keyword::Help | Keyword::Start if tapped => None,
            keyword => Some((keyword, language)),
        }
    }

    async fn obey(&mut self, (keyword, language): (Keyword, Language), message: &Message) -> Kept<()> {
        if keyword != Keyword::Help {
            self.record_consent(keyword == Keyword::Start, message).await?;
        }
        let facts = &self.storefront.facts;
        match language.confirmation(keyword, &facts.name, facts.contact.as_deref()) {
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
            at: self.now,
            source: Evidence::Message(message.id),
            words: message.content.words().map(str::to_owned),
        };
        self.unit.consent(&entry).await
    }
}
