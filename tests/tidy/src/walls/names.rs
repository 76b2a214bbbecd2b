//! Names are words of the shop.

use super::{Fault, Wall, fault};
use crate::house::{File, House};

pub(super) const WALL: Wall = Wall {
    name: "names-say-something",
    mend: "call it by what it is for in the shop's words: Manager, Helper and Util say nothing",
    check,
    refused: &[
        ("a type", "=== core/engine/src/lib.rs\nstruct SessionManager;"),
        ("a trait", "=== core/engine/src/lib.rs\ntrait HttpUtils {}"),
        ("a file", "=== core/engine/src/turn_helpers.rs\n"),
        ("a folder", "=== gateway/src/util/mod.rs\n"),
        ("a module", "=== core/engine/src/lib.rs\nmod helper { }"),
    ],
    allowed: &[(
        "words that begin alike",
        "=== core/domain/src/utility.rs\nstruct Utilisation;\nstruct Managed;",
    )],
};

const EMPTY: [&str; 6] = ["manager", "managers", "helper", "helpers", "util", "utils"];

fn check(house: &House) -> Vec<Fault> {
    house.sources().flat_map(|file| called(file).into_iter().chain(declared(file))).collect()
}

fn called(file: &File) -> Option<Fault> {
    let word = file.path.split(['/', '_', '-', '.']).find(|word| EMPTY.contains(word))?;
    Some(fault(&file.path, format!("`{word}` in a file's name")))
}

fn declared(file: &File) -> Vec<Fault> {
    let empty = file
        .items
        .iter()
        .filter(|item| item.kind != "fn" && words(&item.name).iter().any(|word| EMPTY.contains(&&**word)));
    empty
        .map(|item| fault(file.at(item.line), format!("`{}` is a name that says nothing", item.name)))
        .collect()
}

/// `SessionManager` and `session_manager` are both `session`, `manager`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words
}
