//! The program `tradepost` as a library: settings, the HTTP door, wiring and the command line.
//!
//! A third party's binary calls [`run`] with its own [`outfit::Outfit`]; the shipped one is [`adapters::shipped`].
#![forbid(unsafe_code)]

pub mod adapters;
pub mod http;
pub mod outfit;
pub mod settings;
