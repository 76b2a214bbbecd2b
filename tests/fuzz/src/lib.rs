//! Every parser, tried with bytes that nobody meant. A target panics if a promise does not hold.
//!
//! To add one: `targets/<name>.rs` with `pub fn run(data: &[u8])`, its line in [`TARGETS`], a seed or more in `seeds/<name>/`.
//! A crash that libFuzzer finds becomes a seed, and so a test for ever.
#![forbid(unsafe_code)]

pub mod targets;

/// A parser under trial.
pub type Target = (&'static str, fn(&[u8]));

/// All of them, by the name of their file.
pub const TARGETS: &[Target] =
    &[("proves", targets::proves::run), ("rust_source", targets::rust_source::run)];

/// The target of this name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(target, _)| *target == name).map(|(_, run)| *run)
}
