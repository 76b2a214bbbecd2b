//! Does a message cost more in a house with many conversations than in one with few?

use std::sync::Arc;

use anyhow::Result;

use super::{letters, loaded, tell_load};
use crate::{
    arithmetic::per_thousand,
    client::open,
    clock::now_us,
    house::{House, Manner},
    letter::{Letter, Mail},
    provider::Provider,
    report::Section,
    stage::Stage,
    store::Kind,
};

/// Letters in a second: so few that no two of a conversation wait together, with few conversations too.
const PER_SECOND: f64 = 200.0;
/// A step that reaches every conversation before it reaches one again, in an order that looks like none.
const STEP: u64 = 7_368_787;
/// Where numbers of letters begin.
const FIRST: u64 = 1_000;

/// What a message cost.
struct Cost {
    cpu_s_per_1000: f64,
    taken_per_s: f64,
    p50_us: u64,
    p99_us: u64,
}

pub async fn measure(stage: &Stage, kind: Kind) -> Result<Section> {
    let mut section = Section::new(format!("size, {}", kind.word()));
    let [few, many] = stage.options.sizes();
    let first = with(stage, kind, few, &mut section).await?;
    let second = with(stage, kind, many, &mut section).await?;
    let ratio = |one: f64, other: f64| if one > 0.0 { other / one } else { 0.0 };
    let cpu = ratio(first.cpu_s_per_1000, second.cpu_s_per_1000);
    let taken = ratio(second.taken_per_s, first.taken_per_s);
    section.row(
        format!("processor time of a message, {many} beside {few}"),
        format!("{cpu:.2} times"),
        "flat: 1",
    );
    section.row(
        format!("time of a message when as many as can be are taken, {many} beside {few}"),
        format!("{taken:.2} times"),
        "flat: 1",
    );
    section.raw("ratio", serde_json::json!({ "few": few, "many": many, "cpu": cpu, "closed_loop": taken }));
    section.note("Conversations of 20 messages each, written by the database itself, without journals and raw bodies; every letter is of a known customer.");
    Ok(section)
}

async fn with(stage: &Stage, kind: Kind, conversations: u64, section: &mut Section) -> Result<Cost> {
    let name = format!("size-{conversations}");
    let mut provider = Provider::start(
        &stage.programs.sandbox,
        &stage.folder(&format!("{name}-{}-provider", kind.word()))?,
    )?;
    let mut house = House::furnish(stage, kind, &name, &provider)?;
    lead_one(&mut house).await?;
    let begun = std::time::Instant::now();
    house.store.fill(1, conversations)?;
    section.raw(&format!("{name}, seconds to fill"), begun.elapsed().as_secs_f64());
    let cost = cost(stage, &mut house, &mut provider, conversations, section).await?;
    let Cost { cpu_s_per_1000, taken_per_s, p50_us, p99_us } = cost;
    section.row(
        format!("{conversations} conversations: a message that is answered"),
        format!(
            "{:.2} ms of processor time, p50 {:.1} ms, p99 {:.1} ms",
            cpu_s_per_1000,
            p50_us as f64 / 1e3,
            p99_us as f64 / 1e3
        ),
        "",
    );
    section.row(
        format!("{conversations} conversations: taken, workers without work"),
        format!("{taken_per_s:.0} events/s"),
        "",
    );
    let bytes: i64 = house.store.mark()?.bytes.values().sum();
    section.raw(&name, serde_json::json!({ "cpu_s_per_1000": cpu_s_per_1000, "taken_per_s": taken_per_s, "p50_us": p50_us, "p99_us": p99_us, "bytes": bytes }));
    house.raze()?;
    Ok(cost)
}

/// The conversation that all others are copies of.
async fn lead_one(house: &mut House) -> Result<()> {
    let address = house.start(Manner::All).await?.address;
    crate::client::once(address, Letter::new(0, 0, now_us())?.request()?).await?;
    house.settle().await?;
    house.stop().await
}

async fn cost(
    stage: &Stage,
    house: &mut House,
    provider: &mut Provider,
    conversations: u64,
    section: &mut Section,
) -> Result<Cost> {
    let name = format!("{conversations} conversations");
    let customer = |place: u64| 1 + place.wrapping_mul(STEP) % conversations;
    let address = house.start(Manner::All).await?.address;
    let (before, answered) = (house.used()?, provider.look()?.count);
    let count = (PER_SECOND * stage.options.seconds()) as usize;
    let mail = Arc::new(Mail::write(count, FIRST, customer)?);
    let load = open(address, &mail, stage.options.connections, PER_SECOND).await?;
    let left = house.settle().await?;
    let cpu_s = house.used()?.cpu_s - before.cpu_s;
    tell_load(section, &format!("{name}, answered"), &load);
    let answers = provider.look()?;
    let now = answers.count - answered;
    section.check(
        now > 0 && now <= load.accepted && answers.doubled == 0 && left == 0,
        format!(
            "{name}: {} were taken, {now} answered, {} doubled, {left} uncertain or dead",
            load.accepted, answers.doubled
        ),
    );
    house.stop().await?;
    let address = house.start(Manner::Quiet).await?.address;
    let mail = Arc::new(Mail::write(letters(stage.options.seconds()), FIRST + count as u64, customer)?);
    let (most, _) = loaded(stage, house, address, &mail).await?;
    tell_load(section, &format!("{name}, taken"), &most);
    house.stop().await?;
    let latency = load.times.told();
    Ok(Cost {
        cpu_s_per_1000: per_thousand(cpu_s, load.accepted),
        taken_per_s: most.rate(),
        p50_us: latency.p50_us,
        p99_us: latency.p99_us,
    })
}
