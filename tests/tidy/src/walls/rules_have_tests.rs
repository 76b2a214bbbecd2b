//! Each rule in ARCHITECTURE.md's table names the test that fails without it.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use crate::items::Item;

pub(super) const WALL: Wall = Wall {
    name: "rules-have-tests",
    mend: "give ARCHITECTURE.md a table `| rule | test |` whose tests are written `path/of/file.rs::name` and exist",
    check,
    refused: &[
        ("no page", "=== README.md\n"),
        ("no table", "=== ARCHITECTURE.md\n# The house\n"),
        (
            "a test that is not there",
            "=== core/engine/tests/main.rs\n#[test]\nfn other() {}\n=== ARCHITECTURE.md\n| rule | test |\n| --- | --- |\n| A call replaces. | `core/engine/tests/main.rs::replaced` |\n",
        ),
        (
            "a file that is not there",
            "=== ARCHITECTURE.md\n| Rule | Test |\n| --- | --- |\n| A call replaces. | `core/engine/tests/gone.rs::replaced` |\n",
        ),
        (
            "no test at all",
            "=== ARCHITECTURE.md\n| rule | test |\n| --- | --- |\n| A call replaces. | to come |\n",
        ),
        (
            "a function that is no test",
            "=== core/engine/src/turn.rs\nfn replaced() {}\n=== ARCHITECTURE.md\n| rule | test |\n| --- | --- |\n| A call replaces. | `core/engine/src/turn.rs::replaced` |\n",
        ),
    ],
    allowed: &[(
        "named",
        "=== core/engine/tests/it/turn.rs\nmod calls { #[rstest]\n#[case::once(1)]\nfn replaced() {} }\n=== ARCHITECTURE.md\n| rule | test |\n| --- | --- |\n| A call replaces. | `core/engine/tests/it/turn.rs::calls::replaced`, `core/engine/tests::replaced` |\n\nWords.\n",
    )],
};

const PAGE: &str = "ARCHITECTURE.md";

fn check(house: &House) -> Vec<Fault> {
    let Some(page) = house.file(PAGE) else { return vec![fault(PAGE, "no ARCHITECTURE.md")] };
    let rules = rules(page);
    if rules.is_empty() {
        return vec![fault(PAGE, "no rule names its test")];
    }
    rules.iter().flat_map(|(line, cell)| check_rule(house, &page.at(*line), cell)).collect()
}

/// The test cells of every table whose second column is headed `test`, with their lines.
fn rules(page: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut within = false;
    for (at, line) in page.text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [rule, tests] = cells[..] else {
            within = false;
            continue;
        };
        if rule.eq_ignore_ascii_case("rule") && tests.to_lowercase().starts_with("test") {
            within = true;
        } else if within && !rule.starts_with("---") {
            found.push((at + 1, tests.to_owned()));
        }
    }
    found
}

fn check_rule(house: &House, place: &str, cell: &str) -> Vec<Fault> {
    let named: Vec<&str> = cell.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
    if named.is_empty() {
        return vec![fault(place, "the rule names no test")];
    }
    let missing = named.into_iter().filter(|name| !exists(house, name));
    missing.map(|name| fault(place, format!("there is no test `{name}`"))).collect()
}

fn exists(house: &House, name: &str) -> bool {
    let Some((path, test)) = name.split_once("::") else { return false };
    let path = path.trim_end_matches('/');
    let here = house.sources().filter(|file| file.path == path || file.below(path));
    here.flat_map(|file| &file.items).any(|item| item.is_test() && is_called(item, test))
}

fn is_called(item: &Item, test: &str) -> bool {
    let path = item.path().join("::");
    path == test || path.ends_with(&format!("::{test}"))
}
