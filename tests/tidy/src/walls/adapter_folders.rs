//! Adapter folders are alike, so that who has read one has read all.

use super::{Fault, Wall, fault};
use crate::house::{File, House, Room};
use crate::tokens::find;

pub(super) const WALL: Wall = Wall {
    name: "adapter-folders-alike",
    mend: "give the folder the file, named as in every other adapter (adapters/README.md lists them)",
    check,
    refused: &[
        (
            "no settings",
            "=== adapters/x/Cargo.toml\n=== adapters/x/README.md\n=== adapters/x/src/lib.rs\n=== adapters/x/src/wire.rs\n=== adapters/x/src/messenger.rs\n=== adapters/x/tests/conformance.rs\n",
        ),
        (
            "no conformance",
            "=== adapters/x/Cargo.toml\n=== adapters/x/README.md\n=== adapters/x/src/lib.rs\n=== adapters/x/src/config.rs\n=== adapters/x/src/wire.rs\n=== adapters/x/src/messenger.rs\n",
        ),
        (
            "no port",
            "=== adapters/x/Cargo.toml\n=== adapters/x/README.md\n=== adapters/x/src/lib.rs\n=== adapters/x/src/config.rs\n=== adapters/x/src/wire.rs\n=== adapters/x/tests/conformance.rs\n",
        ),
        (
            "a port in another file",
            "=== adapters/x/Cargo.toml\n=== adapters/x/README.md\n=== adapters/x/src/lib.rs\nimpl Messenger for X {}\n=== adapters/x/src/config.rs\n=== adapters/x/src/wire.rs\n=== adapters/x/src/webhook.rs\n=== adapters/x/tests/conformance.rs\n",
        ),
        ("a store without words", "=== adapters/store-sql/Cargo.toml\n=== adapters/store-sql/src/lib.rs\n"),
    ],
    allowed: &[
        (
            "whole",
            "=== adapters/x/Cargo.toml\n=== adapters/x/README.md\n=== adapters/x/src/lib.rs\n=== adapters/x/src/config.rs\n=== adapters/x/src/wire.rs\n=== adapters/x/src/messenger.rs\nimpl tradepost_ports::Messenger for X {}\n=== adapters/x/tests/conformance.rs\n",
        ),
        (
            "the client",
            "=== adapters/http/Cargo.toml\n=== adapters/http/README.md\n=== adapters/http/src/lib.rs\n",
        ),
    ],
};

/// Rooms that stand for no provider have lists of their own; `direct` is a channel whose provider is the house itself.
const OWN: [(&str, &[&str]); 8] = [
    ("direct", &["README.md", "src/lib.rs", "src/messenger.rs"]),
    ("http", &["README.md", "src/lib.rs"]),
    ("local", &["README.md", "src/lib.rs"]),
    ("meta", &["README.md", "src/lib.rs"]),
    ("redis", &["README.md", "src/lib.rs", "src/config.rs", "src/coordinator.rs"]),
    ("sandbox", &["README.md", "src/lib.rs", "src/main.rs"]),
    ("store-sql", &["README.md", "src/lib.rs"]),
    ("testkit", &["README.md", "src/lib.rs"]),
];

const PROVIDER: [&str; 4] = ["README.md", "src/lib.rs", "src/config.rs", "src/wire.rs"];

/// A port's trait, and the file that is named after it.
const PORTS: [(&str, &str); 7] = [
    ("Webhook", "webhook"),
    ("Messenger", "messenger"),
    ("Catalog", "catalog"),
    ("Payments", "payments"),
    ("Bookings", "bookings"),
    ("Llm", "llm"),
    ("Embed", "embed"),
];

fn check(house: &House) -> Vec<Fault> {
    let adapters = house.rooms.iter().filter_map(|room| Some((room, room.folder.strip_prefix("adapters/")?)));
    adapters.flat_map(|(room, name)| check_folder(house, room, name)).collect()
}

fn check_folder(house: &House, room: &Room, name: &str) -> Vec<Fault> {
    let own = OWN.iter().find(|(own, _)| *own == name);
    let wanted = own.map_or(&PROVIDER[..], |(_, files)| files);
    let missing = wanted.iter().filter(|file| house.file(&format!("{}/{file}", room.folder)).is_none());
    let mut faults: Vec<Fault> =
        missing.map(|file| fault(&room.folder, format!("`{file}` is missing"))).collect();
    if own.is_none() {
        faults.extend(check_provider(house, room));
    }
    faults
}

fn check_provider(house: &House, room: &Room) -> Vec<Fault> {
    let files: Vec<&File> = house.files.iter().filter(|file| file.below(&room.folder)).collect();
    let mut faults: Vec<Fault> = files.iter().flat_map(|file| misplaced(file)).collect();
    if !files.iter().any(|file| PORTS.iter().any(|(_, port)| is_port(file, port))) {
        faults.push(fault(&room.folder, "no file is named after a port"));
    }
    if !files.iter().any(|file| file.is_test() && file.path.ends_with("/conformance.rs")) {
        faults.push(fault(&room.folder, "`tests/conformance.rs` is missing"));
    }
    faults
}

fn is_port(file: &File, port: &str) -> bool {
    file.path.ends_with(&format!("/src/{port}.rs")) || file.path.contains(&format!("/src/{port}/"))
}

/// A port that is implemented in a file of another name.
fn misplaced(file: &File) -> Vec<Fault> {
    let elsewhere = PORTS.iter().filter(|(_, port)| !file.is_test() && !is_port(file, port));
    let found = |(name, port): &(&str, &str)| {
        let lines: Vec<usize> = find(&file.tokens, &[name, "for"]).collect();
        let what = format!("`{name}` is implemented outside `src/{port}.rs`");
        lines.into_iter().map(|line| fault(file.at(line), what.clone())).collect::<Vec<_>>()
    };
    elsewhere.flat_map(found).collect()
}
