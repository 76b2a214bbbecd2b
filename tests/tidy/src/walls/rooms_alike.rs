//! Rooms inherit what they share: lints, version, dependencies; and every file says what it is for.

use super::{Fault, Wall, fault};
use crate::house::{House, Room};
use toml::Value;

pub(super) const WALL: Wall = Wall {
    name: "rooms-inherit",
    mend: "take it from the workspace (`[lints] workspace = true`, `version.workspace = true`, `x.workspace = true`), and open each file of src with `//!`",
    check,
    refused: &[
        (
            "own lints",
            "=== core/domain/Cargo.toml\n[package]\nname = \"tradepost-domain\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[lints.rust]\nunsafe_code = \"allow\"",
        ),
        (
            "own version of a library",
            "=== core/domain/Cargo.toml\n[package]\nname = \"tradepost-domain\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[dependencies]\nserde = \"1\"\n[lints]\nworkspace = true",
        ),
        (
            "another name than its folder's",
            "=== core/domain/Cargo.toml\n[package]\nname = \"domain\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[lints]\nworkspace = true",
        ),
        (
            "another room by its path",
            "=== gateway/Cargo.toml\n[package]\nname = \"tradepost-gateway\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[dependencies]\ntradepost-engine = { path = \"../core/engine\", version = \"0.1.0\" }\n[lints]\nworkspace = true",
        ),
        (
            "a file without a word",
            "=== core/domain/Cargo.toml\n[package]\nname = \"tradepost-domain\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[lints]\nworkspace = true\n=== core/domain/src/money.rs\nstruct Money;",
        ),
    ],
    allowed: &[
        (
            "a workspace of its own",
            "=== tests/outside/Cargo.toml\n[package]\nname = \"corner-gateway\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\ntradepost-gateway = \"0.1.0\"\n=== tests/outside/src/main.rs\n//! A program.\n",
        ),
        (
            "a channel in the gateway's list",
            "=== gateway/Cargo.toml\n[package]\nname = \"tradepost-gateway\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[dependencies]\ntradepost-acme = { path = \"../adapters/acme\", version = \"0.1.0\" }\n[lints]\nworkspace = true",
        ),
        (
            "alike",
            "=== tests/chaos/Cargo.toml\n[package]\nname = \"tradepost-tests-chaos\"\nversion.workspace = true\nedition.workspace = true\nlicense.workspace = true\n[dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n[lints]\nworkspace = true\n=== tests/chaos/src/lib.rs\n//! Chaos.\n",
        ),
    ],
};

fn check(house: &House) -> Vec<Fault> {
    let silent = house.sources().filter(|file| {
        house.room_of(&file.path).is_some_and(|room| file.below(&format!("{}/src", room.folder)))
    });
    let silent = silent.filter(|file| !file.text.trim_start().starts_with("//!"));
    let silent = silent.map(|file| fault(&file.path, "no `//!` says what it is for"));
    house.rooms.iter().flat_map(check_room).chain(silent).collect()
}

fn check_room(room: &Room) -> Vec<Fault> {
    let mut faults = Vec::new();
    // It stands outside the house, and knows it by its packages.
    if room.manifest.contains_key("workspace") {
        return faults;
    }
    if !inherits(room.manifest.get("lints")) {
        faults.push(fault(room.place(), "lints are not the workspace's"));
    }
    for key in ["version", "edition", "license"] {
        if !inherits(room.manifest.get("package").and_then(|package| package.get(key))) {
            faults.push(fault(room.place(), format!("`{key}` is not the workspace's")));
        }
    }
    let own = room.dependencies().into_iter();
    let own = own.filter(|found| !inherits(Some(found.value)) && !is_listed_adapter(room, found.value));
    faults.extend(own.map(|found| fault(room.place(), format!("`{}` is not the workspace's", found.name))));
    if room.package() != name_of(&room.folder) {
        faults.push(fault(room.place(), format!("the package is not called `{}`", name_of(&room.folder))));
    }
    faults
}

/// The gateway lists its channels by their folders: one line in its manifest, none in the workspace's.
fn is_listed_adapter(room: &Room, value: &Value) -> bool {
    let path = value.get("path").and_then(Value::as_str);
    room.folder == "gateway" && path.is_some_and(|path| path.starts_with("../adapters/"))
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
}

/// `tests/chaos` is `tradepost-tests-chaos`; other rooms are called after their last folder, and so is the load bench,
/// which people run by its name.
fn name_of(folder: &str) -> String {
    match folder.strip_prefix("tests/").filter(|rest| *rest != "load") {
        Some(rest) => format!("tradepost-tests-{}", rest.replace('/', "-")),
        None => format!("tradepost-{}", folder.rsplit('/').next().unwrap_or(folder)),
    }
}
