//! Rows that are only added. A statement costs little in the same process: each is written at once.

use std::collections::BTreeMap;

use diesel::{SqliteConnection, dsl::case_when, prelude::*, query_dsl::methods::ExecuteDsl};
use tradepost_domain::{
    AccountKey, Contact, ContactId, ConversationId, Delivery, Identity, MessageId, StorefrontId, Timestamp,
};
use tradepost_ports::store::{Kept, StoreError, ToldOf};

use super::{SqlUnit, conversations, events, inbox, messages, outbox};
use crate::{
    schema,
    types::{At, Id, Word, moment},
};

/// A line, its conversation, and how far it has come.
type LineRow = (Id<MessageId>, Id<ConversationId>, Option<Word<Delivery>>);

/// What news of a line changes.
type News = (Option<Word<Delivery>>, Option<String>, Option<String>, Option<At>);

impl SqlUnit<'_> {
    pub(super) async fn add_event(&mut self, row: events::Row) -> Kept<()> {
        self.run(|db| diesel::insert_into(schema::events::table).values(row).execute(db)).await.map(drop)
    }

    pub(super) async fn add_message(&mut self, row: messages::Row) -> Kept<()> {
        self.run(|db| diesel::insert_into(schema::messages::table).values(row).execute(db)).await.map(drop)
    }

    pub(super) async fn add_inbox(&mut self, row: inbox::Row) -> Kept<()> {
        self.run(|db| diesel::insert_into(schema::inbox::table).values(row).execute(db)).await.map(drop)
    }

    pub(super) async fn add_outbox(&mut self, row: outbox::Row) -> Kept<()> {
        self.run(|db| diesel::insert_into(schema::outbox::table).values(row).execute(db)).await.map(drop)
    }

    pub(super) async fn add_heard(
        &mut self,
        id: ConversationId,
        heard_at: Timestamp,
        idle_at: Timestamp,
    ) -> Kept<()> {
        use schema::conversations;
        let earlier = conversations::heard_at.is_null().or(conversations::heard_at.lt(At(heard_at)));
        let sooner = conversations::idle_at.is_null().or(conversations::idle_at.lt(At(idle_at)));
        let later = (
            conversations::heard_at
                .eq(case_when(earlier, moment(heard_at)).otherwise(conversations::heard_at)),
            conversations::idle_at.eq(case_when(sooner, moment(idle_at)).otherwise(conversations::idle_at)),
        );
        let heard = diesel::update(conversations::table.find(Id(id))).set(later);
        self.run(|db| heard.execute(db)).await.map(drop)
    }

    pub(super) async fn add_conversation(&mut self, row: conversations::Row) -> Kept<()> {
        let begun = diesel::insert_into(schema::conversations::table).values(row).on_conflict_do_nothing();
        self.one_of(begun).await
    }

    pub(super) async fn add_contact(&mut self, contact: &Contact) -> Kept<()> {
        use schema::{contacts, identities};
        let row = (
            contacts::id.eq(Id(contact.id)),
            contacts::storefront.eq(contact.storefront.as_str()),
            contacts::name.eq(contact.name.as_deref()),
        );
        self.one_of(diesel::insert_into(contacts::table).values(row).on_conflict_do_nothing()).await?;
        for (position, identity) in (0_i64..).zip(&contact.identities) {
            let row = (
                identities::storefront.eq(contact.storefront.as_str()),
                identities::scheme.eq(&identity.scheme),
                identities::value.eq(&identity.value),
                identities::contact.eq(Id(contact.id)),
                identities::position.eq(position),
            );
            self.one_of(diesel::insert_into(identities::table).values(row).on_conflict_do_nothing()).await?;
        }
        Ok(())
    }

    /// Moves a line on by its news.
    pub(super) async fn move_line(
        &mut self,
        id: MessageId,
        delivery: Delivery,
        reference: Option<&str>,
        reason: Option<&str>,
        left_at: Option<Timestamp>,
    ) -> Kept<()> {
        use schema::messages;
        let line = messages::table.filter(messages::id.eq(Id(id)));
        let stored =
            line.select((messages::delivery, messages::reference, messages::reason, messages::left_at));
        let stored: Option<News> = self.find(|db| stored.get_result(db)).await?;
        let Some((Some(Word(so_far)), known, why, before)) = stored else { return Ok(()) };
        let delivery = so_far.after(delivery);
        let left = delivery != Delivery::Queued;
        let why = why.filter(|_| so_far != Delivery::Uncertain || delivery == so_far);
        let news = (
            messages::delivery.eq(delivery.word()),
            messages::reference.eq(reference.map(str::to_owned).or(known)),
            messages::reason.eq(reason.map(str::to_owned).or(why).filter(|_| left)),
            messages::left_at.eq(left_at.map(At).or(before).filter(|_| left)),
        );
        self.later(|db| diesel::update(line).set(news).execute(db)).await
    }

    /// A row that is there already was written by another unit.
    async fn one_of(
        &mut self,
        insert: impl RunQueryDsl<SqliteConnection> + ExecuteDsl<SqliteConnection>,
    ) -> Kept<()> {
        match self.run(|db| insert.execute(db)).await? {
            0 => Err(StoreError::Conflict),
            _ => Ok(()),
        }
    }

    /// The contacts that storefronts know by these identities.
    pub(super) async fn known_among(
        &mut self,
        identities: &[(StorefrontId, Identity)],
    ) -> Kept<BTreeMap<(String, String, String), ContactId>> {
        let mut known = BTreeMap::new();
        for (storefront, identity) in identities {
            let owner = self.owner_of(storefront, identity).await?;
            let key = (storefront.to_string(), identity.scheme.clone(), identity.value.clone());
            known.extend(owner.map(|owner| (key, owner)));
        }
        Ok(known)
    }

    /// Which of the keys are new.
    pub(super) async fn add_keys(&mut self, kind: &str, keys: &[String], now: Timestamp) -> Kept<Vec<bool>> {
        use schema::heard_keys;
        let mut new = Vec::with_capacity(keys.len());
        for key in keys {
            let heard =
                (heard_keys::kind.eq(kind), heard_keys::key.eq(key), heard_keys::heard_at.eq(At(now)));
            let heard = diesel::insert_into(heard_keys::table).values(heard).on_conflict_do_nothing();
            new.push(self.run(|db| heard.execute(db)).await? == 1);
        }
        Ok(new)
    }

    /// The oldest lines of these references.
    pub(super) async fn lines_among(
        &mut self,
        references: &[(AccountKey, String)],
    ) -> Kept<BTreeMap<(String, String), ToldOf>> {
        use schema::messages;
        let mut known = BTreeMap::new();
        for (account, reference) in references {
            let line = messages::table
                .filter(messages::account.eq(account.as_str()))
                .filter(messages::reference.eq(reference))
                .order(messages::seq)
                .select((messages::id, messages::conversation, messages::delivery));
            let found: Option<LineRow> = self.find(|db| line.get_result(db)).await?;
            known.extend(found.map(|(Id(id), Id(conversation), delivery)| {
                (
                    (account.to_string(), reference.clone()),
                    ToldOf { id, conversation, delivery: delivery.map(|word| word.0) },
                )
            }));
        }
        Ok(known)
    }

    /// The conversations with these customers.
    pub(super) async fn met_among(
        &mut self,
        customers: &[(AccountKey, String)],
    ) -> Kept<BTreeMap<(String, String), ConversationId>> {
        use schema::conversations;
        let mut met = BTreeMap::new();
        for (account, peer) in customers {
            let with = conversations::table
                .filter(conversations::account.eq(account.as_str()))
                .filter(conversations::peer.eq(peer))
                .select(conversations::id);
            let found: Option<Id<ConversationId>> = self.find(|db| with.get_result(db)).await?;
            met.extend(found.map(|Id(id)| ((account.to_string(), peer.clone()), id)));
        }
        Ok(met)
    }
}
