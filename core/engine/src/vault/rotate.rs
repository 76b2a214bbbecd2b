//! All secrets under the first key: what follows when a master key changes.

use std::sync::Arc;

use tradepost_ports::{
    Dice, Store, Unit,
    store::{Kept, Sealed, StoreError},
};

use super::{Keyring, Unopened};
use crate::unit::{read, write};

/// Secrets sealed anew in one unit.
const AT_ONCE: u32 = 20;
/// Secrets looked at in one unit.
const LOOKED_AT: u32 = 100;

/// What a rotation came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    /// So many were sealed anew.
    pub resealed: u64,
    /// These could not be opened and stay as they are.
    pub unopened: Vec<Unopened>,
    /// So many are not under the first key afterwards: those, and what was written meanwhile.
    pub left: u64,
}

/// One page of it.
struct Page {
    resealed: u64,
    unopened: Vec<Unopened>,
    last: Option<String>,
}

/// Seals every secret anew that is not under the first key, in small units. Cut off in the midst, it goes on when it is
/// called again; beside a running house it is harmless.
pub async fn rotate(
    store: &dyn Store,
    keyring: Arc<Keyring>,
    dice: Arc<dyn Dice>,
) -> Result<Rotated, StoreError> {
    let mut rotated = Rotated::default();
    for (key, _) in others(store, &keyring).await? {
        let mut after = None;
        loop {
            let page = page(store, &keyring, &dice, &key, after).await?;
            rotated.resealed += page.resealed;
            rotated.unopened.extend(page.unopened);
            after = page.last;
            if after.is_none() {
                break;
            }
        }
    }
    rotated.left = others(store, &keyring).await?.iter().map(|(_, secrets)| secrets).sum();
    Ok(rotated)
}

/// Keys that seal something and are not the first.
async fn others(store: &dyn Store, keyring: &Keyring) -> Result<Vec<(String, u64)>, StoreError> {
    let keys = read(store, |unit| Box::pin(async move { unit.sealing_keys().await })).await?;
    Ok(keys.into_iter().filter(|(key, _)| key != keyring.first()).collect())
}

async fn page(
    store: &dyn Store,
    keyring: &Arc<Keyring>,
    dice: &Arc<dyn Dice>,
    key: &str,
    after: Option<String>,
) -> Result<Page, StoreError> {
    let (keyring, dice, key) = (Arc::clone(keyring), Arc::clone(dice), key.to_owned());
    write(store, move |unit| {
        Box::pin(async move {
            let secrets = unit.secrets_under(&key, after.as_deref(), AT_ONCE).await?;
            reseal(unit, &keyring, &*dice, &secrets).await
        })
    })
    .await
}

async fn reseal(unit: &mut dyn Unit, keyring: &Keyring, dice: &dyn Dice, secrets: &[Sealed]) -> Kept<Page> {
    let last = secrets.last().map(|secret| secret.name.clone());
    let mut page = Page { resealed: 0, unopened: Vec::new(), last };
    for secret in secrets {
        match keyring.open(secret) {
            Ok(opened) => {
                let next = Sealed { version: secret.version + 1, ..secret.clone() };
                page.resealed += u64::from(unit.keep_secret(&keyring.seal(dice, &next, &opened)).await?);
            }
            Err(unopened) => page.unopened.push(unopened),
        }
    }
    Ok(page)
}

/// Tries to open every stored secret; tells those that do not open. Without keys that is every one.
pub async fn look_over(store: &dyn Store, keyring: Option<&Keyring>) -> Result<Vec<Unopened>, StoreError> {
    let (mut unopened, mut after) = (Vec::new(), None);
    loop {
        let page: Vec<Sealed> =
            read(store, move |unit| Box::pin(async move { unit.secrets(after.as_deref(), LOOKED_AT).await }))
                .await?;
        unopened.extend(page.iter().filter_map(|secret| fault_of(secret, keyring)));
        after = page.last().map(|secret| secret.name.clone());
        if after.is_none() {
            return Ok(unopened);
        }
    }
}

fn fault_of(secret: &Sealed, keyring: Option<&Keyring>) -> Option<Unopened> {
    let no_key = || Unopened::NoKey { name: secret.name.clone(), key_id: secret.key_id.clone() };
    keyring.map_or_else(|| Some(no_key()), |keyring| keyring.open(secret).err())
}
