//! `serve` and `migrate`.

use super::{Config, Ended, Outcome, shop, show};
use crate::{
    logs,
    outfit::Outfit,
    serve as house,
    settings::{Layout, Role},
    signals::on_signal,
    stages,
};

pub(super) async fn serve(outfit: &Outfit, config: &Config, role: Option<Role>) -> Outcome {
    let mut settings = shop::settings(outfit, config)?;
    settings.server.role = role.unwrap_or(settings.server.role);
    if let Some(wrong) = settings.layout.refusal(settings.server.role) {
        return Err(Ended::wrong(format!(
            "the role {} cannot run here: {wrong}",
            settings.server.role.word()
        )));
    }
    logs::begin(&settings.log);
    let stop = on_signal();
    let stages = stages::from_environment().map_err(Ended::usage)?;
    let opened = house::open(settings, outfit, stages).await.map_err(Ended::closed)?;
    tracing::info!(address = %opened.address, role = opened.role().word(), version = env!("CARGO_PKG_VERSION"), "the house is open");
    opened.run(stop).await.map_err(Ended::closed)?;
    tracing::info!("the house is closed");
    Ok(())
}

pub(super) async fn migrate(outfit: &Outfit, config: &Config) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    shop::ground(outfit, &settings).await?;
    let place = match settings.layout {
        Layout::Embedded => format!("in {}", settings.data().display()),
        _ => "in PostgreSQL".to_owned(),
    };
    show::print(&format!("the store {place} is up to date"))
}
