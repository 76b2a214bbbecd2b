//! The only file that names adapters: an explicit list, one line each.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::watch;
pub use tradepost_direct as direct;
use tradepost_domain::{Rule, RuleId, Storefront, Timestamp};
use tradepost_flows::rules::{RulesFlow, seed};
pub(crate) use tradepost_http as outgoing;

pub(crate) use tradepost_local::SystemDice;
use tradepost_local::{Local, SystemClock};
use tradepost_ports::{Adapter, Clock, Dice, Store};
use tradepost_redis::RedisCoordinator;
pub(crate) use tradepost_sandbox as sandbox;
use tradepost_store_sql::{Company, PostgresOptions, PostgresStore, Rows, SqliteOptions, SqliteStore};

use crate::{
    fallback::Fallback,
    outfit::{FlowKind, Ground, Outfit, Site, Stay},
    settings::{DatabaseSettings, Layout, Settings, WireSettings},
};

/// What the program `tradepost` is shipped with.
pub fn shipped() -> Outfit {
    let adapters: Vec<Box<dyn Adapter>> = vec![
        // One line each; `tradepost new-adapter` adds its own at the end.
        Box::new(tradepost_instagram::Plug),
        Box::new(tradepost_whatsapp::Plug),
        Box::new(tradepost_telegram::Plug),
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
    let file = file_in(data);
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
    let ground = alone(Arc::new(store));
    let own = Arc::clone(&ground.coordinator);
    Ok(Ground { displaced, coordinator: Arc::new(Fallback { all: Arc::new(coordinator), own }), ..ground })
}

fn alone(store: Arc<dyn Store>) -> Ground {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let coordinator = Arc::new(Local::new(Arc::clone(&clock)));
    Ground::new(store, coordinator, clock, Arc::new(SystemDice))
}

async fn postgres(database: &DatabaseSettings) -> anyhow::Result<PostgresStore> {
    PostgresStore::open(options(database)).await.context("failed to open PostgreSQL")
}

fn options(database: &DatabaseSettings) -> PostgresOptions {
    PostgresOptions {
        authorities: database.authorities.clone(),
        connections: database.connections,
        pooled: database.pooler,
        ..PostgresOptions::new(database.url.clone())
    }
}

/// Writes the whole store into a file.
pub(crate) async fn backup(settings: &Settings, to: &Path) -> anyhow::Result<Rows> {
    let rows = match &settings.layout {
        Layout::Embedded => tradepost_store_sql::sqlite::backup::backup(&file_in(settings.data()), to),
        Layout::Single(database) | Layout::Several(database, _) => {
            tradepost_store_sql::postgres::backup::backup(&options(database), to).await
        }
    };
    rows.context("failed to back the store up")
}

/// Puts a backup in the store's place.
pub(crate) async fn restore(settings: &Settings, from: &Path) -> anyhow::Result<Rows> {
    let rows = match &settings.layout {
        Layout::Embedded => tradepost_store_sql::sqlite::backup::restore(&file_in(settings.data()), from),
        Layout::Single(database) | Layout::Several(database, _) => {
            tradepost_store_sql::postgres::backup::restore(&options(database), from).await
        }
    };
    rows.context("failed to restore the store")
}

fn file_in(data: &Path) -> PathBuf {
    data.join("tradepost.db")
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
