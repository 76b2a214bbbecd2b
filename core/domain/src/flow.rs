//! Flows: the behaviours. A flow is a pure function over its state; the engine knows it only by [`ErasedFlow`].

use std::borrow::Cow;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Context, Effect, Event};

/// A behaviour. Its value holds its storefront's checked settings.
pub trait Flow: Send + Sync + 'static {
    /// Its name, stored beside its state.
    const NAME: &'static str;
    /// The shape of the stored state; raised when a field changes its meaning.
    const SHAPE: u32;
    /// What it keeps between events: ids of orders, never copies of their states.
    type State: Serialize + DeserializeOwned + Default;

    /// Decides what an event means. Never waits; the same arguments give the same result.
    fn step(&self, cx: &Context, state: Self::State, event: &Event) -> Step<Self::State>;

    /// Where the conversation stands.
    fn stage(&self, state: &Self::State) -> Stage;

    /// Reads a state of an older shape; `None` when it cannot be read.
    fn upgrade(&self, shape: u32, old: Value) -> Option<Self::State>;
}

/// What a step came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<S> {
    /// The new state.
    pub state: S,
    /// What is to be done, in order.
    pub effects: Vec<Effect>,
}

impl<S> Step<S> {
    /// Nothing is to be done.
    pub fn quiet(state: S) -> Self {
        Self { state, effects: Vec::new() }
    }

    /// These are to be done.
    pub fn with(state: S, effects: impl Into<Vec<Effect>>) -> Self {
        Self { state, effects: effects.into() }
    }

    /// One more.
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name, for the console and measures.
    pub name: Cow<'static, str>,
    /// Is something open, so that the idle rules are gentle and CANCEL is the flow's own?
    pub open: bool,
}

/// A flow's state as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The flow that wrote it.
    pub flow: String,
    /// The shape it wrote.
    pub shape: u32,
    /// The state.
    pub data: Value,
}

/// What could be made of a stored state.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// It can be stepped.
    Ready,
    /// A newer worker wrote it: not ours.
    Newer,
    /// It cannot be read; a fresh state takes its place.
    Unreadable,
}

/// A flow whose state's type is hidden. Implemented for every [`Flow`]; nobody else need implement it.
pub trait ErasedFlow: Send + Sync {
    /// [`Flow::NAME`].
    fn flow_name(&self) -> &'static str;
    /// [`Flow::SHAPE`].
    fn shape(&self) -> u32;
    /// Can the stored state be stepped by this flow?
    fn read(&self, stored: &Stored) -> Reading;
    /// [`Flow::step`] over a stored state; a missing or unreadable one counts as fresh.
    fn step_erased(&self, cx: &Context, stored: Option<Stored>, event: &Event) -> Step<Stored>;
    /// [`Flow::stage`] of a stored state.
    fn stage_erased(&self, stored: Option<&Stored>) -> Stage;
}

impl<F: Flow> ErasedFlow for F {
    fn flow_name(&self) -> &'static str {
        F::NAME
    }

    fn shape(&self) -> u32 {
        F::SHAPE
    }

    fn read(&self, stored: &Stored) -> Reading {
        match stored {
            stored if stored.flow == F::NAME && stored.shape > F::SHAPE => Reading::Newer,
            stored if load(self, stored).is_some() => Reading::Ready,
            _ => Reading::Unreadable,
        }
    }

    fn step_erased(&self, cx: &Context, stored: Option<Stored>, event: &Event) -> Step<Stored> {
        let state = stored.and_then(|stored| load(self, &stored)).unwrap_or_default();
        let step = self.step(cx, state, event);
        let data = serde_json::to_value(&step.state).unwrap_or_default();
        Step { state: Stored { flow: F::NAME.into(), shape: F::SHAPE, data }, effects: step.effects }
    }

    fn stage_erased(&self, stored: Option<&Stored>) -> Stage {
        self.stage(&stored.and_then(|stored| load(self, stored)).unwrap_or_default())
    }
}

fn load<F: Flow>(flow: &F, stored: &Stored) -> Option<F::State> {
    match stored {
        Stored { flow, .. } if flow != F::NAME => None,
        Stored { shape, data, .. } if *shape == F::SHAPE => F::State::deserialize(data).ok(),
        Stored { shape, data, .. } if *shape < F::SHAPE => flow.upgrade(*shape, data.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    struct Counter;

    impl Flow for Counter {
        const NAME: &'static str = "counter";
        const SHAPE: u32 = 2;
        type State = u32;
        fn step(&self, _: &Context, state: u32, _: &Event) -> Step<u32> {
            Step::quiet(state + 1)
        }
        fn stage(&self, _: &u32) -> Stage {
            Stage { name: "counting".into(), open: false }
        }
        fn upgrade(&self, shape: u32, old: Value) -> Option<u32> {
            (shape == 1).then(|| old.as_str()?.parse().ok()).flatten()
        }
    }

    #[rstest]
    #[case::same_shape("counter", 2, json!(7), Reading::Ready)]
    #[case::older_shape("counter", 1, json!("7"), Reading::Ready)]
    #[case::newer_shape("counter", 3, json!(7), Reading::Newer)]
    #[case::broken("counter", 2, json!("x"), Reading::Unreadable)]
    #[case::another_flow("rules", 9, json!(7), Reading::Unreadable)]
    fn a_stored_state_is_read_by_name_and_shape(
        #[case] flow: &str,
        #[case] shape: u32,
        #[case] data: Value,
        #[case] expected: Reading,
    ) {
        assert_eq!(Counter.read(&Stored { flow: flow.into(), shape, data }), expected);
    }
}
