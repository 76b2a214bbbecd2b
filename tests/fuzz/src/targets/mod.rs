//! The targets, one file each.

pub mod fitting;
pub mod ids;
pub mod instagram_parse;
pub mod instagram_verify;
pub mod phone;
pub mod proves;
pub mod rules;
pub mod rust_source;
pub mod settings;
pub mod stored;
