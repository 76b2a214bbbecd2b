//! Consent: who wants to hear from whom, since when and by which words. STOP and its like are the engine's business.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EventId, Identity, MessageId, StorefrontId};

/// What a contact agreed to or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Campaigns and other lines that nobody asked for.
    Marketing,
}

impl Purpose {
    /// The purpose as the word that the store and the API use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
        }
    }
}

/// One entry of the consent ledger. Entries are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEntry {
    /// The storefront that asked.
    pub storefront: StorefrontId,
    /// The identity that answered.
    pub identity: Identity,
    /// For what.
    pub purpose: Purpose,
    /// Yes or no.
    pub given: bool,
    /// When.
    pub at: Timestamp,
    /// Who or what said so.
    pub source: Evidence,
    /// The words, where there were any: they outlive the transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Where an entry of the consent ledger comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "id", rename_all = "snake_case")]
pub enum Evidence {
    /// A message of the customer.
    Message(MessageId),
    /// What the customer told the provider: its event.
    Event(EventId),
    /// An older entry, under the id that the customer had before.
    Renumbered(EventId),
    /// A person of the shop, or an import.
    Staff,
}

/// A word that stands for itself, whatever the flow is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyword {
    /// No more campaigns.
    Stop,
    /// The flow's while it has something open, else the same as [`Keyword::Stop`].
    Cancel,
    /// Campaigns again.
    Start,
    /// What is this?
    Help,
}

/// Words of every locale are heard in every locale: nobody who writes STOP means anything else.
const WORDS: &[(&str, Keyword)] = &[
    ("stop", Keyword::Stop),
    ("stopall", Keyword::Stop),
    ("unsubscribe", Keyword::Stop),
    ("end", Keyword::Stop),
    ("quit", Keyword::Stop),
    ("cancel", Keyword::Cancel),
    ("start", Keyword::Start),
    ("unstop", Keyword::Start),
    ("subscribe", Keyword::Start),
    ("help", Keyword::Help),
    ("info", Keyword::Help),
    ("stopp", Keyword::Stop),
    ("abmelden", Keyword::Stop),
    ("hilfe", Keyword::Help),
    ("alto", Keyword::Stop),
    ("baja", Keyword::Stop),
    ("cancelar", Keyword::Cancel),
    ("ayuda", Keyword::Help),
    ("arret", Keyword::Stop),
    ("arrêt", Keyword::Stop),
    ("annuler", Keyword::Cancel),
    ("aide", Keyword::Help),
];

impl Keyword {
    /// The keyword that a whole message is, but for case, blanks and a closing mark.
    pub fn of(text: &str) -> Option<Self> {
        let word = text.trim().trim_end_matches(['.', '!']).to_lowercase();
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, keyword)| *keyword)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Keyword;

    #[rstest]
    #[case::plain("STOP", Some(Keyword::Stop))]
    #[case::with_mark(" Stop! ", Some(Keyword::Stop))]
    #[case::cancel("cancel", Some(Keyword::Cancel))]
    #[case::another_locale("Abmelden", Some(Keyword::Stop))]
    #[case::within_a_sentence("please stop by", None)]
    #[case::nothing("", None)]
    fn only_a_whole_message_is_a_keyword(#[case] text: &str, #[case] expected: Option<Keyword>) {
        assert_eq!(Keyword::of(text), expected);
    }
}
