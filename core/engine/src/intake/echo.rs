//! Echoes: our own account wrote. We, or a person in the provider's app.
//!
//! An echo may overtake the answer to the very send that caused it. While a line of the conversation is under way, an
//! echo that we do not know is therefore parked; the answer that names its id proves it ours.

use std::time::Duration;

use tradepost_domain::{
    Author, Content, ConversationId, Correlation, Delivery, EventId, Line, Media, Party, Timestamp,
};
use tradepost_ports::{
    StoreError, Unit,
    store::{Fate, InboxBody, InboxRow, Kept, ParkedNews, StaffWord, Written},
};

use super::file::{Filed, Filing};
use crate::House;

/// How long an unknown echo waits for the answer of a send that is under way.
const PARKED: Duration = Duration::from_secs(90);
/// An echo speaks of a line no older than that: providers deliver again for a day or so.
const LATELY: Duration = Duration::from_secs(36 * 3600);

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
            self.park(unit, &reference, PARKED, ParkedNews::Echo { content }).await?;
            return Ok(Filed::within(Fate::Parked, conversation));
        }
        let correlation = self.correlation();
        let told = Echoed { event: self.id, correlation, reference, content, at: self.now };
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
    pub(crate) correlation: Correlation,
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
        let lately = |line: &&Line| line.at + LATELY >= echoed.at;
        match unsettled.iter().filter(lately).find(|line| same(&line.content, &echoed.content)) {
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
            correlation: echoed.correlation.clone(),
            effect: None,
            reference: Some(echoed.reference),
            reason: None,
            left_at: Some(echoed.at),
        };
        unit.write(&written).await?;
        let until = pause.map(|pause| echoed.at + pause);
        let word = StaffWord::TakeOver { by: "the provider's app".into(), until };
        let (event, body) = (echoed.event, InboxBody::Staff(word));
        unit.file(&InboxRow::new(event, id, echoed.correlation, echoed.at, body)).await
    }
}

/// Is that the echo of our line? By its words; media without words by their kinds. What providers echo as something that
/// they cannot show (cards) can only be ours if such a line is under way.
fn same(ours: &Content, echoed: &Content) -> bool {
    let kinds = |media: &[Media]| media.iter().map(|medium| medium.kind).collect::<Vec<_>>();
    match (ours, echoed) {
        (Content::Media { media: sent, text: None }, Content::Media { media: seen, text: None }) => {
            kinds(sent) == kinds(seen)
        }
        (
            Content::Cards { .. } | Content::Template(_) | Content::Location { .. } | Content::People { .. },
            Content::Unsupported { .. },
        ) => true,
        _ => ours.words().is_some() && ours.words() == echoed.words(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use tradepost_domain::MediaKind;

    use super::*;

    fn picture(words: Option<&str>, kinds: &[MediaKind]) -> Content {
        let media = kinds.iter().map(|kind| Media::remote(*kind, "https://pictures.example/1")).collect();
        Content::Media { media, text: words.map(str::to_owned) }
    }

    fn unsupported() -> Content {
        Content::Unsupported { what: "template".into() }
    }

    fn cards() -> Content {
        Content::Cards { cards: Vec::new() }
    }

    /// proves: CV-05
    #[rstest]
    #[case::words(Content::text("hello"), Content::text("hello"), true)]
    #[case::other_words(Content::text("hello"), Content::text("I see to it"), false)]
    #[case::buttons_by_their_words(Content::Buttons { text: "Which?".into(), choices: Vec::new() }, Content::text("Which?"), true)]
    #[case::a_picture(picture(None, &[MediaKind::Image]), picture(None, &[MediaKind::Image]), true)]
    #[case::another_kind(picture(None, &[MediaKind::Image]), picture(None, &[MediaKind::Video]), false)]
    #[case::more_pictures(picture(None, &[MediaKind::Image]), picture(None, &[MediaKind::Image; 2]), false)]
    #[case::cards(cards(), unsupported(), true)]
    #[case::a_persons_picture(cards(), picture(None, &[MediaKind::Image]), false)]
    #[case::words_are_not_cards(Content::text("hello"), unsupported(), false)]
    fn an_echo_is_known_by_what_it_shows(
        #[case] ours: Content,
        #[case] echoed: Content,
        #[case] expected: bool,
    ) {
        assert_eq!(same(&ours, &echoed), expected);
    }
}
