//! The program `tradepost` as a library: settings, the HTTP door, wiring and the command line.
//!
//! A third party's binary calls [`run`] with its own [`outfit::Outfit`]; the shipped one is [`adapters::shipped`].
#![forbid(unsafe_code)]

pub mod adapters;
mod cli;
pub mod data;
pub mod demo;
mod fallback;
pub mod house;
pub mod http;
pub mod logs;
pub mod outfit;
pub mod post;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod signals;
mod spool;
pub mod stages;
pub mod telemetry;
mod together;

pub use cli::{run, run_with};
