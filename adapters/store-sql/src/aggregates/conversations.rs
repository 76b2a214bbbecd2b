//! Conversations and their leases. Who writes what belongs to a conversation has locked its row first.

use std::collections::HashSet;

use async_trait::async_trait;
use diesel::{
    dsl::{exists, not, sql},
    prelude::*,
    sql_types::Nullable,
};
use tradepost_domain::{
    AccountKey, ContactId, Conversation, ConversationId, Mode, StorefrontId, Timestamp, WorkerId,
    conversation::Lease,
};
use tradepost_ports::store::{ConversationFilter, Conversations, Kept};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{conversations, inbox},
    types::{At, Id, Json, Moment, texts},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = conversations, check_for_backend(Backend))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct Row {
    pub(super) id: Id<ConversationId>,
    pub(super) storefront: String,
    pub(super) account: String,
    pub(super) contact: Id<ContactId>,
    pub(super) peer: String,
    pub(super) version: i64,
    pub(super) lease_holder: Option<String>,
    pub(super) lease_until: Option<At>,
    pub(super) heard_at: Option<At>,
    pub(super) idle_at: Option<At>,
    pub(super) mode: Json,
    pub(super) with_person: bool,
    pub(super) person_until: Option<At>,
    pub(super) stage: String,
    pub(super) created_at: At,
    pub(super) inside: Json,
}

impl Row {
    fn of(conversation: &Conversation, version: i64) -> Kept<Self> {
        let lease = conversation.lease.as_ref();
        Ok(Self {
            id: Id(conversation.id),
            storefront: conversation.storefront.to_string(),
            account: conversation.account.to_string(),
            contact: Id(conversation.contact),
            peer: conversation.peer.clone(),
            version,
            lease_holder: lease.map(|lease| lease.holder.to_string()),
            lease_until: lease.map(|lease| At(lease.until)),
            heard_at: conversation.heard_at.map(At),
            idle_at: conversation.idle_at.map(At),
            mode: Json::of(&conversation.mode)?,
            with_person: conversation.mode != Mode::Bot,
            person_until: conversation.mode.person_until().map(At),
            stage: conversation.stage.clone(),
            created_at: At(conversation.created_at),
            inside: Json::of(&conversation.inner)?,
        })
    }

    fn read(self) -> Kept<Conversation> {
        let lease = self.lease_holder.zip(self.lease_until);
        Ok(Conversation {
            id: self.id.0,
            storefront: StorefrontId::new(self.storefront),
            account: AccountKey::new(self.account),
            contact: self.contact.0,
            peer: self.peer,
            version: self.version,
            lease: lease.map(|(holder, At(until))| Lease { holder: WorkerId::new(holder), until }),
            heard_at: self.heard_at.map(|at| at.0),
            idle_at: self.idle_at.map(|at| at.0),
            mode: self.mode.read()?,
            stage: self.stage,
            created_at: self.created_at.0,
            inner: self.inside.read()?,
        })
    }
}

#[async_trait]
impl Conversations for SqlUnit<'_> {
    async fn conversation_with(&mut self, account: &AccountKey, peer: &str) -> Kept<Option<Conversation>> {
        let with = conversations::table
            .filter(conversations::account.eq(account.as_str()))
            .filter(conversations::peer.eq(peer));
        self.find(|db| with.select(Row::as_select()).get_result(db)).await?.map(Row::read).transpose()
    }

    async fn met(&mut self, customers: &[(AccountKey, String)]) -> Kept<Vec<Option<ConversationId>>> {
        let met = self.met_among(customers).await?;
        let found =
            |(account, peer): &(AccountKey, String)| met.get(&(account.to_string(), peer.clone())).copied();
        Ok(customers.iter().map(found).collect())
    }

    async fn begin(&mut self, conversation: &Conversation) -> Kept<()> {
        let row = Row::of(conversation, conversation.version)?;
        self.add_conversation(row).await
    }

    async fn readdress(&mut self, id: ConversationId, peer: &str) -> Kept<()> {
        let readdressed = diesel::update(conversations::table.find(Id(id))).set(conversations::peer.eq(peer));
        self.run(|db| readdressed.execute(db)).await.map(drop)
    }

    async fn conversation(&mut self, id: ConversationId) -> Kept<Option<Conversation>> {
        let row = conversations::table.find(Id(id)).select(Row::as_select());
        locked!(self, row).await?.map(Row::read).transpose()
    }

    async fn keep(&mut self, conversation: &Conversation) -> Kept<bool> {
        let row = Row::of(conversation, conversation.version + 1)?;
        let seen = conversations::table
            .find(Id(conversation.id))
            .filter(conversations::version.eq(conversation.version));
        Ok(self.run(|db| diesel::update(seen).set(row).execute(db)).await? == 1)
    }

    async fn heard(&mut self, id: ConversationId, heard_at: Timestamp, idle_at: Timestamp) -> Kept<()> {
        self.add_heard(id, heard_at, idle_at).await
    }

    async fn lease(
        &mut self,
        ids: &[ConversationId],
        worker: &WorkerId,
        now: Timestamp,
        until: Timestamp,
    ) -> Kept<Vec<ConversationId>> {
        let free = conversations::lease_until
            .is_null()
            .or(conversations::lease_until.le(At(now)))
            .or(conversations::lease_holder.eq(worker.as_str()));
        let rows = conversations::table.filter(conversations::id.eq_any(texts(ids))).filter(free);
        let rows = rows.order(conversations::id).select(conversations::id);
        let free: Vec<Id<ConversationId>> = free!(self, rows).await?;
        let lease =
            (conversations::lease_holder.eq(worker.as_str()), conversations::lease_until.eq(At(until)));
        let taken = conversations::table.filter(conversations::id.eq_any(free.clone()));
        self.later(|db| diesel::update(taken).set(lease).execute(db)).await?;
        let free: HashSet<ConversationId> = free.into_iter().map(|id| id.0).collect();
        Ok(ids.iter().copied().filter(|id| free.contains(id)).collect())
    }

    async fn idle(&mut self, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>> {
        let idle = conversations::table
            .filter(conversations::idle_at.le(At(now)))
            .filter(not(exists(filed("idle"))))
            .order((conversations::idle_at, conversations::id))
            .limit(most.into())
            .select(conversations::id);
        let ids: Vec<Id<ConversationId>> = free!(self, idle).await?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    async fn taken_over_until(&mut self, now: Timestamp, most: u32) -> Kept<Vec<ConversationId>> {
        let ended = conversations::table
            .filter(conversations::person_until.le(At(now)))
            .filter(not(exists(filed("take_over_ended"))))
            .order((conversations::person_until, conversations::id))
            .limit(most.into())
            .select(conversations::id);
        let ids: Vec<Id<ConversationId>> = free!(self, ended).await?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    async fn conversations(&mut self, filter: &ConversationFilter, most: u32) -> Kept<Vec<Conversation>> {
        let mut listed = conversations::table
            .order((sql::<Nullable<Moment>>("heard_at DESC NULLS LAST"), conversations::id.desc()))
            .limit(most.into())
            .select(Row::as_select())
            .into_boxed();
        if let Some(storefront) = &filter.storefront {
            listed = listed.filter(conversations::storefront.eq(storefront.as_str()));
        }
        if filter.with_person {
            listed = listed.filter(conversations::with_person);
        }
        self.run(|db| listed.load(db)).await?.into_iter().map(Row::read).collect()
    }
}

impl SqlUnit<'_> {
    /// Which of these conversations another unit has: they are left for the next look. The others are this unit's until
    /// its end.
    pub(super) async fn busy_among(
        &mut self,
        conversations: impl IntoIterator<Item = ConversationId>,
    ) -> Kept<HashSet<ConversationId>> {
        let mut asked: HashSet<ConversationId> = conversations.into_iter().collect();
        if self.has_all() || asked.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<_> = asked.iter().copied().collect();
        let rows = conversations::table.filter(conversations::id.eq_any(texts(&ids)));
        let free: Vec<Id<ConversationId>> = free!(self, rows.select(conversations::id)).await?;
        for Id(id) in free {
            asked.remove(&id);
        }
        if asked.is_empty() {
            return Ok(asked);
        }
        // What is not there is nobody's.
        let ids: Vec<_> = asked.iter().copied().collect();
        let there = conversations::table.filter(conversations::id.eq_any(texts(&ids)));
        let there: Vec<Id<ConversationId>> = self.run(|db| there.select(conversations::id).load(db)).await?;
        Ok(there.into_iter().map(|id| id.0).collect())
    }
}

/// What waits of that kind in the conversation that is looked at.
#[diesel::dsl::auto_type]
fn filed(kind: &'static str) -> _ {
    inbox::table.filter(inbox::conversation.eq(conversations::id)).filter(inbox::kind.eq(kind))
}
