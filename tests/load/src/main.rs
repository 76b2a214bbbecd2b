//! `tradepost-load`: starts real houses as processes of their own, loads them over HTTP, and prints what they carried beside
//! what the machine can do. Loopback only; everything that is started is stopped. `docs/benchmarks.md` says how to read it.
#![forbid(unsafe_code)]

mod arithmetic;
mod bare;
mod client;
mod clock;
mod house;
mod latency;
mod letter;
mod machine;
mod measure;
mod options;
mod process;
mod programs;
mod provider;
mod report;
mod stage;
mod store;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use options::{Measurement, Options};
use report::Report;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let ended = tokio::select! {
        ended = run(Options::parse()) => ended,
        stopped = stopped() => stopped,
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tradepost-load: failed to {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<ExitCode> {
    if options.measurement == Measurement::Bare {
        return bare::serve().await.map(|()| ExitCode::SUCCESS);
    }
    let mut report = Report::new(&options);
    measure::all(&options, &mut report).await?;
    println!("{report}");
    if let Some(file) = &options.json {
        let json = serde_json::to_vec_pretty(&report.json()).context("put the figures into JSON")?;
        std::fs::write(file, json).with_context(|| format!("write {}", file.display()))?;
    }
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A signal to end: what was started is dropped, and so stopped.
async fn stopped() -> Result<ExitCode> {
    let mut terminated = signal(SignalKind::terminate()).context("listen for signals")?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::from(130))
}
