//! Keyword rules of a storefront, as stored. How they match is the rules flow's business.

use serde::{Deserialize, Serialize};

use crate::{RuleId, StorefrontId};

/// A keyword rule: when a message matches, its response is the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// The storefront it belongs to.
    pub storefront: StorefrontId,
    /// What staff call it, unique in the storefront.
    pub name: String,
    /// The first of several that match is the one with the smallest number.
    pub priority: i32,
    /// How the pattern is read.
    pub kind: MatchKind,
    /// Words, a phrase or a regular expression; empty for a fallback.
    pub pattern: String,
    /// Only for contacts of this locale; `None` for all.
    pub locale: Option<String>,
    /// The answer, with variables such as `{{ contact.name }}`.
    pub response: String,
    /// Rules that are not active are kept and not asked.
    pub active: bool,
}

/// How a rule's pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchKind {
    /// Any of the words, separated by commas, stands in the message as a whole word.
    Word,
    /// The phrase stands in the message, at word borders.
    Phrase,
    /// The regular expression is found in the message; linear in time, bounded in size.
    Pattern,
    /// Answers when no other rule does.
    Fallback,
}

impl MatchKind {
    /// The kind as the word that the store and the settings use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Phrase => "phrase",
            Self::Pattern => "pattern",
            Self::Fallback => "fallback",
        }
    }

    /// The kind of that word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Word, Self::Phrase, Self::Pattern, Self::Fallback].into_iter().find(|kind| kind.word() == word)
    }
}
