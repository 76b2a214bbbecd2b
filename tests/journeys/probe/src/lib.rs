//! The probe: a flow harder than any that ships. It asks a model with tools, holds an item, opens a checkout with an end,
//! hears of payments (late, doubled, before our commit), sets an alarm and hands over. It exists to prove the flow API.
#![forbid(unsafe_code)]

mod purchase;
mod slot;
mod talk;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradepost_domain::{
    Answered, Body, Context, Effect, Event, Flow, Message, Reason, Staff, Stage, Step, model::ModelTurn,
};

pub use crate::purchase::{HOLD_FOR, Purchase};
use crate::slot::Name;

/// The flow. It has no settings.
#[derive(Debug, Default, Clone, Copy)]
pub struct Probe;

/// Two regions side by side: a question is answered while the checkout opens.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What the model has not answered yet; unread words stay until it has.
    pub talk: Talk,
    /// What the customer is buying.
    pub purchase: Option<Purchase>,
}

/// The talk with the model.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    /// The customer's words that no answer has covered.
    pub unread: Vec<String>,
    /// The rounds of tools under way, verbatim.
    pub rounds: Vec<ModelTurn>,
    /// Tools of this round that have not come back.
    pub tools: Vec<String>,
}

impl Flow for Probe {
    const NAME: &'static str = "probe";
    const SHAPE: u32 = 1;
    type State = State;

    fn step(&self, cx: &Context, state: State, event: &Event) -> Step<State> {
        match &event.body {
            Body::Said(messages) => hear(cx, state, messages),
            Body::Outcome(slot, outcome) => match Name::of(slot) {
                Some(Name::Tool(id)) => talk::tool_done(cx, state, &id, outcome),
                _ => purchase::outcome(cx, state, outcome),
            },
            Body::Answer(answered) => answer(cx, state, answered),
            Body::Notice(notice) => purchase::notice(cx, state, notice),
            Body::Woke(slot) => match Name::of(slot) {
                Some(Name::Reminder) => purchase::remind(state),
                _ => purchase::give_up(state),
            },
            Body::Staff(Staff::TookOver { .. }) => Step::quiet(state),
            Body::Staff(Staff::HandedBack { meanwhile }) => talk::hear(cx, state, meanwhile),
        }
    }

    fn stage(&self, state: &State) -> Stage {
        let name = state.purchase.as_ref().map_or("talking", Purchase::stage);
        Stage { name: name.into(), open: state.purchase.is_some() }
    }

    fn upgrade(&self, _: u32, _: Value) -> Option<State> {
        None
    }
}

/// The open region hears first; what it passes on is the talk's.
fn hear(cx: &Context, state: State, messages: &[Message]) -> Step<State> {
    let wants_person = |message: &Message| message.content.words() == Some("person");
    if messages.iter().any(wants_person) {
        return Step::with(state, [Effect::HandOver { reason: Reason::Asked }]);
    }
    match purchase::hear(cx, &state, messages) {
        purchase::Heard::Pass => talk::hear(cx, state, messages),
        heard => purchase::decide(cx, state, heard),
    }
}

fn answer(cx: &Context, state: State, answered: &Answered) -> Step<State> {
    match Name::of(&answered.slot) {
        Some(Name::Talk) => talk::answer(cx, state, &answered.result),
        Some(Name::Checkout) => purchase::opened(state, answered),
        Some(Name::Tool(_) | Name::Hold | Name::Reminder) | None => Step::quiet(state),
    }
}
