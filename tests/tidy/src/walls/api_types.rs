//! Only types of `openapi` cross the public API.

use super::{Fault, Wall, fault};
use crate::house::{File, House};

pub(super) const WALL: Wall = Wall {
    name: "api-types-in-one-room",
    mend: "declare the type in openapi/ and convert to it at the door, so that no inner type leaks into the contract",
    check,
    refused: &[
        (
            "a handler's own answer",
            "=== gateway/src/chat.rs\n#[derive(poem_openapi::Object)]\nstruct Answer { text: String }",
        ),
        ("an inner type", "=== core/domain/src/money.rs\n#[derive(Clone, Union)]\nenum Money { A }"),
    ],
    allowed: &[
        (
            "the contract",
            "=== openapi/src/chat.rs\n#[derive(poem_openapi::Object)]\nstruct Answer { text: String }",
        ),
        (
            "a tag is no type of the API",
            "=== gateway/src/api.rs\n#[derive(poem_openapi::Tags)]\nenum Tag { Chat }",
        ),
    ],
};

const DERIVES: [&str; 4] = ["Object", "Union", "NewType", "Multipart"];

fn check(house: &House) -> Vec<Fault> {
    house
        .sources()
        .filter(|file| !file.below("openapi") && !file.below("adapters/sandbox"))
        .flat_map(derived)
        .collect()
}

fn derived(file: &File) -> Vec<Fault> {
    let crossing = |item: &&crate::items::Item| DERIVES.iter().any(|name| item.derives(name));
    let found = file.items.iter().filter(crossing);
    found
        .map(|item| fault(file.at(item.line), format!("`{}` is a type of the public API", item.name)))
        .collect()
}
