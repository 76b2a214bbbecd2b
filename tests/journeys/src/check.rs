//! What a story says about the state of the house, and what is true at the end of every story.

use tradepost_domain::{
    Author, Contact, Content, Conversation, Delivery, Identity, Media, Mode, Purpose, Source,
    consent::ConsentEntry,
};
use tradepost_ports::store::{ConversationFilter, DeadLetter, Fate, StoredEvent, Written};
use tradepost_sandbox::Outcome;

use crate::{house::Standing, keep};

impl Standing {
    /// All conversations.
    pub async fn conversations(&self) -> Vec<Conversation> {
        let all = ConversationFilter::default();
        keep::read(&**self.house.store(), move |unit| {
            Box::pin(async move { unit.conversations(&all, 100).await })
        })
        .await
    }

    /// The conversation with a customer who has these ids.
    pub async fn conversation(&self, account: &str, ids: &[String]) -> Conversation {
        for one in self.conversations().await {
            let known = self.contact(&one).await.identities;
            let here = |identity: &Identity| {
                identity.scheme == one.account.as_str() && ids.contains(&identity.value)
            };
            if one.account.as_str().ends_with(account) && known.iter().any(here) {
                return one;
            }
        }
        panic!("there is no conversation of {ids:?} with {account}")
    }

    /// Who the customer is.
    pub async fn contact(&self, conversation: &Conversation) -> Contact {
        let id = conversation.contact;
        let found =
            keep::read(&**self.house.store(), move |unit| Box::pin(async move { unit.contact(id).await }));
        found.await.expect("a contact")
    }

    /// The consent ledger, in order.
    pub async fn consents(&self) -> Vec<ConsentEntry> {
        let all = keep::read(&**self.house.store(), |unit| {
            Box::pin(async move { unit.consent_entries(None, 0, 1_000).await })
        });
        all.await.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Everything that was said in it.
    pub async fn transcript(&self, conversation: &Conversation) -> Vec<Written> {
        let id = conversation.id;
        keep::read(&**self.house.store(), move |unit| {
            Box::pin(async move { unit.transcript(id, None, 1_000).await })
        })
        .await
    }

    /// Events of a fate, newest first.
    pub async fn events(&self, fate: Fate) -> Vec<StoredEvent> {
        keep::read(&**self.house.store(), move |unit| Box::pin(async move { unit.events(fate, 1_000).await }))
            .await
    }

    /// What was given up, newest first.
    pub async fn dead_letters(&self) -> Vec<DeadLetter> {
        keep::read(&**self.house.store(), |unit| Box::pin(async move { unit.dead_letters(1_000).await }))
            .await
    }

    /// Does the customer take offers? `None` when they never said.
    pub async fn takes_offers(&self, conversation: &Conversation) -> Option<bool> {
        let identities = self.contact(conversation).await.identities;
        let storefront = conversation.storefront.clone();
        let said = keep::read(&**self.house.store(), move |unit| {
            Box::pin(async move { unit.consents(&storefront, &identities, Purpose::Marketing).await })
        });
        said.await.map(|said| said.given)
    }

    /// True after every story. The provider refused nothing but what the story tells of, by the codes.
    pub async fn is_at_peace(&self, dead_letters: usize, uncertain: usize, refusals: &[i64]) {
        let health = self.house.health().await;
        assert!(health.inbox == 0 && health.outbox.is_empty(), "something waits: {health:?}");
        let letters = self.dead_letters().await;
        assert_eq!(letters.len(), dead_letters, "{letters:#?}");
        let mut unknown = 0;
        for conversation in self.conversations().await {
            let replay = self.house.replay(conversation.id).await.expect("it replays");
            assert!(replay.differences.is_empty(), "{:?}", replay.differences);
            assert_eq!(i64::try_from(replay.hops), Ok(conversation.inner.hops), "hops");
            unknown += self.every_line_has_ended(&conversation).await;
        }
        assert_eq!(unknown, uncertain, "so many lines that nobody knows of");
        let refused = |entry: &tradepost_sandbox::Entry| entry.outcome != Outcome::Accepted;
        let refused: Vec<_> = self.sandbox.log().entries().into_iter().filter(refused).collect();
        let told =
            |entry: &&tradepost_sandbox::Entry| entry.code.is_some_and(|code| refusals.contains(&code));
        let (told, untold): (Vec<_>, Vec<_>) = refused.iter().partition(told);
        assert!(untold.is_empty(), "the provider had to refuse: {untold:#?}");
        for code in refusals {
            assert!(told.iter().any(|entry| entry.code == Some(*code)), "it never refused with {code}");
        }
    }

    /// How many of them nobody knows of.
    async fn every_line_has_ended(&self, conversation: &Conversation) -> usize {
        let mut unknown = 0;
        for written in self.transcript(conversation).await {
            let state = written.line.delivery;
            assert!(state.is_none_or(Delivery::ended), "a line is still {state:?}: {:?}", written.line);
            unknown += usize::from(state == Some(Delivery::Uncertain));
        }
        unknown
    }
}

/// Our last line.
pub fn last_of_ours(transcript: &[Written]) -> &Written {
    let ours = |written: &&Written| written.line.author != Author::Customer;
    transcript.iter().rev().find(ours).expect("a line of ours")
}

/// How far a line has come and why, in words.
pub fn how_far(written: &Written) -> String {
    let state = written.line.delivery.map_or("heard", Delivery::word);
    match &written.reason {
        Some(reason) => format!("{state}, {reason}"),
        None => state.to_owned(),
    }
}

/// Who has the conversation, in words.
pub fn who_answers(conversation: &Conversation) -> &'static str {
    match conversation.mode {
        Mode::Bot => "the bot",
        Mode::Wanted { .. } => "the bot, and wants a person",
        Mode::Person { .. } => "a person",
    }
}

/// The media of a transcript.
pub fn media(transcript: &[Written]) -> Vec<Media> {
    let held = transcript.iter().filter_map(|written| match &written.line.content {
        Content::Media { media, .. } => Some(media.clone()),
        _ => None,
    });
    held.flatten().collect()
}

/// Is the medium kept by its hash?
pub fn is_kept(medium: &Media) -> bool {
    matches!(&medium.source, Source::Stored { hash, bytes, .. } if hash.len() == 64 && *bytes > 0)
}
