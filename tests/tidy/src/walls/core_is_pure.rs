//! `domain` and `flows` are pure: values come in, values go out.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::tokens::find;

pub(super) const WALL: Wall = Wall {
    name: "core-is-pure",
    mend: "take the value as an argument, or ask for it by an effect; a pure library joins the list in tests/tidy/src/walls/core_is_pure.rs",
    check,
    refused: &[
        ("a runtime", "=== core/domain/Cargo.toml\n[dependencies]\ntokio = \"1\""),
        (
            "a client for one target",
            "=== core/flows/Cargo.toml\n[target.'cfg(unix)'.dependencies]\nreqwest = \"1\"",
        ),
        (
            "a runtime under another name",
            "=== core/domain/Cargo.toml\n[dependencies]\nsleep = { package = \"tokio\", version = \"1\" }",
        ),
        ("a file is read", "=== core/domain/src/lib.rs\nfn f() { let _ = std::fs::read(\"x\"); }"),
        ("an async function", "=== core/flows/src/lib.rs\npub async fn f() {}"),
        ("the environment", "=== core/flows/src/lib.rs\nuse std::env;"),
    ],
    allowed: &[
        (
            "values",
            "=== core/domain/Cargo.toml\n[dependencies]\nserde.workspace = true\n[dev-dependencies]\nproptest.workspace = true",
        ),
        (
            "only told of",
            "=== core/domain/src/lib.rs\n//! Knows no std::fs, no async.\nconst T: &str = \"std::fs\";",
        ),
        ("the engine runs", "=== core/engine/Cargo.toml\n[dependencies]\ntokio.workspace = true"),
    ],
};

const ROOMS: [&str; 2] = ["core/domain", "core/flows"];

/// Libraries that compute and do nothing else.
const PURE: [&str; 22] = [
    "bytes",
    "hex",
    "hmac",
    "iso_currency",
    "itertools",
    "jiff",
    "minijinja",
    "parking_lot",
    "rapidfuzz",
    "regex",
    "rlibphonenumber",
    "schemars",
    "secrecy",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "thiserror",
    "ulid",
    "unicode-segmentation",
    "url",
    "uuid",
];

const PROVING: [&str; 5] = ["insta", "proptest", "rstest", "divan", "pretty_assertions"];

/// Ways out of a pure function.
const DOORS: &[&[&str]] = &[
    &["async", "fn"],
    &["async", "move"],
    &["std", "::", "fs"],
    &["std", "::", "net"],
    &["std", "::", "env"],
    &["std", "::", "io"],
    &["std", "::", "thread"],
    &["std", "::", "process"],
    &["println"],
    &["eprintln"],
];

fn check(house: &House) -> Vec<Fault> {
    let rooms = house.rooms.iter().filter(|room| ROOMS.contains(&&*room.folder));
    let libraries = rooms.flat_map(|room| {
        let refused = room
            .dependencies()
            .into_iter()
            .filter(|found| !(is_pure(found.name) || found.dev && PROVING.contains(&found.name)));
        refused
            .map(|found| {
                fault(room.place(), format!("`{}` is not on the list of pure libraries", found.name))
            })
            .collect::<Vec<_>>()
    });
    let sources = house.sources().filter(|file| ROOMS.iter().any(|room| file.below(&format!("{room}/src"))));
    libraries.chain(sources.flat_map(doors)).collect()
}

fn is_pure(name: &str) -> bool {
    // Our own rooms are the wall `rooms`' business.
    name.starts_with("tradepost-") || PURE.contains(&name)
}

fn doors(file: &File) -> Vec<Fault> {
    let found = |door: &&[&str]| {
        let word = door.join(" ").replace(" :: ", "::");
        find(&file.tokens, door)
            .map(|line| fault(file.at(line), format!("`{word}` leaves the pure core")))
            .collect::<Vec<_>>()
    };
    DOORS.iter().flat_map(found).collect()
}
