//! History of what came from outside, and the memory of what was heard before.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};
use tradepost_domain::{AccountKey, ConversationId, Correlation, EventId, Timestamp};
use tradepost_ports::store::{Events, Fate, Kept, StoredEvent};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{events, heard_keys},
    types::{At, Id, Word},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events, check_for_backend(Backend), treat_none_as_default_value = false)]
pub(super) struct Row {
    pub(super) id: Id<EventId>,
    pub(super) endpoint: Option<String>,
    pub(super) account: String,
    pub(super) conversation: Option<Id<ConversationId>>,
    pub(super) at: At,
    pub(super) kind: String,
    pub(super) fate: Word<Fate>,
    pub(super) note: Option<String>,
    pub(super) raw: String,
    pub(super) arrival: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) correlation: Id<Correlation>,
    pub(super) repeats: Option<Id<EventId>>,
}

impl Row {
    fn of(event: &StoredEvent) -> Self {
        Self {
            id: Id(event.id),
            endpoint: event.endpoint.clone(),
            account: event.account.to_string(),
            conversation: event.conversation.map(Id),
            at: At(event.at),
            kind: event.kind.clone(),
            fate: Word(event.fate),
            note: event.note.clone(),
            raw: event.raw.clone(),
            arrival: event.arrival.clone(),
            reference: event.reference.clone(),
            correlation: Id(event.correlation.clone()),
            repeats: event.repeats.map(Id),
        }
    }

    fn read(self) -> StoredEvent {
        StoredEvent {
            id: self.id.0,
            endpoint: self.endpoint,
            account: AccountKey::new(self.account),
            conversation: self.conversation.map(|id| id.0),
            at: self.at.0,
            kind: self.kind,
            fate: self.fate.0,
            note: self.note,
            raw: self.raw,
            arrival: self.arrival,
            reference: self.reference,
            correlation: self.correlation.0,
            repeats: self.repeats.map(|id| id.0),
        }
    }
}

#[async_trait]
impl Events for SqlUnit<'_> {
    async fn remember(&mut self, account_kind: &str, keys: &[String], now: Timestamp) -> Kept<Vec<bool>> {
        let keys: Vec<String> = keys.iter().map(|key| short(key)).collect();
        self.add_keys(account_kind, &keys, now).await
    }

    async fn forget_keys(&mut self, before: Timestamp, most: u32) -> Kept<u64> {
        let old = heard_keys::table.filter(heard_keys::heard_at.lt(At(before))).limit(most.into());
        let old: Vec<(String, String)> =
            self.run(|db| old.select((heard_keys::kind, heard_keys::key)).load(db)).await?;
        let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (kind, key) in old {
            by_kind.entry(kind).or_default().push(key);
        }
        let mut forgotten = 0;
        for (kind, keys) in by_kind {
            let old =
                heard_keys::table.filter(heard_keys::kind.eq(kind)).filter(heard_keys::key.eq_any(keys));
            forgotten += self.run(|db| diesel::delete(old).execute(db)).await?;
        }
        Ok(forgotten as u64)
    }

    async fn record(&mut self, event: &StoredEvent) -> Kept<()> {
        self.add_event(Row::of(event)).await
    }

    async fn event(&mut self, id: EventId) -> Kept<Option<StoredEvent>> {
        let event = events::table.filter(events::id.eq(Id(id))).select(Row::as_select());
        Ok(self.find(|db| event.get_result(db)).await?.map(Row::read))
    }

    async fn blank(&mut self, account: &AccountKey, reference: &str, note: &str) -> Kept<u64> {
        let of = events::table
            .filter(events::account.eq(account.as_str()))
            .filter(events::reference.eq(reference));
        let nothing = (events::raw.eq(""), events::arrival.eq(None::<String>), events::note.eq(note));
        self.run(|db| diesel::update(of).set(nothing).execute(db)).await.map(|blanked| blanked as u64)
    }

    async fn events(&mut self, fate: Fate, most: u32) -> Kept<Vec<StoredEvent>> {
        let newest = events::table
            .filter(events::fate.eq(fate.word()))
            .order((events::at.desc(), events::seq.desc()))
            .limit(most.into());
        let rows = self.run(|db| newest.select(Row::as_select()).load(db)).await?;
        Ok(rows.into_iter().map(Row::read).collect())
    }
}

/// A key as it is remembered: providers' ids are of any length, and each stands in two indexes for days. Nobody finds two that
/// come to the same.
fn short(key: &str) -> String {
    hex::encode(&Sha256::digest(key)[..16])
}
