//! Every seed goes through its target, and no target is forgotten.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tradepost_tests_fuzz::TARGETS;

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

#[test]
fn every_seed_passes() {
    for (name, run) in TARGETS {
        let seeds: Vec<PathBuf> =
            std::fs::read_dir(here("seeds").join(name)).unwrap().map(|seed| seed.unwrap().path()).collect();
        assert!(!seeds.is_empty(), "{name} has no seed");
        for seed in seeds {
            println!("{}", seed.display());
            run(&std::fs::read(&seed).unwrap());
        }
    }
}

/// The payloads of every channel are seeds of the parser.
#[test]
fn every_fixture_of_every_channel_passes() {
    let folders = std::fs::read_dir(here("../../adapters")).unwrap().map(|folder| folder.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.map(|folder| folder.join("tests/fixtures")).collect();
    let mut count = 0;
    folders.retain(|folder| folder.is_dir());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                tradepost_tests_fuzz::targets::webhook_parse::run(&std::fs::read(&path).unwrap());
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count} payloads");
}

#[test]
fn the_table_and_the_folder_agree() {
    let files = std::fs::read_dir(here("src/targets")).unwrap();
    let names =
        files.map(|file| file.unwrap().file_name().into_string().unwrap().trim_end_matches(".rs").to_owned());
    let written: BTreeSet<String> = names.filter(|name| name != "mod").collect();
    let listed: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(written, listed);
}
