//! `rules`: what the rules flow answers by.

use tradepost_domain::{Rule, StorefrontId};

use super::{Config, Ended, Outcome, shop, show};
use crate::outfit::{Ground, Outfit};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lists the rules of a storefront, or of all.
    List {
        #[command(flatten)]
        config: Config,
        /// Only of this storefront.
        #[arg(long)]
        storefront: Option<String>,
        /// Prints JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Writes the starting rules (order status, product information, contact, fallback). Rules that a shop has
    /// changed or added are kept.
    Seed {
        #[command(flatten)]
        config: Config,
        /// Only of this storefront.
        #[arg(long)]
        storefront: Option<String>,
    },
}

pub(super) async fn run(outfit: &Outfit, command: Command) -> Outcome {
    match command {
        Command::List { config, storefront, json } => list(outfit, &config, storefront, json).await,
        Command::Seed { config, storefront } => seed(outfit, &config, storefront).await,
    }
}

async fn list(outfit: &Outfit, config: &Config, only: Option<String>, json: bool) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let mut rows = Vec::new();
    for storefront in chosen(settings.storefronts.iter().map(|one| &one.facts.id), only)? {
        rows.extend(stored(&ground, storefront).await?.iter().map(row));
    }
    show::rows(
        &["storefront", "priority", "name", "kind", "pattern", "locale", "active", "response"],
        rows,
        json,
    )
}

async fn seed(outfit: &Outfit, config: &Config, only: Option<String>) -> Outcome {
    let settings = shop::settings(outfit, config)?;
    let ground = shop::ground(outfit, &settings).await?;
    let ids = chosen(settings.storefronts.iter().map(|one| &one.facts.id), only)?;
    for storefront in settings.storefronts.iter().filter(|one| ids.contains(&&one.facts.id)) {
        let id = &storefront.facts.id;
        let seed = outfit.flow(&storefront.flow).and_then(|flow| flow.seed);
        let text = match seed {
            None => format!("{id}: the flow {} has no rules", storefront.flow),
            Some(seed) => {
                let rules = seed(&storefront.facts, ground.clock.now(), ground.dice.as_ref());
                let (all, added) = (rules.len(), sow(&ground, id, rules).await?);
                format!("{id}: {added} rules written, {} were there already", all - added)
            }
        };
        show::print(&text)?;
    }
    Ok(())
}

/// Adds those rules whose names are not there yet; returns how many.
pub(crate) async fn sow(
    ground: &Ground,
    storefront: &StorefrontId,
    rules: Vec<Rule>,
) -> Result<usize, Ended> {
    let known = stored(ground, storefront).await?;
    let new: Vec<_> =
        rules.into_iter().filter(|rule| known.iter().all(|old| old.name != rule.name)).collect();
    let added = new.len();
    let work = ground.store.write(Box::new(move |unit| {
        Box::pin(async move {
            for rule in &new {
                unit.keep_rule(rule).await?;
            }
            Ok(())
        })
    }));
    work.await.map_err(Ended::wrong)?;
    Ok(added)
}

async fn stored(ground: &Ground, storefront: &StorefrontId) -> Result<Vec<Rule>, Ended> {
    let storefront = storefront.clone();
    shop::read(ground, move |unit| Box::pin(async move { unit.rules(&storefront).await })).await
}

fn chosen<'a>(
    all: impl Iterator<Item = &'a StorefrontId>,
    only: Option<String>,
) -> Result<Vec<&'a StorefrontId>, Ended> {
    let found: Vec<_> = all.filter(|id| only.as_deref().is_none_or(|only| id.as_str() == only)).collect();
    match only {
        Some(only) if found.is_empty() => Err(Ended::usage(format!("there is no storefront `{only}`"))),
        _ => Ok(found),
    }
}

fn row(rule: &Rule) -> Vec<String> {
    vec![
        rule.storefront.to_string(),
        rule.priority.to_string(),
        rule.name.clone(),
        rule.kind.word().to_owned(),
        rule.pattern.clone(),
        rule.locale.clone().unwrap_or_default(),
        if rule.active { "yes" } else { "no" }.to_owned(),
        rule.response.clone(),
    ]
}
