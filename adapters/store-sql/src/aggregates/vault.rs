//! Sealed secrets.

use async_trait::async_trait;
use diesel::{dsl::count_star, prelude::*};
use tradepost_domain::Timestamp;
use tradepost_ports::store::{Kept, Sealed, Vault};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::secrets,
    types::{At, count},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = secrets, treat_none_as_null = true, check_for_backend(Backend))]
struct Row {
    name: String,
    key_id: String,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
    version: i64,
    expires_at: Option<At>,
    refreshed_at: At,
}

impl Row {
    fn of(sealed: &Sealed) -> Self {
        let Sealed { name, key_id, nonce, ciphertext, version, expires_at, refreshed_at } = sealed.clone();
        let (expires_at, refreshed_at) = (expires_at.map(At), At(refreshed_at));
        Self { name, key_id, nonce, ciphertext, version, expires_at, refreshed_at }
    }

    fn read(self) -> Sealed {
        let Self { name, key_id, nonce, ciphertext, version, expires_at, refreshed_at } = self;
        let (expires_at, refreshed_at) = (expires_at.map(|at| at.0), refreshed_at.0);
        Sealed { name, key_id, nonce, ciphertext, version, expires_at, refreshed_at }
    }
}

#[async_trait]
impl Vault for SqlUnit<'_> {
    async fn secret(&mut self, name: &str) -> Kept<Option<Sealed>> {
        let row = secrets::table.find(name).select(Row::as_select());
        Ok(self.find(|db| row.get_result(db)).await?.map(Row::read))
    }

    async fn keep_secret(&mut self, sealed: &Sealed) -> Kept<bool> {
        let row = Row::of(sealed);
        let kept = if sealed.version == 1 {
            let first = diesel::insert_into(secrets::table).values(row).on_conflict_do_nothing();
            self.run(|db| first.execute(db)).await?
        } else {
            let former = secrets::table.find(&sealed.name).filter(secrets::version.eq(sealed.version - 1));
            self.run(|db| diesel::update(former).set(row).execute(db)).await?
        };
        Ok(kept == 1)
    }

    async fn drop_secret(&mut self, name: &str) -> Kept<bool> {
        let known = secrets::table.find(name);
        Ok(self.run(|db| diesel::delete(known).execute(db)).await? == 1)
    }

    async fn secrets(&mut self, after: Option<&str>, most: u32) -> Kept<Vec<Sealed>> {
        // No name is empty.
        let page = secrets::table.filter(secrets::name.gt(after.unwrap_or_default()));
        let page = page.order(secrets::name).limit(most.into()).select(Row::as_select());
        Ok(self.run(|db| page.load(db)).await?.into_iter().map(Row::read).collect())
    }

    async fn sealing_keys(&mut self) -> Kept<Vec<(String, u64)>> {
        let keys = secrets::table.group_by(secrets::key_id).order(secrets::key_id);
        let keys = keys.select((secrets::key_id, count_star()));
        let keys: Vec<(String, i64)> = self.run(|db| keys.load(db)).await?;
        keys.into_iter().map(|(key, secrets)| Ok((key, count(secrets)?))).collect()
    }

    async fn secrets_under(&mut self, key_id: &str, after: Option<&str>, most: u32) -> Kept<Vec<Sealed>> {
        let under = secrets::table.filter(secrets::key_id.eq(key_id));
        let page = under.filter(secrets::name.gt(after.unwrap_or_default()));
        let page = page.order(secrets::name).limit(most.into()).select(Row::as_select());
        Ok(self.run(|db| page.load(db)).await?.into_iter().map(Row::read).collect())
    }

    async fn secrets_expiring(&mut self, until: Timestamp, most: u32) -> Kept<Vec<Sealed>> {
        let ending = secrets::table.filter(secrets::expires_at.le(At(until)));
        let ending = ending.order((secrets::expires_at, secrets::name)).limit(most.into());
        let ending = ending.select(Row::as_select());
        Ok(self.run(|db| ending.load(db)).await?.into_iter().map(Row::read).collect())
    }
}
