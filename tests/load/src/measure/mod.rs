//! The measurements.

mod channels;
mod ingest;
mod limits;
mod open;
mod size;
mod syncs;
mod turns;
mod workers;

use std::sync::Arc;

use anyhow::Result;

use crate::{
    arithmetic::per_thousand,
    client::{Load, closed},
    house::House,
    letter::Mail,
    options::{Measurement, Options},
    process::Used,
    report::{Report, Section},
    stage::Stage,
};

/// Letters that are written for a second of load: more than a house of two cores takes.
const LETTERS_PER_SECOND: f64 = 16_000.0;

/// Measures what is asked for.
pub async fn all(options: &Options, report: &mut Report) -> Result<()> {
    let stage = Stage::set(options)?;
    let mut section = Section::new("programs");
    section.row("tradepost", stage.programs.house.display(), "");
    section.row("tradepost-sandbox", stage.programs.sandbox.display(), "");
    section.raw("programs", &stage.programs);
    report.add(section);
    for kind in options.stores() {
        for (measurement, name) in NAMES {
            if !options.asks_for(measurement) {
                continue;
            }
            let title = format!("{name}, {}", kind.word());
            match (stage.refuses(kind), measurement) {
                (Some(why), _) => report.add(Section::skipped(title, why)),
                (None, Measurement::Ingest) if options.channel.is_some() => {
                    report.add(channels::measure(&stage, kind).await?);
                }
                (None, Measurement::Ingest) => {
                    report.add(open::measure(&stage, kind).await?);
                    report.add(ingest::measure(&stage, kind).await?);
                }
                (None, Measurement::Turns) => report.add(turns::measure(&stage, kind).await?),
                (None, Measurement::Limits) => report.add(limits::measure(&stage, kind, title).await?),
                (None, _) => report.add(size::measure(&stage, kind).await?),
            }
        }
    }
    if options.asks_for(Measurement::Turns) {
        report.add(workers::measure(&stage).await?);
    }
    Ok(())
}

const NAMES: [(Measurement, &str); 4] = [
    (Measurement::Ingest, "ingest"),
    (Measurement::Turns, "turns"),
    (Measurement::Limits, "limits"),
    (Measurement::Size, "size"),
];

/// How many letters are written for a load.
fn letters(seconds: f64) -> usize {
    (seconds * LETTERS_PER_SECOND) as usize
}

/// A load in the closed loop, and what the house used meanwhile.
async fn loaded(
    stage: &Stage,
    house: &House,
    address: std::net::SocketAddr,
    mail: &Arc<Mail>,
) -> Result<(Load, Used)> {
    let before = house.used()?;
    let load = closed(address, mail, stage.options.connections, stage.options.seconds()).await?;
    let after = house.used()?;
    Ok((load, Used { cpu_s: after.cpu_s - before.cpu_s, ..after }))
}

/// Tells of a load that nothing may fail in.
fn tell_load(section: &mut Section, name: &str, load: &Load) {
    let latency = load.times.told();
    section.check(load.accepted > 0, format!("{name}: nothing was taken"));
    section.check(load.failed == 0, format!("{name}: {} requests failed", load.failed));
    section.raw(name, serde_json::json!({
        "accepted": load.accepted, "failed": load.failed, "seconds": load.seconds, "per_second": load.rate(), "latency": latency,
    }));
}

/// Tells what a house used for so many events.
fn tell_used(section: &mut Section, name: &str, used: Used, events: u64) {
    let cpu = per_thousand(used.cpu_s, events);
    section.row(format!("{name}: processor time of the house for 1,000 events"), format!("{cpu:.3} s"), "");
    section.raw(&format!("{name}, used"), used);
    section.raw(&format!("{name}, cpu_s_per_1000"), cpu);
}

/// Bytes as people read them.
fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}
