//! `dead-letters`: what failed for good and waits for a person.

use tradepost_domain::DeadLetterId;
use tradepost_ports::store::{DeadLetter, DeadWork};

use super::{Config, Ended, Outcome, shop, show};
use crate::outfit::Outfit;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists dead letters that were not retried, newest first.
    List {
        #[command(flatten)]
        config: Config,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        most: u32,
        /// Prints JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Tries one again, as a new event or effect. It may send.
    Retry {
        #[command(flatten)]
        config: Config,
        /// The dead letter, ded_….
        letter: DeadLetterId,
    },
}

pub(super) async fn run(outfit: &Outfit, command: Command) -> Outcome {
    match command {
        Command::List { config, most, json } => list(outfit, &config, most, json).await,
        Command::Retry { config, letter } => {
            let house = shop::house(outfit, &config).await?;
            house.retry_dead_letter(letter).await.map_err(Ended::wrong)?;
            show::print(&format!("{letter} is tried again by a running house within a second"))
        }
    }
}

async fn list(outfit: &Outfit, config: &Config, most: u32, json: bool) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let letters: Vec<DeadLetter> =
        shop::read(&ground, move |unit| Box::pin(async move { unit.dead_letters(most).await })).await?;
    let headings = ["dead letter", "at", "storefront", "conversation", "what", "reason"];
    show::rows(&headings, letters.iter().map(row).collect(), json)
}

fn row(letter: &DeadLetter) -> Vec<String> {
    let what = match &letter.work {
        DeadWork::Event { event, .. } => event.to_string(),
        DeadWork::Effect { effect, class, .. } => format!("{class} {effect}"),
    };
    vec![
        letter.id.to_string(),
        letter.at.to_string(),
        letter.storefront.to_string(),
        letter.conversation.to_string(),
        what,
        letter.reason.clone(),
    ]
}
