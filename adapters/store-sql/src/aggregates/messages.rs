//! Transcripts, in the order of writing, and the media they hold.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use tradepost_domain::{
    AccountKey, Author, Content, ConversationId, Correlation, Delivery, EffectId, Line, MessageId, Slot,
    Timestamp,
};
use tradepost_ports::store::{Kept, MediaBlob, Messages, ToldOf, Written};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{media, media_of, messages},
    types::{At, Id, Json, Word},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, check_for_backend(Backend), treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) id: Id<MessageId>,
    pub(super) conversation: Id<ConversationId>,
    pub(super) account: String,
    pub(super) at: At,
    pub(super) author: Word<Author>,
    pub(super) content: Json,
    pub(super) topic: Option<String>,
    pub(super) delivery: Option<Word<Delivery>>,
    pub(super) correlation: Id<Correlation>,
    pub(super) effect: Option<Id<EffectId>>,
    pub(super) reference: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) left_at: Option<At>,
}

impl Row {
    fn of(written: &Written) -> Kept<Self> {
        let line = &written.line;
        Ok(Self {
            id: Id(line.id),
            conversation: Id(written.conversation),
            account: written.account.to_string(),
            at: At(line.at),
            author: Word(line.author),
            content: Json::of(&line.content)?,
            topic: line.topic.as_ref().map(Slot::to_string),
            delivery: line.delivery.map(Word),
            correlation: Id(written.correlation.clone()),
            effect: written.effect.map(Id),
            reference: written.reference.clone(),
            reason: written.reason.clone(),
            left_at: written.left_at.map(At),
        })
    }

    fn read(self) -> Kept<Written> {
        let line = Line {
            id: self.id.0,
            at: self.at.0,
            author: self.author.0,
            content: self.content.read()?,
            topic: self.topic.map(Slot::from),
            delivery: self.delivery.map(|word| word.0),
        };
        Ok(Written {
            conversation: self.conversation.0,
            account: AccountKey::new(self.account),
            line,
            correlation: self.correlation.0,
            effect: self.effect.map(|id| id.0),
            reference: self.reference,
            reason: self.reason,
            left_at: self.left_at.map(|at| at.0),
        })
    }
}

#[async_trait]
impl Messages for SqlUnit<'_> {
    async fn write(&mut self, written: &Written) -> Kept<()> {
        let row = Row::of(written)?;
        self.add_message(row).await
    }

    async fn thread(&mut self, conversation: ConversationId, most: u32) -> Kept<Vec<Line>> {
        let latest = messages::table
            .filter(messages::conversation.eq(Id(conversation)))
            .filter(messages::delivery.is_null().or(messages::delivery.ne(Delivery::Withdrawn.word())))
            .order(messages::seq.desc())
            .limit(most.into());
        let rows = self.run(|db| latest.select(Row::as_select()).load(db)).await?;
        rows.into_iter().rev().map(|row| Ok(row.read()?.line)).collect()
    }

    async fn transcript(
        &mut self,
        conversation: ConversationId,
        after: Option<MessageId>,
        most: u32,
    ) -> Kept<Vec<Written>> {
        let after = match after {
            Some(id) => self.place_of(id).await?.unwrap_or(0),
            None => 0,
        };
        let later = messages::table
            .filter(messages::conversation.eq(Id(conversation)))
            .filter(messages::seq.gt(after))
            .order(messages::seq)
            .limit(most.into());
        let rows = self.run(|db| later.select(Row::as_select()).load(db)).await?;
        rows.into_iter().map(Row::read).collect()
    }

    async fn written(&mut self, id: MessageId) -> Kept<Option<Written>> {
        let line = messages::table.filter(messages::id.eq(Id(id))).select(Row::as_select());
        self.find(|db| line.get_result(db)).await?.map(Row::read).transpose()
    }

    async fn by_reference(&mut self, account: &AccountKey, reference: &str) -> Kept<Option<Written>> {
        let known = messages::table
            .filter(messages::account.eq(account.as_str()))
            .filter(messages::reference.eq(reference))
            .order(messages::seq);
        one!(self, known.select(Row::as_select())).await?.map(Row::read).transpose()
    }

    async fn unsettled(&mut self, conversation: ConversationId) -> Kept<Vec<Line>> {
        let unsettled = messages::table
            .filter(messages::conversation.eq(Id(conversation)))
            .filter(sql::<Bool>(UNSETTLED))
            .order(messages::seq);
        let rows = self.run(|db| unsettled.select(Row::as_select()).load(db)).await?;
        rows.into_iter().map(|row| Ok(row.read()?.line)).collect()
    }

    async fn copies(&mut self, account: &AccountKey, reference: &str) -> Kept<Vec<Written>> {
        let known = messages::table
            .filter(messages::account.eq(account.as_str()))
            .filter(messages::reference.eq(reference))
            .order(messages::seq);
        let rows = self.run(|db| known.select(Row::as_select()).load(db)).await?;
        rows.into_iter().map(Row::read).collect()
    }

    async fn told_of(&mut self, references: &[(AccountKey, String)]) -> Kept<Vec<Option<ToldOf>>> {
        let known = self.lines_among(references).await?;
        let found = |(account, reference): &(AccountKey, String)| {
            known.get(&(account.to_string(), reference.clone())).copied()
        };
        Ok(references.iter().map(found).collect())
    }

    async fn left_since(&mut self, conversation: ConversationId, since: Timestamp) -> Kept<u32> {
        let left = messages::table
            .filter(messages::conversation.eq(Id(conversation)))
            .filter(messages::left_at.gt(At(since)))
            .count();
        let left: i64 = self.run(|db| left.get_result(db)).await?;
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
        self.move_line(id, delivery, reference, reason, left_at).await
    }

    async fn deliver_up_to(
        &mut self,
        conversation: ConversationId,
        line: MessageId,
        delivery: Delivery,
    ) -> Kept<u64> {
        let Some(last) = self.place_of(line).await? else { return Ok(0) };
        let mut moved = 0;
        // From behind, so that a line is not moved twice.
        for state in [Delivery::Delivered, Delivery::Sent] {
            if state.after(delivery) == state {
                continue;
            }
            let lines = messages::table
                .filter(messages::conversation.eq(Id(conversation)))
                .filter(messages::seq.le(last))
                .filter(messages::delivery.eq(state.word()));
            let news = messages::delivery.eq(delivery.word());
            moved += self.run(|db| diesel::update(lines).set(news).execute(db)).await?;
        }
        Ok(moved as u64)
    }

    async fn rewrite(&mut self, id: MessageId, content: &Content) -> Kept<()> {
        let content = Json::of(content)?;
        let line = messages::table.filter(messages::id.eq(Id(id)));
        self.later(|db| diesel::update(line).set(messages::content.eq(content)).execute(db)).await
    }

    /// Goes from topic to topic along their index, and asks each for its last line: as quick in a long conversation as in
    /// a short one.
    async fn said_at(&mut self, conversation: ConversationId) -> Kept<BTreeMap<Slot, Option<Timestamp>>> {
        let mut said = BTreeMap::new();
        let mut former = String::new();
        while let Some(topic) = self.topic_after(conversation, &former).await? {
            let last = messages::table
                .filter(messages::conversation.eq(Id(conversation)))
                .filter(messages::topic.eq(&topic))
                .filter(messages::delivery.is_null().or(messages::delivery.ne(Delivery::Withdrawn.word())))
                .order(messages::seq.desc())
                .select(messages::left_at);
            let last: Option<Option<At>> = one!(self, last).await?;
            if let Some(left_at) = last {
                said.insert(Slot::from(topic.clone()), left_at.map(|at| at.0));
            }
            former = topic;
        }
        Ok(said)
    }

    /// Whoever forgets it waits meanwhile, and we for them.
    async fn keep_media(&mut self, line: MessageId, blob: &MediaBlob) -> Kept<()> {
        self.wait_for(&["media", &blob.hash]).await?;
        let row =
            (media::hash.eq(&blob.hash), media::mime.eq(&blob.mime), media::bytes.eq(blob.bytes.as_ref()));
        let kept = diesel::insert_into(media::table).values(row).on_conflict_do_nothing();
        self.later(|db| kept.execute(db)).await?;
        let row = (media_of::line.eq(Id(line)), media_of::hash.eq(&blob.hash));
        let of = diesel::insert_into(media_of::table).values(row).on_conflict_do_nothing();
        self.later(|db| of.execute(db)).await
    }

    async fn media(&mut self, hash: &str) -> Kept<Option<MediaBlob>> {
        let blob = media::table.find(hash).select((media::hash, media::mime, media::bytes));
        let blob: Option<(String, String, Vec<u8>)> = self.find(|db| blob.get_result(db)).await?;
        Ok(blob.map(|(hash, mime, bytes)| MediaBlob { hash, mime, bytes: bytes.into() }))
    }
}

/// In the words of the partial index, which is used for these words only.
const UNSETTLED: &str = "delivery IN ('sending', 'uncertain')";

impl SqlUnit<'_> {
    /// A line's place in the order of writing.
    async fn place_of(&mut self, id: MessageId) -> Kept<Option<i64>> {
        let line = messages::table.filter(messages::id.eq(Id(id))).select(messages::seq);
        self.find(|db| line.get_result(db)).await
    }

    /// The next topic of a conversation's lines, by name.
    async fn topic_after(&mut self, conversation: ConversationId, former: &str) -> Kept<Option<String>> {
        let next = messages::table
            .filter(messages::conversation.eq(Id(conversation)))
            .filter(messages::topic.gt(former))
            .order(messages::topic)
            .select(messages::topic.assume_not_null());
        one!(self, next).await
    }
}
