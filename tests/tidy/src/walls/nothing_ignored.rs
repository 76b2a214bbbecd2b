//! No test is put aside.

use super::{Fault, Wall, fault};
use crate::house::{File, House};

pub(super) const WALL: Wall = Wall {
    name: "nothing-ignored",
    mend: "assert what happens today with a note why, or take the test out",
    check,
    refused: &[
        ("put aside", "=== core/domain/src/lib.rs\n#[test]\n#[ignore]\nfn t() {}"),
        ("with a reason", "=== gateway/tests/main.rs\n#[test]\n#[ignore = \"slow\"]\nfn t() {}"),
        ("by condition", "=== gateway/tests/main.rs\n#[test]\n#[cfg_attr(not(unix), ignore)]\nfn t() {}"),
    ],
    allowed: &[(
        "another ignore",
        "=== adapters/x/src/lib.rs\nfn ignore() {}\n#[doc(alias = \"ignore\")]\nfn f() { ignore() }",
    )],
};

fn check(house: &House) -> Vec<Fault> {
    house.sources().flat_map(ignored).collect()
}

fn ignored(file: &File) -> Vec<Fault> {
    let aside = |item: &&crate::items::Item| {
        item.attributes.iter().flatten().any(|word| word.text == "ignore" && !word.literal)
    };
    file.items
        .iter()
        .filter(aside)
        .map(|item| fault(file.at(item.line), format!("`{}` is ignored", item.name)))
        .collect()
}
