//! The template of new adapters is an adapter: it compiles, and it passes its suites. `tradepost new-adapter` writes it under another name.

use std::fs;

#[path = "../templates/adapter/tests/conformance.rs"]
mod conformance;
#[path = "../templates/adapter/tests/plug.rs"]
mod plug;

/// The template's payloads.
pub const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/adapter/tests/fixtures");

/// A crate of its own names the versions that this house is built with.
#[test]
fn a_standalone_crate_has_the_versions_of_the_house() {
    let read = |path: &str| {
        let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let (root, crate_of_its_own) = (read("../Cargo.toml"), read("templates/adapter/Cargo.standalone.toml"));
    let dependencies =
        crate_of_its_own.lines().filter(|line| line.contains(" = ") && !line.starts_with("tradepost-"));
    let dependencies = dependencies.skip_while(|line| !line.starts_with("async-trait"));
    let own = dependencies.take_while(|line| !line.starts_with("unsafe_code"));
    let unknown: Vec<&str> = own.filter(|line| !root.lines().any(|known| known == *line)).collect();
    assert_eq!(unknown, Vec::<&str>::new(), "the root's Cargo.toml has other versions");
    let version = root.lines().find_map(|line| line.strip_prefix("version = ")).expect("a version");
    let ours = crate_of_its_own.lines().filter_map(|line| line.strip_prefix("tradepost-")?.split_once(" = "));
    for (name, named) in ours {
        assert_eq!(named, version, "tradepost-{name}");
    }
}
