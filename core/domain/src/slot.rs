//! Slots: one idea for waiting. A slot is a name that a region of a flow's state owns.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// The name under which a call, deed, timer or replaceable line is known, such as `talk` or `purchase.checkout`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(Cow<'static, str>);

/// A part of the state that owns slots: `talk` owns `talk` itself and everything below `talk.`.
pub type Region = Slot;

impl Slot {
    /// A slot that is known when the flow is written.
    pub const fn fixed(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A slot below this one: `talk` and `tool.7` make `talk.tool.7`.
    pub fn below(&self, part: &str) -> Self {
        Self(Cow::Owned(format!("{}.{part}", self.0)))
    }

    /// The slot as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does this region own the slot?
    pub fn owns(&self, slot: &Slot) -> bool {
        slot.0.strip_prefix(self.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl From<String> for Slot {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

impl From<&'static str> for Slot {
    fn from(name: &'static str) -> Self {
        Self::fixed(name)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Slot;

    #[test]
    fn a_region_owns_itself_and_what_is_below_it_only() {
        let talk = Slot::fixed("talk");
        assert!(talk.owns(&talk) && talk.owns(&talk.below("tool.7")));
        assert!(!talk.owns(&Slot::fixed("talkative")) && !talk.below("tool").owns(&talk));
    }
}
