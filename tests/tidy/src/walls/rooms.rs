//! Who may know whom: the picture in the design, as a table.

use super::{Fault, Wall, fault};
use crate::house::{House, Room};

pub(super) const WALL: Wall = Wall {
    name: "rooms",
    mend: "hand the value through a port or an event instead; who may know whom is the table in tests/tidy/src/walls/rooms.rs",
    check,
    refused: &[
        (
            "the domain knows a port",
            "=== core/domain/Cargo.toml\n[dependencies]\ntradepost-ports.workspace = true",
        ),
        (
            "a port knows the engine",
            "=== core/ports/Cargo.toml\n[dependencies]\ntradepost-engine.workspace = true",
        ),
        (
            "the engine knows an adapter",
            "=== core/engine/Cargo.toml\n[dependencies]\ntradepost-instagram.workspace = true",
        ),
        (
            "the engine's tests know an adapter",
            "=== core/engine/Cargo.toml\n[dev-dependencies]\ntradepost-store-sql.workspace = true",
        ),
        (
            "an adapter knows another",
            "=== adapters/direct/Cargo.toml\n[dependencies]\ntradepost-instagram.workspace = true",
        ),
        (
            "what Meta's channels share knows one of them",
            "=== adapters/meta/Cargo.toml\n[dependencies]\ntradepost-instagram.workspace = true",
        ),
        (
            "an adapter knows the engine",
            "=== adapters/direct/Cargo.toml\n[dev-dependencies]\ntradepost-engine.workspace = true",
        ),
        (
            "an adapter ships the sandbox",
            "=== adapters/direct/Cargo.toml\n[dependencies]\ntradepost-sandbox.workspace = true",
        ),
        (
            "the sandbox knows the house",
            "=== adapters/sandbox/Cargo.toml\n[dependencies]\ntradepost-domain.workspace = true",
        ),
        (
            "the gateway ships the testkit",
            "=== gateway/Cargo.toml\n[dependencies]\ntradepost-testkit.workspace = true",
        ),
        ("a room that nobody planned", "=== extras/Cargo.toml\n[package]\nname = \"tradepost-extras\""),
    ],
    allowed: &[
        (
            "an adapter",
            "=== adapters/new/Cargo.toml\n[dependencies]\ntradepost-ports.workspace = true\ntradepost-domain.workspace = true\ntradepost-http.workspace = true\n[dev-dependencies]\ntradepost-testkit.workspace = true\ntradepost-sandbox.workspace = true",
        ),
        (
            "a channel at Meta",
            "=== adapters/instagram/Cargo.toml\n[dependencies]\ntradepost-meta.workspace = true",
        ),
        (
            "the gateway",
            "=== gateway/Cargo.toml\n[dependencies]\ntradepost-engine.workspace = true\ntradepost-instagram.workspace = true\n[dev-dependencies]\ntradepost-testkit.workspace = true",
        ),
    ],
};

/// A room (a `*` stands for the rest of the folder's name), whom it knows, and whom its tests know besides.
type Line = (&'static str, &'static [&'static str], &'static [&'static str]);

/// The first line that fits a room is its own. A `!` takes names out again.
const TABLE: &[Line] = &[
    ("core/domain", &[], &[]),
    ("core/flows", &["domain"], &[]),
    ("core/ports", &["domain"], &[]),
    ("core/engine", &["domain", "ports"], &["flows", "testkit", "tests-*"]),
    ("adapters/sandbox", &[], &[]),
    ("adapters/http", &["domain", "ports"], &["testkit"]),
    ("adapters/testkit", &["domain", "ports"], &[]),
    ("adapters/store-sql", &["domain", "ports", "migrations"], &["testkit", "tests-servers"]),
    ("adapters/meta", &["domain", "ports", "http"], &["testkit"]),
    ("adapters/instagram", &["domain", "ports", "http", "meta"], &["testkit", "sandbox"]),
    ("adapters/whatsapp", &["domain", "ports", "http", "meta"], &["testkit", "sandbox"]),
    ("adapters/*", &["domain", "ports", "http"], &["testkit", "sandbox", "tests-servers"]),
    ("migrations", &[], &[]),
    ("openapi", &["domain", "ports"], &["*"]),
    ("gateway", &["*", "!tests-*", "!testkit"], &["*"]),
    ("tests/*", &["*"], &["*"]),
];

fn check(house: &House) -> Vec<Fault> {
    house.rooms.iter().flat_map(check_room).collect()
}

fn check_room(room: &Room) -> Vec<Fault> {
    let Some((_, known, by_tests)) = TABLE.iter().find(|(folder, ..)| fits(folder, &room.folder)) else {
        return vec![fault(room.place(), "this room is not on the plan")];
    };
    let may = |name: &str, dev| fits_any(known, name) || dev && fits_any(by_tests, name);
    let ours = room
        .dependencies()
        .into_iter()
        .filter_map(|found| Some((found.name.strip_prefix("tradepost-")?, found.dev)));
    let refused = ours.filter(|(name, dev)| !may(name, *dev));
    refused.map(|(name, _)| fault(room.place(), format!("{} may not know `{name}`", room.folder))).collect()
}

fn fits_any(patterns: &[&str], name: &str) -> bool {
    let (out, within): (Vec<&str>, Vec<&str>) = patterns.iter().partition(|pattern| pattern.starts_with('!'));
    within.iter().any(|pattern| fits(pattern, name)) && !out.iter().any(|pattern| fits(&pattern[1..], name))
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
