//! The rules flow: a storefront's keyword rules answer; what none of them knows, a model may answer if one is
//! configured, else the fallback does. `docs/rules.md` tells the same to a shopkeeper.
//!
//! - Each message of a burst is answered by the first active rule that matches it; a rule answers a burst once.
//! - Lines are said without a topic, since each question deserves its answer; only a model's line may be replaced.
//! - The second fallback in a row, a rule whose response cannot be written, and the rule named [`PERSON`] ask for a
//!   person.

mod book;
mod check;
mod language;
mod matching;
mod response;
mod seed;
mod talk;
mod vars;

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tradepost_domain::{
    Answered, Author, Body, Content, Context, Effect, Event, Flow, Line, Message, Reason, Slot, Stage, Step,
    Storefront, StorefrontId,
};

use book::{Book, Entry};
pub use check::{RuleFault, check_rule};
pub use seed::seed;
pub use talk::ModelSettings;

/// The rule of this name hands the conversation over to a person, after its response.
pub const PERSON: &str = "person";

/// The question to the model and its line stand under this slot.
const TALK: Slot = Slot::fixed("talk");

/// So many fallbacks in a row, and a person should look.
const STUCK_AFTER: u32 = 2;

/// The flow. Its value keeps the compiled rules of each storefront until their revision changes.
#[derive(Default)]
pub struct RulesFlow {
    model: Option<ModelSettings>,
    books: Mutex<HashMap<StorefrontId, (i64, Arc<Book>)>>,
}

/// What the flow keeps between events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// How often the fallback answered since a rule or the model last did.
    pub fallbacks_in_a_row: u32,
    /// The name of the rule that answered last, for the console.
    pub last_rule: Option<String>,
}

impl Flow for RulesFlow {
    const NAME: &'static str = "rules";
    const SHAPE: u32 = 1;
    type State = State;

    fn step(&self, cx: &Context, state: State, event: &Event) -> Step<State> {
        match &event.body {
            Body::Said(messages) => self.said(cx, state, messages),
            Body::Answer(Answered { slot, result, .. }) if *slot == TALK => match talk::line(result) {
                Some(text) => answered(state, text),
                None => self.fall_back(cx, state, &last_words(cx)),
            },
            Body::Staff(_) => Step::quiet(State { fallbacks_in_a_row: 0, ..state }),
            Body::Answer(_) | Body::Outcome(..) | Body::Notice(_) | Body::Woke(_) => Step::quiet(state),
        }
    }

    fn stage(&self, _: &State) -> Stage {
        Stage { name: "listening".into(), open: false }
    }

    /// There is no older shape than the first.
    fn upgrade(&self, _: u32, _: serde_json::Value) -> Option<State> {
        None
    }
}

impl RulesFlow {
    /// A flow that asks that model, or none, when no rule matches.
    pub fn new(model: Option<ModelSettings>) -> Self {
        Self { model, books: Mutex::default() }
    }

    fn said(&self, cx: &Context, state: State, messages: &[Message]) -> Step<State> {
        let book = self.book(&cx.storefront);
        let found = book.answers(messages, locale(cx));
        match (found.last(), &self.model) {
            (Some((last, _)), _) => {
                let state = State { fallbacks_in_a_row: 0, last_rule: Some(last.name.clone()) };
                let effects = found.iter().flat_map(|(rule, words)| answer(cx, &book, rule, words));
                Step::with(state, effects.collect::<Vec<_>>())
            }
            (None, Some(model)) if !words_of(messages).is_empty() => {
                Step::with(state, [talk::ask(cx, model, messages)])
            }
            (None, _) => self.fall_back(cx, state, &words_of(messages)),
        }
    }

    fn fall_back(&self, cx: &Context, state: State, words: &str) -> Step<State> {
        let book = self.book(&cx.storefront);
        let fallback = book.fallback(locale(cx));
        let fallbacks_in_a_row = state.fallbacks_in_a_row.saturating_add(1);
        let last_rule = fallback.map(|rule| rule.name.clone());
        let mut effects = fallback.map(|rule| answer(cx, &book, rule, words)).unwrap_or_default();
        if fallbacks_in_a_row == STUCK_AFTER && !effects.iter().any(is_hand_over) {
            effects.push(stuck(format!("no rule matched {STUCK_AFTER} times in a row")));
        }
        Step::with(State { fallbacks_in_a_row, last_rule }, effects)
    }

    /// The storefront's compiled rules, compiled once per revision.
    fn book(&self, storefront: &Storefront) -> Arc<Book> {
        let mut books = self.books.lock();
        match books.get(&storefront.id) {
            Some((revision, book)) if *revision == storefront.revision => Arc::clone(book),
            _ => {
                let book = Arc::new(Book::of(&storefront.rules));
                books.insert(storefront.id.clone(), (storefront.revision, Arc::clone(&book)));
                book
            }
        }
    }
}

/// A rule's response; when it cannot be written, the fallback's and a call for a person.
fn answer(cx: &Context, book: &Book, rule: &Entry, words: &str) -> Vec<Effect> {
    let vars = vars::Vars::of(cx, words);
    match rule.response.content(&vars) {
        Ok(content) => {
            let asked = (rule.name == PERSON).then_some(Effect::HandOver { reason: Reason::Asked });
            content.map(Effect::say).into_iter().chain(asked).collect()
        }
        Err(error) => {
            let instead =
                book.fallback(locale(cx)).and_then(|rule| rule.response.content(&vars).ok().flatten());
            let what = format!("failed to write the response of rule `{}`: {error}", rule.name);
            instead.map(Effect::say).into_iter().chain([stuck(what)]).collect()
        }
    }
}

fn answered(state: State, text: String) -> Step<State> {
    Step::with(State { fallbacks_in_a_row: 0, ..state }, [Effect::say_under(TALK, Content::text(text))])
}

fn stuck(what: String) -> Effect {
    Effect::HandOver { reason: Reason::Stuck { what } }
}

fn is_hand_over(effect: &Effect) -> bool {
    matches!(effect, Effect::HandOver { .. })
}

/// The contact's language if it was learned, else the storefront's.
fn locale(cx: &Context) -> &str {
    cx.contact.facts.get("locale").map_or(cx.storefront.locale.as_str(), |fact| fact.value.as_str())
}

/// All words of a burst.
fn words_of(messages: &[Message]) -> String {
    let words: Vec<_> =
        messages.iter().filter_map(|message| message.content.words()).map(str::trim).collect();
    words.join("\n").trim().to_owned()
}

/// What the customer said last, as the thread has it.
fn last_words(cx: &Context) -> String {
    let customer = |line: &&Line| line.author == Author::Customer;
    let last = cx.thread.iter().rev().find(customer).and_then(|line| line.content.words());
    last.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
