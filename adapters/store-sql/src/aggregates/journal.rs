//! What every step was given and came to, and work that failed for good.

use async_trait::async_trait;
use diesel::prelude::*;
use tradepost_domain::{ConversationId, DeadLetterId, StorefrontId, Timestamp, TurnId};
use tradepost_ports::store::{DeadLetter, DeadLetters, Journal, JournalRow, Kept};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{dead_letters, journal, parts},
    types::{At, Id, Json},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = journal, check_for_backend(Backend))]
struct Hop {
    conversation: Id<ConversationId>,
    hop: i64,
    turn: Id<TurnId>,
    flow: String,
    event: Json,
    context: Json,
    storefront: String,
    channel: String,
    fresh: bool,
    state: String,
    effects: String,
}

impl Hop {
    fn of(row: &JournalRow) -> Kept<Self> {
        Ok(Self {
            conversation: Id(row.conversation),
            hop: row.hop,
            turn: Id(row.turn),
            flow: row.flow.clone(),
            event: Json::of(&row.event)?,
            context: Json::of(&row.context)?,
            storefront: row.storefront.clone(),
            channel: row.channel.clone(),
            fresh: row.fresh,
            state: row.state.clone(),
            effects: row.effects.clone(),
        })
    }

    fn read(self) -> Kept<JournalRow> {
        Ok(JournalRow {
            conversation: self.conversation.0,
            hop: self.hop,
            turn: self.turn.0,
            flow: self.flow,
            event: self.event.read()?,
            context: self.context.read()?,
            storefront: self.storefront,
            channel: self.channel,
            fresh: self.fresh,
            state: self.state,
            effects: self.effects,
        })
    }
}

#[async_trait]
impl Journal for SqlUnit<'_> {
    async fn log(&mut self, row: &JournalRow) -> Kept<()> {
        let hop = Hop::of(row)?;
        // At once, with all that the hop has written: what fails is this hop's and not the next one's.
        self.run(|db| diesel::insert_into(journal::table).values(hop).execute(db)).await.map(drop)
    }

    async fn journal(&mut self, conversation: ConversationId, from: i64, most: u32) -> Kept<Vec<JournalRow>> {
        let hops = journal::table
            .filter(journal::conversation.eq(Id(conversation)))
            .filter(journal::hop.ge(from))
            .order(journal::hop)
            .limit(most.into());
        let hops = self.run(|db| hops.select(Hop::as_select()).load(db)).await?;
        hops.into_iter().map(Hop::read).collect()
    }

    async fn keep_part(&mut self, hash: &str, part: &str) -> Kept<()> {
        let kept = diesel::insert_into(parts::table).values((parts::hash.eq(hash), parts::part.eq(part)));
        self.later(|db| kept.on_conflict_do_nothing().execute(db)).await
    }

    async fn part(&mut self, hash: &str) -> Kept<Option<String>> {
        self.find(|db| parts::table.find(hash).select(parts::part).get_result(db)).await
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dead_letters, check_for_backend(Backend))]
struct Letter {
    id: Id<DeadLetterId>,
    storefront: String,
    conversation: Id<ConversationId>,
    at: At,
    reason: String,
    work: Json,
}

impl Letter {
    fn read(self) -> Kept<DeadLetter> {
        Ok(DeadLetter {
            id: self.id.0,
            storefront: StorefrontId::new(self.storefront),
            conversation: self.conversation.0,
            at: self.at.0,
            reason: self.reason,
            work: self.work.read()?,
        })
    }
}

#[async_trait]
impl DeadLetters for SqlUnit<'_> {
    async fn bury(&mut self, letter: &DeadLetter) -> Kept<()> {
        let row = Letter {
            id: Id(letter.id),
            storefront: letter.storefront.to_string(),
            conversation: Id(letter.conversation),
            at: At(letter.at),
            reason: letter.reason.clone(),
            work: Json::of(&letter.work)?,
        };
        self.later(|db| diesel::insert_into(dead_letters::table).values(row).execute(db)).await
    }

    async fn dead_letter(&mut self, id: DeadLetterId) -> Kept<Option<DeadLetter>> {
        let letter = dead_letters::table.find(Id(id)).select(Letter::as_select());
        self.find(|db| letter.get_result(db)).await?.map(Letter::read).transpose()
    }

    async fn dead_letters(&mut self, most: u32) -> Kept<Vec<DeadLetter>> {
        let open = dead_letters::table
            .filter(dead_letters::retried_at.is_null())
            .order((dead_letters::at.desc(), dead_letters::id.desc()))
            .limit(most.into());
        let letters = self.run(|db| open.select(Letter::as_select()).load(db)).await?;
        letters.into_iter().map(Letter::read).collect()
    }

    async fn resurrect(&mut self, id: DeadLetterId, at: Timestamp) -> Kept<bool> {
        let open = dead_letters::table.find(Id(id)).filter(dead_letters::retried_at.is_null());
        let retried = diesel::update(open).set(dead_letters::retried_at.eq(At(at)));
        Ok(self.run(|db| retried.execute(db)).await? == 1)
    }
}
