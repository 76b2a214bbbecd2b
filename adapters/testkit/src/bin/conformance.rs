//! `tradepost-conformance RECORDS [ADAPTERS]`: prints the tables of the records in a folder, and fails if a case failed,
//! has no record, or an adapter of the other folder was not tried.

use std::{path::Path, process::ExitCode};

use tradepost_testkit::report::Report;

fn main() -> ExitCode {
    let mut folders = std::env::args().skip(1);
    let Some(records) = folders.next() else {
        eprintln!("tradepost-conformance RECORDS [ADAPTERS]");
        return ExitCode::from(2);
    };
    match report(&records, folders.next().as_deref()) {
        Ok(report) => {
            print!("{}", report.show());
            if report.good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("failed to read the records in {records}: {error}");
            ExitCode::from(2)
        }
    }
}

fn report(records: &str, adapters: Option<&str>) -> std::io::Result<Report> {
    let mut report = Report::read(Path::new(records))?;
    if let Some(adapters) = adapters {
        report.expect(Path::new(adapters))?;
    }
    Ok(report)
}
