//! The targets, one file each.

pub mod fitting;
pub mod ids;
pub mod phone;
pub mod proves;
pub mod rules;
pub mod rust_source;
pub mod settings;
pub mod stored;
pub mod webhook_parse;
pub mod webhook_verify;
