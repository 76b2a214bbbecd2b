//! The only file that names adapters: an explicit list, one line each.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::watch;
pub use tradepost_direct as direct;
use tradepost_domain::{Rule, RuleId, Storefront, Timestamp};
use tradepost_flows::rules::{RulesFlow, seed};

pub(crate) use tradepost_local::SystemDice;
use tradepost_local::{Local, SystemClock};
use tradepost_ports::{Adapter, Clock, Dice, Store};
use tradepost_redis::RedisCoordinator;
pub(crate) use tradepost_sandbox as sandbox;
use tradepost_store_sql::{Company, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};

use crate::{
    outfit::{FlowKind, Ground, Outfit, Site, Stay},
    settings::{DatabaseSettings, Layout, WireSettings},
};

/// What the program `tradepost` is shipped with.
pub fn shipped() -> Outfit {
    let adapters: Vec<Box<dyn Adapter>> = vec![
        Box::new(tradepost_instagram::Plug), // Instagram messaging, on both of Meta's routes.
    ];
    let flows = vec![FlowKind {
        name: "rules",
        make: |_| Arc::new(RulesFlow::new(None)),
        seed: Some(starting_rules),
    }];
    Outfit { adapters, flows, ground }
}

fn starting_rules(storefront: &Storefront, now: Timestamp, dice: &dyn Dice) -> Vec<Rule> {
    seed(&storefront.id, &storefront.locale, || RuleId::new(now, dice.roll()))
}

/// The three layouts: a file; a database; a database and what tells processes of each other.
fn ground(site: Site<'_>) -> BoxFuture<'_, anyhow::Result<Ground>> {
    match site.layout {
        Layout::Embedded => embedded(site.data).boxed(),
        Layout::Single(database) => single(database, site.stay).boxed(),
        Layout::Several(database, wire) => several(database, wire, site.stay).boxed(),
    }
}

/// One process on one machine: a file, and everything else in memory.
async fn embedded(data: &Path) -> anyhow::Result<Ground> {
    let file = data.join("tradepost.db");
    let store = SqliteStore::open(&file, SqliteOptions::default()).await;
    let store = store.with_context(|| format!("failed to open {}", file.display()))?;
    Ok(alone(Arc::new(store)))
}

/// One process and a database: everything else in memory.
async fn single(database: &DatabaseSettings, stay: Stay) -> anyhow::Result<Ground> {
    let store = postgres(database).await?;
    let displaced = claimed(&store, Company::Alone, stay).await?;
    Ok(Ground { displaced, ..alone(Arc::new(store)) })
}

/// Any number of processes.
async fn several(database: &DatabaseSettings, wire: &WireSettings, stay: Stay) -> anyhow::Result<Ground> {
    let store = postgres(database).await?;
    let displaced = claimed(&store, Company::WithOthers, stay).await?;
    let options = tradepost_redis::Options {
        url: wire.url.clone(),
        namespace: wire.namespace.clone(),
        authority: wire.authorities.clone(),
    };
    let coordinator = RedisCoordinator::connect(options).await.context("failed to reach Redis")?;
    Ok(Ground { displaced, coordinator: Arc::new(coordinator), ..alone(Arc::new(store)) })
}

fn alone(store: Arc<dyn Store>) -> Ground {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let coordinator = Arc::new(Local::new(Arc::clone(&clock)));
    Ground::new(store, coordinator, clock, Arc::new(SystemDice))
}

async fn postgres(database: &DatabaseSettings) -> anyhow::Result<PostgresStore> {
    let options = PostgresOptions {
        authorities: database.authorities.clone(),
        connections: database.connections,
        ..PostgresOptions::new(database.url.clone())
    };
    PostgresStore::open(options).await.context("failed to open PostgreSQL")
}

/// Commands come and go beside the house; only who lives here keeps others out.
async fn claimed(
    store: &PostgresStore,
    company: Company,
    stay: Stay,
) -> anyhow::Result<Option<watch::Receiver<bool>>> {
    match stay {
        Stay::Living => Ok(Some(store.claim(company).await.context("failed to take the database")?)),
        Stay::Visiting => Ok(None),
    }
}
