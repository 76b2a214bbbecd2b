//! The targets, one file each.

pub mod proves;
pub mod rust_source;
