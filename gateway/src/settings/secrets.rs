//! `[secrets]`: the keys under which the house keeps what it must keep secret.

use std::sync::Arc;

use tradepost_engine::Keyring;

use super::section::Section;

/// The keys of stored secrets.
#[derive(Clone, Default)]
pub struct SecretsSettings {
    /// The master keys; `None`: nothing secret is kept.
    pub keyring: Option<Arc<Keyring>>,
}

/// The settings, and whether a key was named at all, even one that cannot be read.
pub(super) fn secrets(mut section: Section<'_>) -> (SecretsSettings, bool) {
    let named = section.names_secret("master_key");
    let read = section.secret("master_key").map(|text| Keyring::read(&text));
    let keyring = match read.transpose() {
        Ok(keyring) => keyring.map(Arc::new),
        Err(bad) => {
            let mend = "make a key with `tradepost secrets new-key`; several stand behind each other as NAME:KEY,NAME:KEY";
            section.fault("master_key", bad.to_string(), mend);
            None
        }
    };
    section.finish();
    (SecretsSettings { keyring }, named)
}
