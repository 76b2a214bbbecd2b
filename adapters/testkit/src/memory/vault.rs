//! Sealed secrets, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tradepost_domain::Timestamp;
use tradepost_ports::store::{Kept, Sealed, Vault};

use super::tables::{Tables, first, sorted};

#[async_trait]
impl Vault for Tables {
    async fn secret(&mut self, name: &str) -> Kept<Option<Sealed>> {
        Ok(self.secrets.get(&name.to_owned()).cloned())
    }

    async fn keep_secret(&mut self, sealed: &Sealed) -> Kept<bool> {
        let known = self.secrets.get(&sealed.name).map_or(0, |known| known.version);
        let next = sealed.version == known + 1;
        if next {
            self.secrets.put(sealed.name.clone(), sealed.clone());
        }
        Ok(next)
    }

    async fn drop_secret(&mut self, name: &str) -> Kept<bool> {
        Ok(self.secrets.take(&name.to_owned()).is_some())
    }

    async fn secrets(&mut self, after: Option<&str>, most: u32) -> Kept<Vec<Sealed>> {
        Ok(first(most, self.secrets.rows().filter(|secret| is_after(secret, after))))
    }

    async fn sealing_keys(&mut self) -> Kept<Vec<(String, u64)>> {
        let mut keys = BTreeMap::new();
        for secret in self.secrets.rows() {
            *keys.entry(secret.key_id.clone()).or_default() += 1;
        }
        Ok(keys.into_iter().collect())
    }

    async fn secrets_under(&mut self, key_id: &str, after: Option<&str>, most: u32) -> Kept<Vec<Sealed>> {
        let under = self.secrets.rows().filter(|secret| secret.key_id == key_id);
        Ok(first(most, under.filter(|secret| is_after(secret, after))))
    }

    async fn secrets_expiring(&mut self, until: Timestamp, most: u32) -> Kept<Vec<Sealed>> {
        let ending = self.secrets.rows().filter(|secret| secret.expires_at.is_some_and(|end| end <= until));
        Ok(first(most, sorted(ending, |secret| (secret.expires_at, secret.name.clone()))))
    }
}

fn is_after(secret: &Sealed, after: Option<&str>) -> bool {
    after.is_none_or(|after| *secret.name > *after)
}
