//! `consents`: who agreed to what, when and by which words, of all storefronts: the evidence.

use tradepost_domain::consent::{ConsentEntry, Evidence};

use super::{Config, Outcome, shop, show};
use crate::outfit::Outfit;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Prints the consent ledger, oldest entry first. Entries are never changed, and outlive conversations.
    Export {
        #[command(flatten)]
        config: Config,
        /// Only of that customer: a provider's id, or a number as +14155550123.
        #[arg(long)]
        customer: Option<String>,
        /// Prints JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
}

/// Entries that are read at once.
const PAGE: u32 = 1_000;

const HEADINGS: [&str; 9] =
    ["at", "storefront", "scheme", "customer", "purpose", "given", "by", "source", "words"];

pub(super) async fn run(outfit: &Outfit, command: Command) -> Outcome {
    let Command::Export { config, customer, json } = command;
    let settings = shop::settings(outfit, &config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let asked = customer.clone();
        let page = shop::read(&ground, move |unit| {
            Box::pin(async move { unit.consent_entries(asked.as_deref(), after, PAGE).await })
        });
        let page = page.await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        rows.extend(page.iter().map(|(_, entry)| row(entry)));
        // Lines need no width from those that follow: a ledger of any length is printed as it is read.
        if json {
            show::rows(&HEADINGS, std::mem::take(&mut rows), json)?;
        }
    }
    show::rows(&HEADINGS, rows, json)
}

fn row(entry: &ConsentEntry) -> Vec<String> {
    let (by, source) = match entry.source {
        Evidence::Message(id) => ("message", id.to_string()),
        Evidence::Event(id) => ("the provider", id.to_string()),
        Evidence::Renumbered(id) => ("an older id", id.to_string()),
        Evidence::Staff => ("staff", String::new()),
    };
    vec![
        entry.at.to_string(),
        entry.storefront.to_string(),
        entry.identity.scheme.clone(),
        entry.identity.value.clone(),
        entry.purpose.word().to_owned(),
        if entry.given { "yes" } else { "no" }.to_owned(),
        by.to_owned(),
        source,
        entry.words.clone().unwrap_or_default(),
    ]
}
