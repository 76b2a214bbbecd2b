//! Settings and store for the commands that work beside a running house.

use std::{fs, sync::Arc};

use tradepost_engine::House;
use tradepost_ports::store::{Kept, StoreError, Unit, UnitFuture};

use super::{Config, Ended};
use crate::{
    house::build,
    outfit::{Ground, Outfit, Stay},
    serve,
    settings::{Machine, Role, Settings, SettingsError},
};

/// Reads the settings, or tells everything that is wrong with them.
pub(super) fn settings(outfit: &Outfit, config: &Config) -> Result<Settings, Ended> {
    Settings::load(&config.config, outfit, &Machine).map_err(|error| match error {
        SettingsError::NoFile { .. } => {
            Ended::usage(format!("{error}; name one with --config FILE, or copy gateway/default.toml"))
        }
        SettingsError::Faults(_) => Ended::wrong(error),
    })
}

/// Opens what the house stands on. The lock is left alone: a house may be running.
pub(super) async fn ground(outfit: &Outfit, settings: &Settings) -> Result<Ground, Ended> {
    // What hinders this hinders the store, too, which is told with what can be done.
    let _ = fs::create_dir_all(settings.data());
    serve::ground(outfit, settings, Stay::Visiting).await.map_err(Ended::closed)
}

/// A house that does not run: for repairs, which a running one then finds.
pub(super) async fn house(outfit: &Outfit, config: &Config) -> Result<Arc<House>, Ended> {
    let settings = settings(outfit, config)?;
    let ground = ground(outfit, &settings).await?;
    let keyring = settings.secrets.keyring;
    build(settings.storefronts, settings.accounts, outfit, ground, keyring, (Role::All, None), None)
        .map_err(|faults| Ended::wrong(faults.join("\n")))
}

/// Reads a value from the store.
pub(super) async fn read<T, F>(ground: &Ground, work: F) -> Result<T, Ended>
where
    T: Send + 'static,
    F: for<'a> FnOnce(&'a mut dyn Unit) -> UnitFuture<'a, Kept<T>> + Send + 'static,
{
    let (send, receive) = tokio::sync::oneshot::channel();
    let work = ground.store.read(Box::new(move |unit| {
        Box::pin(async move {
            // Whoever asked waits below.
            let _ = send.send(work(unit).await?);
            Ok(())
        })
    }));
    work.await.map_err(Ended::wrong)?;
    receive.await.map_err(|_| Ended::wrong(StoreError::Broken("the unit never ran".to_owned())))
}
