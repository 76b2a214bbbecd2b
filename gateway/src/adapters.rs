//! The only file that names adapters: an explicit list, one line each.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use futures::{FutureExt, future::BoxFuture};
pub use tradepost_direct as direct;
use tradepost_domain::{Rule, RuleId, Storefront, Timestamp};
use tradepost_flows::rules::{RulesFlow, seed};

use tradepost_local::{Local, SystemClock, SystemDice};
use tradepost_ports::{Adapter, Clock, Dice};
pub(crate) use tradepost_sandbox as sandbox;
use tradepost_store_sql::{SqliteOptions, SqliteStore};

use crate::outfit::{FlowKind, Ground, Outfit};

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
    Outfit { adapters, flows, ground: embedded }
}

fn starting_rules(storefront: &Storefront, now: Timestamp, dice: &dyn Dice) -> Vec<Rule> {
    seed(&storefront.id, &storefront.locale, || RuleId::new(now, dice.roll()))
}

/// One process on one machine: a file, and everything else in memory.
fn embedded(data: &Path) -> BoxFuture<'_, anyhow::Result<Ground>> {
    async {
        let file = data.join("tradepost.db");
        let store = SqliteStore::open(&file, SqliteOptions::default()).await;
        let store = store.with_context(|| format!("failed to open {}", file.display()))?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let coordinator = Arc::new(Local::new(Arc::clone(&clock)));
        Ok(Ground { store: Arc::new(store), coordinator, clock, dice: Arc::new(SystemDice) })
    }
    .boxed()
}
