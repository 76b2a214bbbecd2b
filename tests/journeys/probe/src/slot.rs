//! The flow's slots, as an enum, so that the match over answers is complete.

use tradepost_domain::Slot;

/// The region of the talk.
pub const TALK: Slot = Slot::fixed("talk");
/// The region of the purchase.
pub const PURCHASE: Slot = Slot::fixed("purchase");

/// A slot by its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// The model's answer, and the lines of the talk.
    Talk,
    /// A tool of the model, by the provider's id of its request.
    Tool(String),
    /// The hold on the item.
    Hold,
    /// The page to pay on.
    Checkout,
    /// The alarm before the hold ends.
    Reminder,
}

impl Name {
    /// The slot's text.
    pub fn slot(&self) -> Slot {
        match self {
            Self::Talk => TALK,
            Self::Tool(id) => TALK.below("tool").below(id),
            Self::Hold => PURCHASE.below("hold"),
            Self::Checkout => PURCHASE.below("checkout"),
            Self::Reminder => PURCHASE.below("reminder"),
        }
    }

    /// The meaning of a slot; `None` for one that is not ours.
    pub fn of(slot: &Slot) -> Option<Self> {
        match slot.as_str() {
            "talk" => Some(Self::Talk),
            "purchase.hold" => Some(Self::Hold),
            "purchase.checkout" => Some(Self::Checkout),
            "purchase.reminder" => Some(Self::Reminder),
            other => other.strip_prefix("talk.tool.").map(|id| Self::Tool(id.to_owned())),
        }
    }
}
