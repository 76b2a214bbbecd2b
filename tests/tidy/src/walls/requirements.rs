//! Tests name requirements that exist.

use super::{Fault, Wall, fault};
use crate::house::House;
use crate::prove::{ids, proofs};

pub(super) const WALL: Wall = Wall {
    name: "requirements-exist",
    mend: "name an id of tests/requirements.txt, as `/// proves: IN-04`, above a test",
    check,
    refused: &[
        (
            "an unknown id",
            "=== tests/requirements.txt\nIN-01: it listens\n=== core/domain/Cargo.toml\n=== core/domain/src/lib.rs\n/// proves: IN-99\n#[test]\nfn t() {}",
        ),
        (
            "no id",
            "=== tests/requirements.txt\nIN-01: it listens\n=== core/domain/Cargo.toml\n=== core/domain/src/lib.rs\n/// proves: that it works\n#[test]\nfn t() {}",
        ),
        (
            "not above a test",
            "=== tests/requirements.txt\nIN-01: it listens\n=== core/domain/Cargo.toml\n=== core/domain/src/lib.rs\n/// proves: IN-01\nfn t() {}",
        ),
        (
            "no list",
            "=== core/domain/Cargo.toml\n=== core/domain/src/lib.rs\n/// proves: IN-01\n#[test]\nfn t() {}",
        ),
    ],
    allowed: &[(
        "known",
        "=== tests/requirements.txt\nIN-01: it listens\nIN-02: it greets\n=== core/domain/Cargo.toml\n=== core/domain/src/lib.rs\n/// It greets.\n/// proves: IN-01, IN-02\n#[test]\nfn t() {}",
    )],
};

/// One requirement per line: `ID: sentence`.
const LIST: &str = "tests/requirements.txt";

fn check(house: &House) -> Vec<Fault> {
    let list = house.file(LIST).map(|file| file.text.as_str()).unwrap_or_default();
    let known: Vec<&str> = list.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    let named = proofs(house).into_iter().flat_map(|proof| {
        let nothing = proof.ids.is_empty().then(|| fault(&proof.place, "`proves:` names no requirement"));
        let unknown = proof.ids.iter().filter(|id| !known.contains(&&***id));
        let unknown =
            unknown.map(|id| fault(&proof.place, format!("`{id}` is no requirement"))).collect::<Vec<_>>();
        nothing.into_iter().chain(unknown).collect::<Vec<_>>()
    });
    named.chain(idle(house)).collect()
}

/// A proof that no test run runs.
fn idle(house: &House) -> Vec<Fault> {
    let items = house
        .sources()
        .filter(|file| !file.below("adapters/testkit/src"))
        .flat_map(|file| file.items.iter().map(move |item| (file, item)));
    let claims =
        items.filter(|(_, item)| !item.is_test() && item.docs.iter().any(|line| ids(line).is_some()));
    claims
        .map(|(file, item)| fault(file.at(item.line), format!("`{}` proves, but is no test", item.name)))
        .collect()
}
