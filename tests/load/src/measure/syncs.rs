//! How many events share one wait for the disk: counted by strace, in a short run of its own, since a file tells nothing of
//! the waits that it has seen. SQLite's `synchronous` is a connection's own and cannot be asked from outside: the waits
//! prove it.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result};

use crate::{
    client::closed,
    house::{House, is_installed},
    letter::Mail,
    report::Section,
    stage::Stage,
};

/// Where numbers of letters begin.
const FIRST: u64 = 90_000_000_000;

pub async fn measure(stage: &Stage, section: &mut Section, house: &mut House, known: u64) -> Result<()> {
    if !is_installed("strace") {
        section.note("Events in a commit: skipped, strace is not installed.");
        return Ok(());
    }
    let file = house.beside("calls.txt");
    let words = file.to_string_lossy().into_owned();
    let wrapper = ["strace", "-f", "--seccomp-bpf", "-c", "-e", "trace=fsync,fdatasync", "-o", &words];
    let address = house.start_under(&wrapper).await?.address;
    let seconds = stage.options.or_smoke(3.0, 0.5);
    let mail = Arc::new(Mail::write(super::letters(seconds), FIRST, |place| place % known)?);
    let load = closed(address, &mail, stage.options.connections, seconds).await?;
    house.stop().await?;
    let syncs = calls(&file)?;
    let each = load.accepted as f64 / syncs.max(1) as f64;
    section.check(syncs > 0, "the store never waited for the disk: is it durable?");
    section.row("events in a commit (events for each fdatasync, under strace)", format!("{each:.1}"), "");
    section.raw(
        "syncs",
        serde_json::json!({ "accepted": load.accepted, "syncs": syncs, "events_per_sync": each }),
    );
    Ok(())
}

/// The calls of strace's summary.
fn calls(file: &Path) -> Result<u64> {
    Ok(sum(&std::fs::read_to_string(file).context("read what strace counted")?))
}

/// `% time, seconds, usecs/call, calls, [errors], syscall`: the fourth word of a line of ours.
fn sum(summary: &str) -> u64 {
    let ours = summary.lines().filter(|line| line.trim_end().ends_with("sync"));
    ours.filter_map(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_calls_of_a_summary_are_added() {
        let summary = "% time     seconds  usecs/call     calls    errors syscall\n\
                       ------ ----------- ----------- --------- --------- ----------------\n \
                       99.10    0.500000         500      1000           fdatasync\n  \
                       0.90    0.005000         500        10         1 fsync\n\
                       ------ ----------- ----------- --------- --------- ----------------\n\
                       100.00    0.505000                  1010         1 total\n";
        assert_eq!(super::sum(summary), 1_010);
    }
}
