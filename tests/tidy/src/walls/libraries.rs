//! Libraries that one room owns for all.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::tokens::find;

pub(super) const WALL: Wall = Wall {
    name: "libraries-have-one-room",
    mend: "go through the room that owns the library (who owns what is the table in tests/tidy/src/walls/libraries.rs)",
    check,
    refused: &[
        (
            "an adapter has its own client",
            "=== adapters/instagram/Cargo.toml\n[dependencies]\nreqwest.workspace = true",
        ),
        ("a client is built in the gateway", "=== gateway/src/main.rs\nfn f() { reqwest::Client::new(); }"),
        (
            "a client within a test of the product's own code",
            "=== core/engine/src/lib.rs\n#[cfg(test)]\nmod tests { use reqwest::Client; }",
        ),
        ("the engine knows SQL", "=== core/engine/Cargo.toml\n[dependencies]\ndiesel.workspace = true"),
        ("the engine serves", "=== core/engine/Cargo.toml\n[dependencies]\npoem.workspace = true"),
        (
            "the engine knows telemetry",
            "=== core/engine/Cargo.toml\n[dependencies]\nopentelemetry.workspace = true",
        ),
        ("an adapter counts by itself", "=== adapters/http/src/lib.rs\nuse prometheus::Counter;"),
        ("a handler queries", "=== gateway/src/inbox.rs\nuse diesel::prelude::*;"),
    ],
    allowed: &[
        ("the owner", "=== adapters/http/src/lib.rs\nuse reqwest::Client;"),
        (
            "a customer in a test",
            "=== tests/journeys/src/lib.rs\nuse reqwest::Client;\n=== gateway/tests/main.rs\nuse reqwest::Client;",
        ),
        (
            "the sandbox stands outside",
            "=== adapters/sandbox/Cargo.toml\n[dependencies]\nreqwest.workspace = true\npoem.workspace = true",
        ),
    ],
};

/// Package names, and the folders that may use them. Tests and dev-dependencies may use any, but for the core's.
type Line = (&'static [&'static str], &'static [&'static str]);

const TABLE: &[Line] = &[
    (&["reqwest", "ureq", "isahc"], &["adapters/http", "adapters/sandbox"]),
    (
        &[
            "diesel",
            "diesel-async",
            "diesel_migrations",
            "libsqlite3-sys",
            "rusqlite",
            "sqlx",
            "tokio-postgres",
        ],
        &["adapters/store-sql", "migrations"],
    ),
    (&["poem", "axum", "warp", "actix-web"], &["gateway", "openapi", "adapters/sandbox", "adapters/testkit"]),
    (&["poem-openapi"], &["gateway", "openapi"]),
    (&["redis", "bb8-redis"], &["adapters/redis"]),
    (&["figment", "clap"], &["gateway", "adapters/sandbox"]),
    (
        &[
            "opentelemetry",
            "opentelemetry_sdk",
            "opentelemetry-http",
            "opentelemetry-otlp",
            "opentelemetry-prometheus",
            "tracing-opentelemetry",
            "prometheus",
            "sentry",
        ],
        &["gateway"],
    ),
];

fn check(house: &House) -> Vec<Fault> {
    let manifests = house.rooms.iter().flat_map(|room| {
        let may_test = !room.folder.starts_with("core/");
        let named = room.dependencies().into_iter().filter(|found| !(found.dev && may_test));
        let refused = named.filter(|found| !may_use(&room.folder, found.name));
        refused
            .map(|found| fault(room.place(), format!("`{}` is another room's", found.name)))
            .collect::<Vec<_>>()
    });
    manifests.chain(house.sources().filter(|file| !file.is_test()).flat_map(uses)).collect()
}

fn uses(file: &File) -> Vec<Fault> {
    let owned = TABLE.iter().flat_map(|(names, _)| *names).filter(|name| !may_use(&file.path, name));
    let lines = |name: &&str| {
        let word = name.replace('-', "_");
        let lines: Vec<usize> = find(&file.tokens, &[&word, "::"]).collect();
        lines
            .into_iter()
            .map(|line| fault(file.at(line), format!("`{word}` is another room's")))
            .collect::<Vec<_>>()
    };
    owned.flat_map(lines).collect()
}

/// Whether what lies at this path may use the package.
fn may_use(path: &str, package: &str) -> bool {
    let within = |folder: &&str| path == *folder || path.starts_with(&format!("{folder}/"));
    let owners = TABLE.iter().find(|(names, _)| names.contains(&package)).map(|(_, owners)| owners);
    path.starts_with("tests/") || owners.is_none_or(|owners| owners.iter().any(within))
}
