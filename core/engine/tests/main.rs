//! Proves the engine: the simulation, and tables over single rules.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod rules;
mod sim;
