//! `tidy [ROOT]`: prints every breach of the house's walls; leaves with 0 if there is none.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use tradepost_tests_tidy::{House, check};

fn main() -> anyhow::Result<ExitCode> {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let breaches = check(&House::read(&root)?);
    for breach in &breaches {
        println!("{breach}");
    }
    println!("{} breaches", breaches.len());
    Ok(if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
