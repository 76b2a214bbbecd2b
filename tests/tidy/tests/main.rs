//! The walls are tried on sample trees, and the house itself must stand.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use rstest::rstest;
use tradepost_tests_tidy::walls::{Sample, WALLS, Wall};
use tradepost_tests_tidy::{House, check, prove, sample};

fn house(tree: &str) -> House {
    let root = tempfile::tempdir().unwrap();
    sample::lay(tree, root.path()).unwrap();
    House::read(root.path()).unwrap()
}

fn refused(wall: &Wall, tree: &str) -> bool {
    check(&house(tree)).iter().any(|breach| breach.wall == wall.name)
}

fn failing(wall: &Wall, samples: &[Sample], refuse: bool) -> Vec<String> {
    let wrong = samples.iter().filter(|(_, tree)| refused(wall, tree) != refuse);
    wrong.map(|(label, _)| format!("{}: {label}", wall.name)).collect()
}

#[test]
fn the_house_stands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let breaches: Vec<String> = check(&House::read(&root).unwrap()).iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{} breaches:\n{}", breaches.len(), breaches.join("\n"));
}

/// `tests/mutants` takes long and runs by hand; that each of its patches still fits the engine is seen here.
#[test]
fn every_mutant_applies() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mutants = std::fs::read_dir(root.join("core/engine/tests/mutants")).unwrap();
    let patches: Vec<_> = mutants.map(|entry| entry.unwrap().path()).collect();
    let fits = |patch: &Path| {
        let check = std::process::Command::new("git")
            .current_dir(&root)
            .args(["apply", "--check"])
            .arg(patch)
            .output();
        check.unwrap().status.success()
    };
    let stale: Vec<_> = patches.iter().filter(|patch| !fits(patch)).collect();
    assert!(patches.len() > 50 && stale.is_empty(), "write these anew: {stale:#?}");
}

#[test]
fn every_wall_refuses_its_samples_by_name() {
    let missed: Vec<String> = WALLS.iter().flat_map(|wall| failing(wall, wall.refused, true)).collect();
    assert!(missed.is_empty(), "let stand what it should refuse:\n{}", missed.join("\n"));
}

#[test]
fn every_wall_lets_its_neighbours_stand() {
    let harsh: Vec<String> = WALLS.iter().flat_map(|wall| failing(wall, wall.allowed, false)).collect();
    assert!(harsh.is_empty(), "refused what it should let stand:\n{}", harsh.join("\n"));
}

#[test]
fn every_wall_has_samples_of_both_kinds_and_a_name_of_its_own() {
    let names: Vec<&str> = WALLS.iter().map(|wall| wall.name).collect();
    for wall in WALLS {
        assert!(!wall.refused.is_empty() && !wall.allowed.is_empty(), "{} has no samples", wall.name);
        assert_eq!(names.iter().filter(|name| **name == wall.name).count(), 1, "{} stands twice", wall.name);
    }
}

#[test]
fn a_long_file_is_refused_unless_it_is_listed() {
    let long = format!("=== core/domain/src/table.rs\n//! x\n{}", "// one more\n".repeat(400));
    let listed =
        format!("{long}\n=== tests/tidy/long-files.txt\ncore/domain/src/table.rs: it is one table\n");
    let wall = WALLS.iter().find(|wall| wall.name == "short-files").unwrap();
    assert!(refused(wall, &long));
    assert!(!refused(wall, &listed));
}

#[test]
fn what_git_ignores_is_not_looked_at() {
    let tree = "=== .gitignore\n/target\n=== target/a.rs\nstruct ThingManager;\n=== b.rs\nstruct Thing;\n";
    let paths: Vec<String> = house(tree).files.into_iter().map(|file| file.path).collect();
    assert_eq!(paths, [".gitignore", "b.rs"]);
}

#[test]
fn broken_rust_is_named() {
    let root = tempfile::tempdir().unwrap();
    sample::lay("=== a.rs\nfn f( {", root.path()).unwrap();
    let fault = House::read(root.path()).err().unwrap();
    assert_eq!(fault.to_string(), "failed to read a.rs as Rust");
}

const ROOM: &str = "=== core/domain/Cargo.toml\n[package]\nname = \"tradepost-domain\"\n";

#[rstest]
#[case::in_the_library("core/domain/src/lib.rs", "t")]
#[case::in_a_module("core/domain/src/ledger/hold.rs", "ledger::hold::t")]
#[case::in_a_module_folder("core/domain/src/ledger/mod.rs", "ledger::t")]
#[case::in_the_test_binary("core/domain/tests/main.rs", "t")]
#[case::in_a_folder_of_tests("core/domain/tests/it/main.rs", "t")]
#[case::in_a_program("core/domain/src/bin/x.rs", "t")]
fn a_test_is_found_where_it_stands(#[case] path: &str, #[case] name: &str) {
    let tree = format!(
        "{ROOM}=== {path}\n/// It holds.\n/// proves: IN-04\n#[test]\nfn t() {{}}\n#[test]\nfn other() {{}}\n"
    );
    let filter = prove::filter(&house(&tree), "IN-04");
    assert_eq!(filter, Some(format!("(package(=tradepost-domain) & test(/^{name}(::|$)/))")));
}

#[rstest]
#[case::nested("mod tests { mod deep {\n/// proves: IN-04\n#[test] fn t() {} } }", Some("tests::deep::t"))]
#[case::after_a_module("mod a { fn x() {} }\n/// proves: IN-04\n#[test] fn t() {}", Some("t"))]
#[case::a_table("/// proves: IN-04\n#[rstest]\n#[case::a(Foo { b: 1 })]\nfn t(#[case] x: Foo) {}", Some("t"))]
#[case::async_("/// proves: XX-01, IN-04 (in part)\n#[tokio::test]\nasync fn t() {}", Some("t"))]
#[case::in_a_macro("proptest! { /// proves: IN-04\n#[test]\nfn t(x in 0..4) {} }", Some("t"))]
#[case::not_a_test("/// proves: IN-04\nfn t() {}", None)]
#[case::another_id("/// proves: IN-05\n#[test]\nfn t() {}", None)]
#[case::longer_id("/// proves: IN-041\n#[test]\nfn t() {}", None)]
#[case::words_of_another("/// proves: IN-04\nconst A: u8 = 1;\n#[test]\nfn t() {}", None)]
fn a_proof_belongs_to_the_next_test(#[case] source: &str, #[case] name: Option<&str>) {
    let filter = prove::filter(&house(&format!("{ROOM}=== core/domain/src/lib.rs\n{source}")), "IN-04");
    assert_eq!(filter, name.map(|name| format!("(package(=tradepost-domain) & test(/^{name}(::|$)/))")));
}

#[test]
fn a_module_of_the_test_binary_is_found_by_its_file() {
    let tree = format!(
        "{ROOM}=== core/domain/tests/it/main.rs\nmod a;\n=== core/domain/tests/it/a.rs\n/// proves: IN-04\n#[test]\nfn t() {{}}"
    );
    assert_eq!(
        prove::filter(&house(&tree), "IN-04").unwrap(),
        "(package(=tradepost-domain) & test(/^a::t(::|$)/))"
    );
}

#[test]
fn a_case_of_the_testkit_is_run_wherever_its_suite_is() {
    let tree = "=== adapters/testkit/Cargo.toml\n[package]\nname = \"tradepost-testkit\"\n=== adapters/testkit/src/webhook.rs\n/// proves: IN-04\npub fn repeated() {}\n";
    assert_eq!(prove::filter(&house(tree), "IN-04").unwrap(), "test(/(^|::)repeated(::|$)/)");
}
