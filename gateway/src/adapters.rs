//! The only file that names adapters: an explicit list, one line each.

use std::path::Path;

use futures::{FutureExt, future::BoxFuture};
pub use tradepost_direct as direct;
use tradepost_ports::Adapter;

use crate::outfit::{FlowKind, Ground, Outfit};

/// What the program `tradepost` is shipped with.
pub fn shipped() -> Outfit {
    let adapters: Vec<Box<dyn Adapter>> = vec![];
    let flows: Vec<FlowKind> = vec![];
    Outfit { adapters, flows, ground: embedded }
}

/// One process on one machine: a file, and everything else in memory.
fn embedded(_data: &Path) -> BoxFuture<'_, anyhow::Result<Ground>> {
    async { Err(anyhow::anyhow!("this build has no store")) }.boxed()
}
