//! `demo`.

use std::path::PathBuf;

use super::{Ended, Outcome};
use crate::{
    demo::{self, Demo, DemoError},
    logs,
    outfit::Outfit,
    settings::{LogFormat, LogSettings},
    signals::on_signal,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Leaves when the story is over: with 0 only if every expected reply was delivered exactly once.
    #[arg(long)]
    once: bool,
    /// The house's port; 8080, or any free one with --once, when left out.
    #[arg(long)]
    port: Option<u16>,
    /// The demo's data directory.
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
}

pub(super) async fn run(outfit: &Outfit, arguments: Arguments) -> Outcome {
    let Arguments { once, port, data } = arguments;
    logs::begin(&LogSettings { format: LogFormat::Readable, level: "error".to_owned() }, Vec::new());
    let port = port.unwrap_or(if once { 0 } else { 8080 });
    match demo::play(outfit, &Demo { once, port, data }, on_signal()).await {
        Ok(differences) if differences.is_empty() || !once => Ok(()),
        Ok(differences) => Err(Ended::wrong(format!("{} replies differ", differences.len()))),
        Err(error @ (DemoError::Settings(_) | DemoError::NoRules)) => Err(Ended::wrong(error)),
        Err(error) => Err(Ended::closed(error)),
    }
}
