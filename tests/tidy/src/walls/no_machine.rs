//! The house carries no trace of a machine on which it was built.

use super::{Fault, Wall, fault};
use crate::house::{File, House};
use regex::Regex;

pub(super) const WALL: Wall = Wall {
    name: "no-machine-in-it",
    mend: "use a path from the root of the house or a setting; crates come from crates.io by its own name",
    check,
    refused: &[
        ("a home folder", "=== docs/start.md\nrun it in /home/somebody/shop"),
        ("a superuser's", "=== tests/run\ncp x /root/y"),
        ("another system's", "=== README.md\nopen C:\\shop\\demo"),
        (
            "a mirror in the lockfile",
            "=== Cargo.lock\n[[package]]\nname = \"a\"\nsource = \"sparse+https://mirror.example/index/\"\n",
        ),
        (
            "a mirror in cargo's settings",
            "=== .cargo/config.toml\n[source.crates-io]\nreplace-with = \"near\"\n",
        ),
        (
            "packages of the browser's side",
            "=== docs/package-lock.json\n{ \"resolved\": \"http://mirror.example/a.tgz\" }",
        ),
    ],
    allowed: &[
        (
            "crates.io",
            "=== Cargo.lock\n[[package]]\nname = \"a\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        ),
        ("a path of the web", "=== docs/a.md\nGET https://shop.example/home/books and ~/.cargo"),
    ],
};

/// The wall's own file tells of what it refuses.
const OWN: &str = "tests/tidy/src/walls/no_machine.rs";

const PATHS: &str = r#"(?m)(^|[\s"'`=(:])(/home/\w|/root\b|/Users/\w|/work/\w|[A-Za-z]:\\[A-Za-z])"#;
const LOCK: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn check(house: &House) -> Vec<Fault> {
    let Ok(paths) = Regex::new(PATHS) else { return vec![fault("tests/tidy", "the pattern is broken")] };
    house.files.iter().filter(|file| file.path != OWN).flat_map(|file| lines(file, &paths)).collect()
}

fn lines(file: &File, paths: &Regex) -> Vec<Fault> {
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(at, line)| Some(fault(file.at(at + 1), trace(file, line, paths)?))).collect()
}

fn trace(file: &File, line: &str, paths: &Regex) -> Option<&'static str> {
    let source = line.strip_prefix("source = ").is_some_and(|source| source.trim_matches('"') != LOCK);
    match file.path.rsplit('/').next() {
        Some("Cargo.lock") if source => Some("a crate from elsewhere than crates.io"),
        Some("package-lock.json") if line.contains("\"resolved\"") => Some("an address of a registry"),
        _ if file.path.contains(".cargo/")
            && (line.contains("replace-with") || line.contains("[registries")) =>
        {
            Some("another registry")
        }
        _ => paths.is_match(line).then_some("a path of one machine"),
    }
}
