//! What a customer takes back or edits: every copy of it changes that has not been stepped yet.
//!
//! Such news may overtake its message, which another process is filing just now, or which comes once more in an hour. It is
//! parked, and applied when the message is there.

use std::time::Duration;

use tradepost_domain::{AccountKey, Content, ConversationId, EventId, MessageId, Timestamp};
use tradepost_ports::{
    StoreError, Unit,
    store::{Fate, InboxBody, Kept, Ledger, Parked, ParkedNews, Work, Written},
};

use super::file::{Filed, Filing};
use crate::House;

/// How long news of an unknown message waits until it is looked for again; then twice as long each time.
const SOON: Duration = Duration::from_secs(5);

/// What stays of an event whose words were taken back.
pub(crate) const TAKEN_BACK: &str = "its sender has taken it back";

/// What stands in its line's place.
pub(crate) fn taken_back() -> Content {
    Content::Unsupported { what: "taken back".into() }
}

impl Filing<'_> {
    /// Taken back: no turn hears it, nothing fetches its pictures, no event can file it again.
    pub(super) async fn unsent(&self, unit: &mut dyn Unit, reference: &str) -> Kept<Filed> {
        self.change(unit, reference, None).await
    }

    /// Edited: who has not heard the old words hears the new ones.
    pub(super) async fn edited(&self, unit: &mut dyn Unit, reference: &str, text: String) -> Kept<Filed> {
        self.change(unit, reference, Some(text)).await
    }

    async fn change(&self, unit: &mut dyn Unit, reference: &str, text: Option<String>) -> Kept<Filed> {
        match apply_change(unit, &self.account, reference, (self.id, text.clone())).await? {
            Some(conversation) => Ok(Filed::within(Fate::Applied, conversation)),
            None => {
                self.park(unit, reference, SOON, ParkedNews::Changed { text }).await?;
                Ok(Filed::new(Fate::Parked))
            }
        }
    }
}

impl House {
    /// The message is looked for again, ever more seldom, as long as it may still come.
    pub(crate) async fn change_parked(
        &self,
        unit: &mut dyn Unit,
        parked: Parked,
        text: Option<String>,
    ) -> Kept<()> {
        let (account, reference) = (&parked.account, &parked.reference);
        if text.is_none() {
            unit.blank(account, reference, TAKEN_BACK).await?;
        }
        if apply_change(unit, account, reference, (parked.event, text.clone())).await?.is_some() {
            return Ok(());
        }
        match self.next_look(unit, &parked).await? {
            Some(until) => {
                Ledger::park(unit, &Parked { until, news: ParkedNews::Changed { text }, ..parked }).await
            }
            None => Ok(()),
        }
    }

    async fn next_look(&self, unit: &mut dyn Unit, parked: &Parked) -> Kept<Option<Timestamp>> {
        let (now, came) = (self.now(), unit.event(parked.event).await?.map(|event| event.at));
        let waited = came.and_then(|came| Duration::try_from(now.duration_since(came)).ok());
        let left = waited.and_then(|waited| Some((waited, self.tuning.memory.checked_sub(waited)?)));
        let left = left.filter(|(_, left)| !left.is_zero());
        Ok(left.map(|(waited, left)| now + waited.max(SOON).min(left)))
    }
}

/// A message's new words, or that it was taken back; and the event that told so.
type News = (EventId, Option<String>);

/// Changes a message, which has more than one line when it was filed again. `None` when there is no such message. **What is
/// parked for it goes first, in the order in which it came**: an older edit does not undo a newer one.
pub(super) async fn apply_change(
    unit: &mut dyn Unit,
    account: &AccountKey,
    reference: &str,
    news: News,
) -> Kept<Option<ConversationId>> {
    let copies = unit.copies(account, reference).await?;
    let Some(conversation) = copies.first().map(|copy| copy.conversation) else { return Ok(None) };
    unit.conversation(conversation).await?;
    for (_, text) in all_news(unit, account, reference, news).await? {
        // As they are now that nobody else changes them.
        let copies = unit.copies(account, reference).await?;
        // An edit that comes after the end of its message brings nothing back.
        for copy in copies.iter().filter(|copy| copy.line.content != taken_back()) {
            let to = text.clone().map(|text| reworded(&copy.line.content, text));
            change_line(unit, copy, to.as_ref()).await?;
        }
    }
    Ok(Some(conversation))
}

/// With what is parked, oldest first.
async fn all_news(unit: &mut dyn Unit, account: &AccountKey, reference: &str, news: News) -> Kept<Vec<News>> {
    let mut all = vec![news];
    for parked in unit.unpark(account, reference).await? {
        match parked.news {
            ParkedNews::Changed { text } => all.push((parked.event, text)),
            ParkedNews::Receipt { .. } | ParkedNews::Echo { .. } | ParkedNews::Paid { .. } => {
                Ledger::park(unit, &parked).await?;
            }
        }
    }
    all.sort_by_key(|(event, _)| *event);
    Ok(all)
}

async fn change_line(unit: &mut dyn Unit, copy: &Written, to: Option<&Content>) -> Kept<()> {
    let (conversation, line) = (copy.conversation, copy.line.id);
    let shown = to.cloned().unwrap_or_else(taken_back);
    unit.rewrite(line, &shown).await?;
    change_waiting(unit, conversation, line, to).await?;
    change_meanwhile(unit, conversation, line, to).await?;
    match shown {
        Content::Media { .. } => Ok(()),
        _ => fetch_nothing(unit, conversation, line).await,
    }
}

/// The new words in the old ones' place: beside a picture, if there is one.
fn reworded(content: &Content, text: String) -> Content {
    match content {
        Content::Media { media, .. } => {
            let text = Some(text).filter(|text| !text.is_empty());
            Content::Media { media: media.clone(), text }
        }
        _ => Content::text(text),
    }
}

/// The words in the queue.
async fn change_waiting(
    unit: &mut dyn Unit,
    conversation: ConversationId,
    line: MessageId,
    to: Option<&Content>,
) -> Kept<()> {
    for row in unit.waiting(conversation).await? {
        match (row.body, to) {
            (InboxBody::Said(message), _) if message.id != line => {}
            (InboxBody::Said(_), None) => unit.take(&[row.event]).await?,
            (InboxBody::Said(mut message), Some(content)) => {
                message.content = content.clone();
                unit.reword(row.event, &InboxBody::Said(message)).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The words that are kept for the flow while a person has the conversation.
async fn change_meanwhile(
    unit: &mut dyn Unit,
    id: ConversationId,
    line: MessageId,
    to: Option<&Content>,
) -> Kept<()> {
    let Some(mut conversation) = unit.conversation(id).await? else { return Ok(()) };
    let meanwhile = &mut conversation.inner.meanwhile;
    if !meanwhile.iter().any(|message| message.id == line) {
        return Ok(());
    }
    match to {
        None => meanwhile.retain(|message| message.id != line),
        Some(content) => {
            let changed = meanwhile.iter_mut().filter(|message| message.id == line);
            changed.for_each(|message| message.content = content.clone());
        }
    }
    match unit.keep(&conversation).await? {
        true => Ok(()),
        false => Err(StoreError::Conflict),
    }
}

/// Its pictures are not its any more; what comes of a fetch under way is not kept.
async fn fetch_nothing(unit: &mut dyn Unit, conversation: ConversationId, of: MessageId) -> Kept<()> {
    for row in unit.rows_of(conversation).await? {
        if matches!(row.work, Work::Fetch { line, .. } if line == of) {
            unit.remove(row.effect).await?;
        }
    }
    Ok(())
}
