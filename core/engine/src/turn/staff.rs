//! Take-over: a person answers, the flow's replaceable lines are drafts, and it hears afterwards what was said.

use tradepost_domain::{Author, Body, Delivery, EventId, Mode, Staff};
use tradepost_ports::store::{Class, Kept, OutboxState, StaffWord};

use super::Turn;

impl Turn<'_> {
    pub(super) async fn staff(&mut self, event: EventId, word: StaffWord) -> Kept<()> {
        match word {
            StaffWord::TakeOver { by, until } => {
                let already = self.conversation.mode.is_person();
                self.conversation.mode = Mode::Person { by: by.clone(), since: self.now, until };
                if already {
                    return Ok(());
                }
                self.draft_unsent().await?;
                self.step(event, Body::Staff(Staff::TookOver { by })).await
            }
            StaffWord::Say { content, .. } => self.say_as(Author::Staff, None, content).await,
            StaffWord::HandBack => self.hand_back(event).await,
        }
    }

    /// A call for a person that nobody took is put away: the flow has heard everything itself.
    async fn hand_back(&mut self, event: EventId) -> Kept<()> {
        let had_it = self.conversation.mode.is_person();
        self.conversation.mode = Mode::Bot;
        if !had_it {
            return Ok(());
        }
        let meanwhile = std::mem::take(&mut self.conversation.inner.meanwhile);
        self.step(event, Body::Staff(Staff::HandedBack { meanwhile })).await
    }

    /// A take-over for a time ends by the clock; one that was begun anew meanwhile goes on.
    pub(super) async fn hand_back_in_time(&mut self, event: EventId) -> Kept<()> {
        match self.conversation.mode.person_until() {
            Some(until) if until <= self.now => self.hand_back(event).await,
            _ => Ok(()),
        }
    }

    /// Replaceable lines that have not left become drafts for the person.
    async fn draft_unsent(&mut self) -> Kept<()> {
        for row in self.unit.rows_of(self.conversation.id).await? {
            let unsent = matches!(row.state, OutboxState::Ready | OutboxState::Claimed);
            if let (Class::Say, true, Some(_), Some(message)) = (row.class, unsent, &row.slot, row.message) {
                self.unit.remove(row.effect).await?;
                self.unit.deliver(message, Delivery::Draft, None, None, None).await?;
            }
        }
        Ok(())
    }
}
