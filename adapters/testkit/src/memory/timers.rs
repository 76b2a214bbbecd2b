//! Alarms, in memory.

use async_trait::async_trait;
use tradepost_domain::{ConversationId, Region, Timestamp};
use tradepost_ports::store::{Kept, Timer, Timers};

use super::tables::{Tables, first, sorted};

#[async_trait]
impl Timers for Tables {
    async fn set_timer(&mut self, timer: &Timer) -> Kept<()> {
        self.timers.put((timer.conversation, timer.slot.clone()), timer.clone());
        Ok(())
    }

    async fn clear_timers(&mut self, conversation: ConversationId, region: &Region) -> Kept<()> {
        let own = |timer: &&Timer| timer.conversation == conversation && region.owns(&timer.slot);
        let slots: Vec<_> = self.timers.rows().filter(own).map(|timer| timer.slot.clone()).collect();
        for slot in slots {
            self.timers.take(&(conversation, slot));
        }
        Ok(())
    }

    async fn due_timers(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Timer>> {
        let due = self.timers.rows().filter(|timer| timer.at <= now);
        Ok(first(most, sorted(due, |timer| (timer.at, timer.effect))))
    }

    async fn timers_of(&mut self, conversation: ConversationId) -> Kept<Vec<Timer>> {
        Ok(self.timers.rows().filter(|timer| timer.conversation == conversation).cloned().collect())
    }
}
