//! `backup` and `restore`.

use std::path::Path;

use super::{Config, Ended, Outcome, shop, show};
use crate::{adapters, data::DataDirectory, outfit::Outfit, settings::Layout};

/// Writes the whole store into a file, while the house goes on.
pub(super) async fn backup(outfit: &Outfit, config: &Config, to: &Path) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let rows = adapters::backup(&settings, to).await.map_err(|error| Ended::wrong(format!("{error:#}")))?;
    show::print(&format!("{} rows of {} tables are in {}", rows.all(), rows.tables(), to.display()))
}

/// Puts a backup in the store's place: into an empty database, or instead of the file while no house has it.
pub(super) async fn restore(outfit: &Outfit, config: &Config, from: &Path) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let _alone = match settings.layout {
        Layout::Embedded => Some(DataDirectory::take(settings.data()).map_err(Ended::closed)?),
        _ => None,
    };
    let rows =
        adapters::restore(&settings, from).await.map_err(|error| Ended::wrong(format!("{error:#}")))?;
    show::print(&format!(
        "{} rows of {} tables are restored from {}",
        rows.all(),
        rows.tables(),
        from.display()
    ))
}
