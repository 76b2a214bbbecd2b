//! `secrets`: what the house keeps under seal. No command shows a value.

use std::{collections::BTreeSet, sync::Arc};

use secrecy::ExposeSecret;
use tradepost_domain::Timestamp;
use tradepost_engine::{Keyring, Unopened, look_over, rotate};
use tradepost_ports::store::Sealed;

use super::{Config, Ended, Outcome, shop, show};
use crate::{
    adapters::SystemDice,
    outfit::{Ground, Outfit},
};

/// Secrets read in one unit.
const PAGE: u32 = 100;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists the stored secrets: names, keys, ages, ends. Never values.
    List {
        #[command(flatten)]
        config: Config,
        /// Prints JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Seals every stored secret anew under the first master key. May be cut off and called again, beside a running house.
    Rotate {
        #[command(flatten)]
        config: Config,
    },
    /// Forgets a stored secret, such as one whose key is lost: for good. At its next start a house begins with the settings'.
    Forget {
        #[command(flatten)]
        config: Config,
        /// The secret, as `secrets list` names it.
        name: String,
    },
    /// Prints a new master key. It is shown once and stored nowhere.
    NewKey,
}

pub(super) async fn run(outfit: &Outfit, command: Command) -> Outcome {
    match command {
        Command::List { config, json } => list(outfit, &config, json).await,
        Command::Rotate { config } => turn(outfit, &config).await,
        Command::Forget { config, name } => forget(outfit, &config, name).await,
        Command::NewKey => show::print(Keyring::new_key(&SystemDice).expose_secret()),
    }
}

async fn list(outfit: &Outfit, config: &Config, json: bool) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let unopened =
        look_over(&*ground.store, settings.secrets.keyring.as_deref()).await.map_err(Ended::wrong)?;
    let unopened: BTreeSet<_> = unopened.iter().map(Unopened::name).collect();
    let now = ground.clock.now();
    let row = |secret: &Sealed| row(secret, !unopened.contains(secret.name.as_str()), now);
    let headings = ["secret", "key", "opens", "version", "since", "age", "expires"];
    show::rows(&headings, all(&ground).await?.iter().map(row).collect(), json)
}

async fn all(ground: &Ground) -> Result<Vec<Sealed>, Ended> {
    let mut secrets: Vec<Sealed> = Vec::new();
    loop {
        let after = secrets.last().map(|secret| secret.name.clone());
        let page = shop::read(ground, move |unit| {
            Box::pin(async move { unit.secrets(after.as_deref(), PAGE).await })
        });
        let page = page.await?;
        if page.is_empty() {
            return Ok(secrets);
        }
        secrets.extend(page);
    }
}

fn row(secret: &Sealed, opens: bool, now: Timestamp) -> Vec<String> {
    vec![
        secret.name.clone(),
        secret.key_id.clone(),
        if opens { "yes" } else { "no" }.to_owned(),
        secret.version.to_string(),
        secret.refreshed_at.to_string(),
        age(now.duration_since(secret.refreshed_at).as_secs().max(0)),
        secret.expires_at.map(|at| at.to_string()).unwrap_or_default(),
    ]
}

/// In the two largest measures.
fn age(seconds: i64) -> String {
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

async fn turn(outfit: &Outfit, config: &Config) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let mend = "set master_key under [secrets]; `tradepost secrets new-key` makes one";
    let keyring = settings.secrets.keyring.clone();
    let keyring = keyring
        .ok_or_else(|| Ended::wrong(format!("failed to seal anew: there is no master key: {mend}")))?;
    let ground = shop::ground(outfit, &settings).await?;
    let rotated = rotate(&*ground.store, Arc::clone(&keyring), Arc::clone(&ground.dice)).await;
    let rotated =
        rotated.map_err(|error| Ended::wrong(format!("{error}; call it again: it goes on from there")))?;
    show::print(&format!("{} sealed anew under master key `{}`", rotated.resealed, keyring.first()))?;
    if rotated.left == 0 {
        return show::print("every stored secret is under that key: the others may be dropped");
    }
    let told: Vec<_> = rotated.unopened.iter().map(ToString::to_string).collect();
    let left =
        format!("{} stored secrets are under other keys: keep those, and call this again", rotated.left);
    Err(Ended::wrong([told, vec![left]].concat().join("\n")))
}

async fn forget(outfit: &Outfit, config: &Config, name: String) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let known = all(&ground).await?.into_iter().any(|secret| secret.name == name);
    if !known {
        return Err(Ended::wrong(format!("there is no stored secret `{name}`")));
    }
    let told = format!("`{name}` is forgotten; start the house anew");
    let work = ground
        .store
        .write(Box::new(move |unit| Box::pin(async move { unit.drop_secret(&name).await.map(drop) })));
    work.await.map_err(Ended::wrong)?;
    show::print(&told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_two_measures() {
        let ages = [59, 61, 3_660, 90_000].map(age);
        assert_eq!(ages, ["0 min", "1 min", "1 h 1 min", "1 d 1 h"]);
    }
}
