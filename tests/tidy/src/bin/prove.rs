//! `prove ID`: prints the nextest filter of the tests that prove a requirement. `prove --list` counts the tests per requirement.
#![forbid(unsafe_code)]

use std::path::Path;

use anyhow::{Context, bail};
use tradepost_tests_tidy::House;
use tradepost_tests_tidy::prove::{filter, proofs};

fn main() -> anyhow::Result<()> {
    let house = House::read(Path::new("."))?;
    match std::env::args().nth(1).as_deref() {
        Some("--list") => list(&house),
        Some(id) => println!("{}", filter(&house, id).with_context(|| format!("no test names {id}"))?),
        None => bail!("failed to see which requirement: prove ID"),
    }
    Ok(())
}

fn list(house: &House) {
    let proofs = proofs(house);
    let requirements = house.file("tests/requirements.txt").map_or("", |file| &file.text);
    for line in requirements.lines() {
        let id = line.split(':').next().unwrap_or(line);
        let count = proofs.iter().filter(|proof| proof.ids.iter().any(|found| found == id)).count();
        println!("{count:4}  {line}");
    }
}
