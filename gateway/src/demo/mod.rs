//! `demo`: a house on the embedded store, the providers' sandbox beside it, and shoppers' stories over real HTTP.

mod place;
mod play;
mod scene;
mod show;
mod stage;

use std::{fs, path::Path};

use place::Place;
pub use stage::DemoError;
use stage::Stage;
use tokio::sync::watch;

use crate::{adapters::SystemDice, outfit::Outfit, secrets};

/// How the demo is played.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Leave when the story is over?
    pub once: bool,
    /// The house's port; 0 takes any free one.
    pub port: u16,
    /// Its data directory.
    pub data: std::path::PathBuf,
}

/// Plays the stories on all channels at once. Returns what differed from what every customer should have got, once each; nothing when all is
/// well. Unless it is played `once`, the house then stays open until `stop`.
pub async fn play(
    outfit: &Outfit,
    demo: &Demo,
    stop: watch::Receiver<bool>,
) -> Result<Vec<String>, DemoError> {
    let stage = Stage::open(outfit, demo).await?;
    show::opening(&stage);
    let stories = Place::ALL.map(|place| play::all(&stage, place));
    let mut differences = futures::future::try_join_all(stories).await?.concat();
    differences.extend(play::judge(&stage));
    show::verdict(&differences);
    if !demo.once {
        show::what_to_try(&stage);
        stage.stay(stop).await;
    }
    stage.close().await;
    Ok(differences)
}

/// The demo's own master key, in its folder.
const KEY_FILE: &str = "master-key";

/// The demo's settings, written where the other commands can be pointed to, and beside them its master key.
fn write_settings(folder: &Path, text: &str) -> std::io::Result<std::path::PathBuf> {
    fs::create_dir_all(folder)?;
    secrets::make_key_file(&folder.join(KEY_FILE), &SystemDice)?;
    let file = folder.join("tradepost.toml");
    fs::write(&file, text)?;
    Ok(file)
}
