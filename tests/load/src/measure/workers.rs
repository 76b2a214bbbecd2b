//! Two workers beside one: how much more they do when every answer waits for a slow provider.

use std::time::Duration;

use anyhow::Result;

use super::turns::with_workers;
use crate::{report::Section, stage::Stage, store::Kind};

/// How long the provider takes for a message.
const DELAY: Duration = Duration::from_millis(20);

pub async fn measure(stage: &Stage) -> Result<Section> {
    let mut section = Section::new("one worker and two, postgres and redis");
    if let Some(why) = stage.refuses(Kind::Postgres) {
        section.note(why);
        return Ok(section);
    }
    if !stage.options.stores().contains(&Kind::Postgres) {
        section.note("skipped: it needs --store postgres");
        return Ok(section);
    }
    let one = with_workers(stage, 1, DELAY, &mut section).await?;
    let two = with_workers(stage, 2, DELAY, &mut section).await?;
    let times = two / one.max(f64::MIN_POSITIVE);
    section.row("one worker", format!("{one:.0} turns/s"), "");
    section.row("two workers", format!("{two:.0} turns/s"), "");
    section.row("two beside one", format!("{times:.2} times"), "1.6 times");
    section.raw(
        "workers",
        serde_json::json!({ "one": one, "two": two, "times": times, "delay_ms": DELAY.as_millis() as u64 }),
    );
    section.note("The provider takes 20 ms for each message; letters wait in the store before a worker starts, spread over 8 accounts.");
    Ok(section)
}
