//! The only file that names adapters: an explicit list, one line each.

pub use tradepost_direct as direct;
use tradepost_ports::Adapter;

use crate::outfit::{FlowKind, Outfit};

/// What the program `tradepost` is shipped with.
pub fn shipped() -> Outfit {
    let adapters: Vec<Box<dyn Adapter>> = vec![];
    let flows: Vec<FlowKind> = vec![];
    Outfit { adapters, flows }
}
