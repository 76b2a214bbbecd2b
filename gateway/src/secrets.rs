//! Stored secrets at start, and the demo's own key.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use secrecy::ExposeSecret;
use tradepost_engine::{Keyring, look_over};
use tradepost_ports::{Dice, Store};

/// Tells every stored secret that the given keys do not open. It is neither used nor overwritten.
pub async fn tell_unopened(store: &dyn Store, keyring: Option<&Keyring>) {
    match look_over(store, keyring).await {
        Ok(unopened) => {
            for reason in unopened {
                tracing::error!(%reason, "a stored secret is not used; give its key as master_key under [secrets]");
            }
        }
        Err(error) => tracing::warn!(%error, "failed to look over the stored secrets"),
    }
}

/// Makes a file with a new master key, readable for its owner only. One that is there stays.
pub fn make_key_file(file: &Path, dice: &dyn Dice) -> io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let half_done = file.with_extension("new");
    let _ = fs::remove_file(&half_done);
    let mut made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half_done)?;
    made.write_all(Keyring::new_key(dice).expose_secret().as_bytes())?;
    made.sync_all()?;
    fs::rename(half_done, file)
}
