//! How many small units a second a store keeps, every one on disk before it is answered:
//! `cargo run --profile ci -p tradepost-store-sql --example throughput -- FOLDER [CALLERS] [UNITS]`.

use std::{path::PathBuf, sync::Arc, time::Instant};

use tradepost_ports::Store as _;
use tradepost_store_sql::{SqliteOptions, SqliteStore};
use tradepost_testkit::make;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder on the disk to measure")?);
    let callers: u64 = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let units: u64 = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let path = folder.join("throughput.db");
    let store = Arc::new(SqliteStore::open(&path, SqliteOptions::default()).await?);
    println!("{:?}", store.writer_pragmas().await?);

    let begun = Instant::now();
    let tasks: Vec<_> =
        (0..callers).map(|caller| tokio::spawn(call(store.clone(), caller, callers, units))).collect();
    for task in tasks {
        task.await??;
    }
    let (seconds, committed) = (begun.elapsed().as_secs_f64(), store.committed());
    println!(
        "{} units of one event row (1 KB) in {} commits, {callers} callers: {:.0} units/s, {:.0} commits/s",
        committed.units,
        committed.commits,
        committed.units as f64 / seconds,
        committed.commits as f64 / seconds,
    );
    store.close().await;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("throughput.db{end}")));
    }
    Ok(())
}

/// Writes this caller's share, one unit after the other.
async fn call(
    store: Arc<SqliteStore>,
    caller: u64,
    callers: u64,
    units: u64,
) -> Result<(), tradepost_ports::StoreError> {
    for n in (caller..units).step_by(usize::try_from(callers).unwrap_or(1)) {
        let mut event = make::stored_event(n);
        event.raw = "x".repeat(1_000);
        store.write(Box::new(move |unit| Box::pin(async move { unit.record(&event).await }))).await?;
    }
    Ok(())
}
