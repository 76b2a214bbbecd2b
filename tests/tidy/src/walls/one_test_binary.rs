//! One test binary per crate: linking is most of a test run's time.

use super::{Fault, Wall, fault};
use crate::house::House;
use crate::prove::test_roots;

pub(super) const WALL: Wall = Wall {
    name: "one-test-binary",
    mend: "make it a module of the crate's one test binary (tests/<name>/main.rs with `mod` lines)",
    check,
    refused: &[
        ("two files", "=== gateway/Cargo.toml\n=== gateway/tests/a.rs\n=== gateway/tests/b.rs\n"),
        (
            "a file and a folder",
            "=== gateway/Cargo.toml\n=== gateway/tests/a.rs\n=== gateway/tests/b/main.rs\n",
        ),
        (
            "by the manifest",
            "=== gateway/Cargo.toml\n[[test]]\nname = \"c\"\npath = \"tests/deep/c.rs\"\n=== gateway/tests/a.rs\n",
        ),
    ],
    allowed: &[
        (
            "modules of one",
            "=== gateway/Cargo.toml\n=== gateway/tests/it/main.rs\n=== gateway/tests/it/a.rs\n",
        ),
        (
            "the manifest says which",
            "=== gateway/Cargo.toml\n[package]\nautotests = false\n[[test]]\nname = \"main\"\npath = \"tests/main.rs\"\n=== gateway/tests/main.rs\n=== gateway/tests/a.rs\n",
        ),
    ],
};

fn check(house: &House) -> Vec<Fault> {
    let several =
        house.rooms.iter().map(|room| (room, test_roots(house, room))).filter(|(_, roots)| roots.len() > 1);
    several
        .map(|(room, roots)| {
            fault(room.place(), format!("{} test binaries: {}", roots.len(), roots.join(", ")))
        })
        .collect()
}
