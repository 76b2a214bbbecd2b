//! `prove ID`: prints the nextest filter of the tests that prove a requirement. `prove --list` counts the tests per requirement.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

use tradepost_tests_tidy::House;
use tradepost_tests_tidy::prove::{filter, proofs};

fn main() -> anyhow::Result<ExitCode> {
    let house = House::read(Path::new("."))?;
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "--list".to_owned());
    if wanted == "--list" {
        list(&house);
        return Ok(ExitCode::SUCCESS);
    }
    let Some(filter) = filter(&house, &wanted) else {
        eprintln!("no test names {wanted}");
        return Ok(ExitCode::FAILURE);
    };
    println!("{filter}");
    Ok(ExitCode::SUCCESS)
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
