//! The gateway knows its adapters by one list, so that a third party's program can hand over another.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::tokens::find;

pub(super) const WALL: Wall = Wall {
    name: "adapters-named-once",
    mend: "name the adapter in gateway/src/adapters.rs only, and take what it gives from there",
    check,
    refused: &[
        (
            "a handler names one",
            "=== adapters/instagram/Cargo.toml\n=== gateway/src/webhooks.rs\nuse tradepost_instagram::Instagram;",
        ),
        (
            "a new one",
            "=== adapters/telegram/Cargo.toml\n=== gateway/src/cli/mod.rs\nfn f() { tradepost_telegram::connect(); }",
        ),
    ],
    allowed: &[
        (
            "the list",
            "=== adapters/instagram/Cargo.toml\n=== gateway/src/adapters.rs\nuse tradepost_instagram::Instagram;",
        ),
        (
            "the sandbox is no adapter",
            "=== adapters/sandbox/Cargo.toml\n=== gateway/src/demo.rs\nuse tradepost_sandbox::Sandbox;",
        ),
        (
            "only told of",
            "=== adapters/instagram/Cargo.toml\n=== gateway/src/demo.rs\n// as tradepost_instagram does\nfn f() {}",
        ),
    ],
};

/// Rooms beside the adapters that stand for no provider.
const NO_ADAPTERS: [&str; 4] = ["http", "meta", "sandbox", "testkit"];

fn check(house: &House) -> Vec<Fault> {
    let folders = house.rooms.iter().filter_map(|room| room.folder.strip_prefix("adapters/"));
    let crates: Vec<String> = folders
        .filter(|folder| !NO_ADAPTERS.contains(folder))
        .map(|folder| format!("tradepost_{}", folder.replace('-', "_")))
        .collect();
    let sources =
        house.sources().filter(|file| file.below("gateway/src") && file.path != "gateway/src/adapters.rs");
    sources.flat_map(|file| crates.iter().flat_map(|name| named(file, name))).collect()
}

fn named(file: &File, name: &str) -> Vec<Fault> {
    find(&file.tokens, &[name])
        .map(|line| fault(file.at(line), format!("`{name}` is named outside the list")))
        .collect()
}
