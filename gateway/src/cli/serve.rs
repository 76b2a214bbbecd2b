//! `serve` and `migrate`.

use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::watch;

use super::{Config, Ended, Outcome, shop, show};
use crate::{
    logs,
    outfit::Outfit,
    serve as house,
    settings::{Layout, Role},
    signals::on_signal,
    stages,
    telemetry::Telemetry,
};

/// What is left to tell at a stop gets what is left of its time, and at least and at most so much.
const LAST_WORDS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

pub(super) async fn serve(outfit: &Outfit, config: &Config, role: Option<Role>) -> Outcome {
    let mut settings = shop::settings(outfit, config)?;
    settings.server.role = role.unwrap_or(settings.server.role);
    if let Some(wrong) = settings.layout.refusal(settings.server.role) {
        return Err(Ended::wrong(format!(
            "the role {} cannot run here: {wrong}",
            settings.server.role.word()
        )));
    }
    let telemetry = Telemetry::begin(&settings.telemetry, settings.server.role)
        .map_err(|reason| Ended::closed(format!("failed to set the telemetry up: {reason}")))?;
    logs::begin(&settings.log, telemetry.as_ref().map(|telemetry| telemetry.layers()).unwrap_or_default());
    let (stop, stop_wait) = (on_signal(), settings.server.stop_wait);
    let stopped = tokio::spawn(when(stop.clone()));
    let stages = stages::from_environment().map_err(Ended::usage)?;
    let opened = house::open_watched(settings, outfit, stages, telemetry.clone()).await;
    let opened = opened.map_err(Ended::closed)?;
    tracing::info!(address = %opened.address, role = opened.role().word(), version = env!("CARGO_PKG_VERSION"), "the house is open");
    let ended = opened.run(stop).await.map_err(Ended::closed);
    tracing::info!("the house is closed");
    if let Some(telemetry) = telemetry {
        let spent = stopped.now_or_never().and_then(Result::ok).map_or(Duration::ZERO, |at| at.elapsed());
        telemetry.end(stop_wait.saturating_sub(spent).clamp(LAST_WORDS.0, LAST_WORDS.1)).await;
    }
    ended
}

/// When the stop came.
async fn when(mut stop: watch::Receiver<bool>) -> Instant {
    // Without a sender there is nobody left who could stop the house otherwise.
    let _ = stop.wait_for(|stop| *stop).await;
    Instant::now()
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
