//! `serve` and `migrate`.

use super::{Config, Ended, Outcome, shop, show};
use crate::{logs, outfit::Outfit, serve as house, signals::on_signal, stages};

pub(super) async fn serve(outfit: &Outfit, config: &Config) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    logs::begin(&settings.log);
    let stop = on_signal();
    let stages = stages::from_environment().map_err(Ended::usage)?;
    let opened = house::open(settings, outfit, stages).await.map_err(Ended::closed)?;
    tracing::info!(address = %opened.address, version = env!("CARGO_PKG_VERSION"), "the house is open");
    opened.run(stop).await.map_err(Ended::closed)?;
    tracing::info!("the house is closed");
    Ok(())
}

pub(super) async fn migrate(outfit: &Outfit, config: &Config) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    shop::ground(outfit, &settings).await?;
    show::print(&format!("the store in {} is up to date", settings.data().display()))
}
