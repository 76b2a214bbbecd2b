//! Does a message match? Whatever staff write as a pattern, an answer takes bounded time.

use regex::{Regex, RegexBuilder};
use tradepost_domain::{Content, MatchKind, Message, message::About};

use super::check::RuleFault;

/// Only so many characters of a message are read by rules.
const MOST_READ: usize = 2_000;
/// A pattern has at most so many characters.
const MOST_PATTERN: usize = 1_000;
/// A compiled pattern takes at most so many bytes; bounds the time per character, too.
const MOST_COMPILED: usize = 1 << 20;

/// What stands in a word list for something that has no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Media,
    StoryReply,
    StoryMention,
    Like,
}

impl Mark {
    fn of(word: &str) -> Result<Self, RuleFault> {
        match word.to_lowercase().as_str() {
            "@media" => Ok(Self::Media),
            "@story_reply" => Ok(Self::StoryReply),
            "@story_mention" => Ok(Self::StoryMention),
            "@like" => Ok(Self::Like),
            _ => Err(RuleFault::Mark(word.to_owned())),
        }
    }

    fn stands_for(self, message: &Message) -> bool {
        match self {
            Self::Media => matches!(message.content, Content::Media { .. }),
            Self::StoryReply => matches!(message.about, Some(About::Story { .. })),
            Self::StoryMention => matches!(message.about, Some(About::Mention)),
            Self::Like => match &message.content {
                Content::Unsupported { what } => what.starts_with("like"),
                content => {
                    content.words().is_some_and(|words| words.trim().trim_end_matches('\u{fe0f}') == "❤")
                }
            },
        }
    }
}

/// A compiled pattern.
pub(super) struct Matcher {
    words: Option<Regex>,
    marks: Vec<Mark>,
}

impl Matcher {
    /// Compiles a pattern of that kind; a fallback has none.
    pub(super) fn of(kind: MatchKind, pattern: &str) -> Result<Self, RuleFault> {
        if pattern.chars().count() > MOST_PATTERN {
            return Err(RuleFault::TooLong("pattern", MOST_PATTERN));
        }
        match kind {
            MatchKind::Word => Self::words(pattern),
            MatchKind::Phrase => Self::text(&whole(pattern).ok_or(RuleFault::NoPattern)?),
            MatchKind::Pattern if pattern.trim().is_empty() => Err(RuleFault::NoPattern),
            MatchKind::Pattern => Self::text(pattern),
            MatchKind::Fallback => Ok(Self { words: None, marks: Vec::new() }),
        }
    }

    fn words(list: &str) -> Result<Self, RuleFault> {
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
        let (marks, words): (Vec<_>, Vec<_>) = parts.partition(|part| part.starts_with('@'));
        let marks = marks.into_iter().map(Mark::of).collect::<Result<Vec<_>, _>>()?;
        let words: Vec<_> = words.into_iter().filter_map(whole).collect();
        match (words.is_empty(), marks.is_empty()) {
            (true, true) => Err(RuleFault::NoPattern),
            (true, false) => Ok(Self { words: None, marks }),
            (false, _) => Ok(Self { words: Some(compile(&words.join("|"))?), marks }),
        }
    }

    fn text(pattern: &str) -> Result<Self, RuleFault> {
        Ok(Self { words: Some(compile(pattern)?), marks: Vec::new() })
    }

    /// Does the message match by its words, by the payload of a tap, or by what it is?
    pub(super) fn matches(&self, message: &Message) -> bool {
        let payload = match &message.content {
            Content::Tap { payload, .. } => Some(payload.as_str()),
            _ => None,
        };
        self.marks.iter().any(|mark| mark.stands_for(message))
            || message.content.words().into_iter().chain(payload).any(|words| self.reads(words))
    }

    /// Do the words match?
    pub(super) fn reads(&self, words: &str) -> bool {
        let most = words.char_indices().nth(MOST_READ).map_or(words.len(), |(at, _)| at);
        self.words.as_ref().is_some_and(|regex| regex.is_match(&words[..most]))
    }
}

/// Linear in the message's length whatever the pattern, and bounded in size.
fn compile(pattern: &str) -> Result<Regex, RuleFault> {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(MOST_COMPILED)
        .nest_limit(50)
        .build()
        .map_err(|error| RuleFault::Pattern(error.to_string()))
}

/// The words as a pattern that finds them between word borders, however many blanks stand between them.
fn whole(words: &str) -> Option<String> {
    let parts: Vec<_> = words.split_whitespace().map(regex::escape).collect();
    let (first, last) = (words.trim().chars().next()?, words.trim().chars().next_back()?);
    let start = if has_border(first) { r"\b{start-half}" } else { "" };
    let end = if has_border(last) { r"\b{end-half}" } else { "" };
    Some(format!("{start}{}{end}", parts.join(r"\s+")))
}

/// Is the sign of a script that writes words apart? Signs like ❓ and scripts without blanks have no borders.
fn has_border(sign: char) -> bool {
    let together = matches!(sign, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    sign.is_alphanumeric() && !together
}

/// Is a rule of that language for a contact of this one? `de` is for `de-AT`, too; `de-AT` is not for `de`.
pub(super) fn speaks(rule: &str, contact: &str) -> bool {
    let parts = |tag: &str| tag.trim().to_lowercase().replace('_', "-");
    let (rule, contact) = (parts(rule), parts(contact));
    contact.strip_prefix(&rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
