//! The store of alarms.

use async_trait::async_trait;
use tradepost_domain::{ConversationId, EffectId, Region, Slot, Timestamp};

use super::Kept;

/// Alarms.
#[async_trait]
pub trait Timers: Send {
    /// Sets an alarm in the place of the slot's former one.
    async fn set_timer(&mut self, timer: &Timer) -> Kept<()>;

    /// Takes away the alarms of a region.
    async fn clear_timers(&mut self, conversation: ConversationId, region: &Region) -> Kept<()>;

    /// Alarms that are due at `now`, earliest first.
    async fn due_timers(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Timer>>;

    /// The alarms of a conversation.
    async fn timers_of(&mut self, conversation: ConversationId) -> Kept<Vec<Timer>>;
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// Whose.
    pub conversation: ConversationId,
    /// Where it is awaited.
    pub slot: Slot,
    /// The effect that set it.
    pub effect: EffectId,
    /// When.
    pub at: Timestamp,
}
