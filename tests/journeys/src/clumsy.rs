//! A flow with a fault: the rules, which stumble over a word so often that the event is given up; then somebody has
//! mended them.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tradepost_domain::{Body, Context, Event, Flow, Stage, Step};
use tradepost_flows::rules::RulesFlow;

/// The word.
const GLASS: &str = "glass";
/// As often as the engine tries an event.
const TIMES: usize = 8;

/// The rules flow, unless it stumbles.
#[derive(Default)]
pub struct Clumsy {
    rules: RulesFlow,
    stumbled: AtomicUsize,
}

impl Flow for Clumsy {
    const NAME: &'static str = RulesFlow::NAME;
    const SHAPE: u32 = RulesFlow::SHAPE;
    type State = <RulesFlow as Flow>::State;

    fn step(&self, cx: &Context, state: Self::State, event: &Event) -> Step<Self::State> {
        if about_glass(event) && self.stumbled.fetch_add(1, Ordering::Relaxed) < TIMES {
            panic!("the flow stumbled over {GLASS}");
        }
        self.rules.step(cx, state, event)
    }

    fn stage(&self, state: &Self::State) -> Stage {
        self.rules.stage(state)
    }

    fn upgrade(&self, shape: u32, old: Value) -> Option<Self::State> {
        self.rules.upgrade(shape, old)
    }
}

fn about_glass(event: &Event) -> bool {
    let Body::Said(messages) = &event.body else { return false };
    messages.iter().any(|message| message.content.words().is_some_and(|words| words.contains(GLASS)))
}
