//! `inbox`: what came in, and what became of it.

use tradepost_domain::EventId;
use tradepost_ports::store::{Fate, StoredEvent};

use super::{Config, Ended, Outcome, shop, show};
use crate::outfit::Outfit;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists events, newest first.
    List {
        #[command(flatten)]
        config: Config,
        /// Only events of this fate: filed, applied, parked, noted, unrouted or unparsed.
        #[arg(long, value_parser = fate)]
        fate: Option<Fate>,
        /// At most so many of each fate.
        #[arg(long, default_value_t = 50)]
        most: u32,
        /// Prints JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Files a stored event again, as a new event that names the old one. It may send.
    Retry {
        #[command(flatten)]
        config: Config,
        /// The event, evt_….
        event: EventId,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

fn fate(word: &str) -> Result<Fate, String> {
    let words = || Fate::ALL.map(Fate::word).join(", ");
    Fate::of(word).ok_or_else(|| format!("use one of: {}", words()))
}

pub(super) async fn run(outfit: &Outfit, command: Command) -> Outcome {
    match command {
        Command::List { config, fate, most, json } => list(outfit, &config, fate, most, json).await,
        Command::Retry { config, event, json } => retry(outfit, &config, event, json).await,
    }
}

async fn list(outfit: &Outfit, config: &Config, fate: Option<Fate>, most: u32, json: bool) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let fates = fate.map_or_else(|| Fate::ALL.to_vec(), |fate| vec![fate]);
    let mut events: Vec<StoredEvent> = shop::read(&ground, move |unit| {
        Box::pin(async move {
            let mut events = Vec::new();
            for fate in fates {
                events.extend(unit.events(fate, most).await?);
            }
            Ok(events)
        })
    })
    .await?;
    events.sort_by_key(|event| std::cmp::Reverse(event.id));
    let rows = events.iter().map(row).collect();
    let headings = [
        "event",
        "at",
        "fate",
        "kind",
        "account",
        "conversation",
        "endpoint",
        "correlation",
        "repeats",
        "note",
    ];
    show::rows(&headings, rows, json)
}

/// The raw payload is not shown: it holds a customer's words.
fn row(event: &StoredEvent) -> Vec<String> {
    vec![
        event.id.to_string(),
        event.at.to_string(),
        event.fate.word().to_owned(),
        event.kind.clone(),
        event.account.to_string(),
        event.conversation.map(|id| id.to_string()).unwrap_or_default(),
        event.endpoint.clone().unwrap_or_default(),
        event.correlation.to_string(),
        event.repeats.map(|id| id.to_string()).unwrap_or_default(),
        event.note.clone().unwrap_or_default(),
    ]
}

async fn retry(outfit: &Outfit, config: &Config, event: EventId, json: bool) -> Outcome {
    let house = shop::house(outfit, config).await?;
    let new = house.retry_event(event).await.map_err(Ended::wrong)?;
    show::print(&match json {
        true => serde_json::json!({ "event": new, "repeats": event }).to_string(),
        false => format!("filed again as {new}; a running house turns it within a second"),
    })
}
