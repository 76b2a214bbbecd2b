//! Transcripts, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tradepost_domain::{AccountKey, Content, ConversationId, Delivery, Line, MessageId, Slot, Timestamp};
use tradepost_ports::store::{Kept, MediaBlob, Messages, ToldOf, Written};

use super::tables::{Placed, Tables, sorted};

#[async_trait]
impl Messages for Tables {
    async fn write(&mut self, written: &Written) -> Kept<()> {
        let place = self.place();
        self.messages.add(written.line.id, Placed { place, row: written.clone() })
    }

    async fn thread(&mut self, conversation: ConversationId, most: u32) -> Kept<Vec<Line>> {
        let lines = lines_of(self, conversation);
        let seen = lines.iter().filter(|line| line.row.line.delivery != Some(Delivery::Withdrawn));
        let mut latest: Vec<Line> =
            seen.rev().take(most as usize).map(|line| line.row.line.clone()).collect();
        latest.reverse();
        Ok(latest)
    }

    async fn transcript(
        &mut self,
        conversation: ConversationId,
        after: Option<MessageId>,
        most: u32,
    ) -> Kept<Vec<Written>> {
        let after = after.and_then(|id| self.messages.get(&id)).map_or(0, |line| line.place);
        let later = lines_of(self, conversation).into_iter().filter(|line| line.place > after);
        Ok(later.take(most as usize).map(|line| line.row.clone()).collect())
    }

    async fn written(&mut self, id: MessageId) -> Kept<Option<Written>> {
        Ok(self.messages.get(&id).map(|line| line.row.clone()))
    }

    async fn by_reference(&mut self, account: &AccountKey, reference: &str) -> Kept<Option<Written>> {
        Ok(self.copies(account, reference).await?.into_iter().next())
    }

    async fn copies(&mut self, account: &AccountKey, reference: &str) -> Kept<Vec<Written>> {
        let fits = |line: &&Placed<Written>| {
            line.row.account == *account && line.row.reference.as_deref() == Some(reference)
        };
        let copies = sorted(self.messages.rows().filter(fits), |line| line.place);
        Ok(copies.into_iter().map(|line| line.row.clone()).collect())
    }

    async fn unsettled(&mut self, conversation: ConversationId) -> Kept<Vec<Line>> {
        let open = |line: &Line| matches!(line.delivery, Some(Delivery::Sending | Delivery::Uncertain));
        let lines = lines_of(self, conversation).into_iter().map(|line| &line.row.line);
        Ok(lines.filter(|line| open(line)).cloned().collect())
    }

    async fn told_of(&mut self, references: &[(AccountKey, String)]) -> Kept<Vec<Option<ToldOf>>> {
        let mut found = Vec::with_capacity(references.len());
        for (account, reference) in references {
            let line = self.by_reference(account, reference).await?;
            found.push(line.map(|written| ToldOf {
                id: written.line.id,
                conversation: written.conversation,
                delivery: written.line.delivery,
            }));
        }
        Ok(found)
    }

    async fn left_since(&mut self, conversation: ConversationId, since: Timestamp) -> Kept<u32> {
        let lines = lines_of(self, conversation).into_iter();
        let left = lines.filter(|line| line.row.left_at.is_some_and(|left| left > since)).count();
        Ok(u32::try_from(left).unwrap_or(u32::MAX))
    }

    async fn deliver(
        &mut self,
        id: MessageId,
        delivery: Delivery,
        reference: Option<&str>,
        reason: Option<&str>,
        left_at: Option<Timestamp>,
    ) -> Kept<()> {
        let Some(line) = self.messages.edit(&id) else { return Ok(()) };
        let Some(so_far) = line.row.line.delivery else { return Ok(()) };
        let written = &mut line.row;
        let delivery = so_far.after(delivery);
        let left = delivery != Delivery::Queued;
        written.line.delivery = Some(delivery);
        written.reference = reference.map(str::to_owned).or(written.reference.take());
        let known = written.reason.take().filter(|_| so_far != Delivery::Uncertain || delivery == so_far);
        written.reason = reason.map(str::to_owned).or(known).filter(|_| left);
        written.left_at = left_at.or(written.left_at).filter(|_| left);
        Ok(())
    }

    async fn deliver_up_to(
        &mut self,
        conversation: ConversationId,
        line: MessageId,
        delivery: Delivery,
    ) -> Kept<u64> {
        let Some(last) = self.messages.get(&line).map(|line| line.place) else { return Ok(0) };
        let taken = |written: &Written| matches!(written.line.delivery, Some(known @ (Delivery::Sent | Delivery::Delivered)) if known.after(delivery) != known);
        let lines = lines_of(self, conversation).into_iter();
        let lines = lines.filter(|line| line.place <= last && taken(&line.row));
        let ids: Vec<MessageId> = lines.map(|line| line.row.line.id).collect();
        for id in &ids {
            self.deliver(*id, delivery, None, None, None).await?;
        }
        Ok(ids.len() as u64)
    }

    async fn rewrite(&mut self, id: MessageId, content: &Content) -> Kept<()> {
        if let Some(line) = self.messages.edit(&id) {
            line.row.line.content = content.clone();
        }
        Ok(())
    }

    async fn said_at(&mut self, conversation: ConversationId) -> Kept<BTreeMap<Slot, Option<Timestamp>>> {
        let lines = lines_of(self, conversation).into_iter();
        let said = lines.filter(|line| line.row.line.delivery != Some(Delivery::Withdrawn));
        Ok(said.filter_map(|line| Some((line.row.line.topic.clone()?, line.row.left_at))).collect())
    }

    async fn keep_media(&mut self, line: MessageId, blob: &MediaBlob) -> Kept<()> {
        self.media_of.put((line, blob.hash.clone()), ());
        if self.media.get(&blob.hash).is_none() {
            self.media.put(blob.hash.clone(), blob.clone());
        }
        Ok(())
    }

    async fn media(&mut self, hash: &str) -> Kept<Option<MediaBlob>> {
        Ok(self.media.get(&hash.to_owned()).cloned())
    }
}

/// The lines of a conversation, in the order of writing.
fn lines_of(tables: &Tables, conversation: ConversationId) -> Vec<&Placed<Written>> {
    let lines = tables.messages.rows().filter(|line| line.row.conversation == conversation);
    sorted(lines, |line| line.place)
}
