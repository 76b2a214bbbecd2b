//! The stages of the route, named for those who kill a process there.

use std::sync::Arc;

/// A stage of the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Events are durable, the caller has not heard yet.
    Accepted,
    /// A turn has stepped, its commit is not made.
    Turning,
    /// Lines are claimed.
    Claimed,
    /// Lines are marked as sending, no byte has left.
    Sending,
    /// The provider has answered, nothing is written down.
    Answered,
    /// What the provider answered is written into a unit that is not kept yet.
    Settling,
}

impl Stage {
    /// All stages, in the order of the route.
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Turning, Self::Claimed, Self::Sending, Self::Answered, Self::Settling];

    /// The stage as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Turning => "turning",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Answered => "answered",
            Self::Settling => "settling",
        }
    }
}

/// Is told when a stage is reached. Does nothing in the product unless a chaos suite asks for it.
pub type StageHook = Arc<dyn Fn(Stage) + Send + Sync>;

impl crate::House {
    pub(crate) fn reached(&self, stage: Stage) {
        if let Some(hook) = &self.tuning.stages {
            hook(stage);
        }
    }
}
