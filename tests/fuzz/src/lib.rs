//! Every parser, tried with bytes that nobody meant. A target panics if a promise does not hold.
//!
//! To add one: `targets/<name>.rs` with `pub fn run(data: &[u8])`, its line in [`TARGETS`], a seed or more in `seeds/<name>/`.
//! Channels need none of it: `webhook_parse` and `webhook_verify` try all that the program is shipped with.
//! A crash that libFuzzer finds becomes a seed, and so a test for ever.
#![forbid(unsafe_code)]

mod channels;
pub mod targets;

/// A parser under trial.
pub type Target = (&'static str, fn(&[u8]));

/// All of them, by the name of their file.
pub const TARGETS: &[Target] = &[
    ("fitting", targets::fitting::run),
    ("ids", targets::ids::run),
    ("phone", targets::phone::run),
    ("proves", targets::proves::run),
    ("rules", targets::rules::run),
    ("rust_source", targets::rust_source::run),
    ("settings", targets::settings::run),
    ("stored", targets::stored::run),
    ("webhook_parse", targets::webhook_parse::run),
    ("webhook_verify", targets::webhook_verify::run),
];

/// The target of this name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(target, _)| *target == name).map(|(_, run)| *run)
}
