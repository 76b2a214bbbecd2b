//! A storefront's rules, compiled and in order.

use tradepost_domain::{Content, MatchKind, Message, Rule};

use super::{
    check::RuleFault,
    matching::{Matcher, speaks},
    response::Response,
};

/// More rules than this are not read.
const MOST_RULES: usize = 500;

/// The rules of one revision.
pub(super) struct Book {
    rules: Vec<Entry>,
    fallbacks: Vec<Entry>,
}

/// One rule, ready to match and to answer.
pub(super) struct Entry {
    /// What staff call it.
    pub(super) name: String,
    /// What it says.
    pub(super) response: Response,
    locale: Option<String>,
    matcher: Matcher,
}

impl Entry {
    /// Compiles a rule.
    pub(super) fn of(rule: &Rule) -> Result<Self, RuleFault> {
        Ok(Self {
            name: rule.name.clone(),
            response: Response::of(&rule.response)?,
            locale: rule.locale.clone(),
            matcher: Matcher::of(rule.kind, &rule.pattern)?,
        })
    }

    fn speaks(&self, locale: &str) -> bool {
        self.locale.as_deref().is_none_or(|own| speaks(own, locale))
    }
}

impl Book {
    /// Compiles the active rules, by priority. One with a fault, which [`super::check_rule`] would have refused, is
    /// left out: the others go on answering.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut active: Vec<_> = rules.iter().filter(|rule| rule.active).take(MOST_RULES).collect();
        active.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        let (fallbacks, rules): (Vec<_>, Vec<_>) =
            active.into_iter().partition(|rule| rule.kind == MatchKind::Fallback);
        let compiled =
            |rules: Vec<&Rule>| rules.into_iter().filter_map(|rule| Entry::of(rule).ok()).collect();
        Self { rules: compiled(rules), fallbacks: compiled(fallbacks) }
    }

    /// The rules that answer a burst, each once and with the words that it answers, in the order of the messages.
    /// Somebody may write one question in several messages: when none matches alone, they are read as one.
    pub(super) fn answers(&self, messages: &[Message], locale: &str) -> Vec<(&Entry, String)> {
        let mut found: Vec<(&Entry, String)> = Vec::new();
        for message in messages {
            let Some(rule) = self.first(message, locale) else { continue };
            if !found.iter().any(|(known, _)| std::ptr::eq(*known, rule)) {
                found.push((rule, message.content.words().unwrap_or_default().to_owned()));
            }
        }
        if found.is_empty() && messages.len() > 1 {
            found.extend(self.together(messages, locale));
        }
        found
    }

    /// The fallback of that language.
    pub(super) fn fallback(&self, locale: &str) -> Option<&Entry> {
        self.fallbacks.iter().find(|rule| rule.speaks(locale))
    }

    /// The rule that a tap names, else the first that matches.
    fn first(&self, message: &Message, locale: &str) -> Option<&Entry> {
        self.named(message, locale).or_else(|| self.spoken(locale).find(|rule| rule.matcher.matches(message)))
    }

    fn named(&self, message: &Message, locale: &str) -> Option<&Entry> {
        let Content::Tap { payload, .. } = &message.content else { return None };
        self.spoken(locale).find(|rule| rule.name == *payload)
    }

    fn together(&self, messages: &[Message], locale: &str) -> Option<(&Entry, String)> {
        let words: Vec<_> = messages.iter().filter_map(|message| message.content.words()).collect();
        let words = words.join(" ");
        self.spoken(locale).find(|rule| rule.matcher.reads(&words)).map(|rule| (rule, words))
    }

    fn spoken(&self, locale: &str) -> impl Iterator<Item = &Entry> {
        self.rules.iter().filter(move |rule| rule.speaks(locale))
    }
}
