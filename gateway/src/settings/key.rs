//! `[[key]]`: who may use the API, and for which storefronts.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use super::{channel::known_storefront, section::Section, storefront::plain, twice};
use crate::adapters::direct::{Caller, Digest};

/// Shorter secrets can be guessed.
const LEAST_SECRET: usize = 24;

pub(super) fn keys(root: &mut Section<'_>, storefronts: &BTreeSet<String>) -> Vec<Caller> {
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for section in root.tables("key") {
        keys.extend(key(section, storefronts, &mut ids));
    }
    twice(root.report, ids, "the key");
    keys
}

fn key(
    mut section: Section<'_>,
    storefronts: &BTreeSet<String>,
    taken: &mut Vec<(String, String)>,
) -> Option<Caller> {
    let id = section.required_text("id", "website").filter(|id| plain(&section, "id", id));
    taken.extend(id.iter().map(|id| (section.path_of("id"), id.clone())));
    let named = section.texts("storefronts");
    for name in &named {
        known_storefront(&section, "storefronts", name, storefronts);
    }
    let per_minute = section.number("per_minute", 1, 1_000_000).and_then(|n| u32::try_from(n).ok());
    let digest = digest(&mut section);
    section.finish();
    let named = if named.is_empty() { storefronts.iter().cloned().collect() } else { named };
    Some(Caller {
        id: id?,
        storefronts: named.into_iter().map(tradepost_domain::StorefrontId::new).collect(),
        digest: digest?,
        per_minute: per_minute.unwrap_or(60),
    })
}

fn digest(section: &mut Section<'_>) -> Option<Digest> {
    let named = section.names_secret("secret");
    let hash = section.text("sha256");
    let secret = section.secret("secret");
    match (hash, secret) {
        (Some(_), _) if named => {
            section.fault("secret", "is given beside sha256", "keep one of them");
            None
        }
        (Some(hash), _) => of_hash(section, &hash),
        (None, Some(secret)) => of_secret(section, secret.expose_secret()),
        (None, None) if named => None,
        (None, None) => {
            section.missing("secret", "secret_env = \"NAME\", or sha256 = \"…\" with the hash of the secret");
            None
        }
    }
}

fn of_hash(section: &Section<'_>, hash: &str) -> Option<Digest> {
    let digest = Digest::from_hex(hash);
    if digest.is_none() {
        let mend = "write the 64 hexadecimal digits that `printf %s SECRET | sha256sum` prints";
        section.fault("sha256", "is not a SHA-256 hash", mend);
    }
    digest
}

fn of_secret(section: &Section<'_>, secret: &str) -> Option<Digest> {
    if secret.len() < LEAST_SECRET {
        let wrong = format!("has fewer than {LEAST_SECRET} characters");
        section.fault("secret", wrong, "make one with `openssl rand -hex 24`");
        return None;
    }
    Some(Digest::of(secret))
}
