//! How long a house takes to open, and what it holds when nobody comes.

use std::time::Duration;

use anyhow::Result;

use super::mb;
use crate::{
    house::{House, Manner},
    provider::Provider,
    report::Section,
    stage::Stage,
    store::Kind,
};

/// Starts with the schema in place, the median is told; then memory after a while without a request.
pub async fn measure(stage: &Stage, kind: Kind) -> Result<Section> {
    let mut section = Section::new(format!("start and rest, {}", kind.word()));
    let folder = stage.folder(&format!("start-{}-provider", kind.word()))?;
    let provider = Provider::start(&stage.programs.sandbox, &folder)?;
    let mut house = House::furnish(stage, kind, "start", &provider)?;
    let mut starts = Vec::new();
    for _ in 0..stage.options.or_smoke(5, 1) {
        starts.push(house.start(Manner::All).await?.ready_after.as_secs_f64() * 1_000.0);
        house.stop().await?;
    }
    starts.sort_by(f64::total_cmp);
    section.row("start to the first 200 (median)", format!("{:.0} ms", starts[starts.len() / 2]), "300 ms");
    section.raw("starts_ms", &starts);
    house.start(Manner::All).await?;
    tokio::time::sleep(Duration::from_secs_f64(stage.options.or_smoke(5.0, 0.5))).await;
    let used = house.used()?;
    section.row("memory at rest", mb(used.resident), "40 MB");
    section.raw("at_rest", used);
    house.stop().await?;
    house.raze()?;
    Ok(section)
}
