//! From an event to the provider's call: how long one takes on an idle machine, and how many a busy house does.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use super::{letters, loaded, mb, tell_load, tell_used};
use crate::{
    arithmetic::rate,
    client::Connection,
    clock::now_us,
    house::{House, Manner},
    latency::Times,
    letter::{Letter, Mail, peer},
    provider::Provider,
    report::Section,
    stage::Stage,
    store::Kind,
};

/// An answer that does not come by then never does.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nothing happens for so long between two letters.
const REST: Duration = Duration::from_millis(20);
/// The provider's log has whole milliseconds: a time of it was half of one more, on average.
const HALF_MS: i64 = 500;
/// Customers of the busy part.
const CROWD: u64 = 1_000_000;

pub async fn measure(stage: &Stage, kind: Kind) -> Result<Section> {
    let mut section = Section::new(format!("turns, {}", kind.word()));
    let folder = stage.folder(&format!("turns-{}-provider", kind.word()))?;
    let mut provider = Provider::start(&stage.programs.sandbox, &folder)?;
    let mut house = House::furnish(stage, kind, "turns", &provider)?;
    one_by_one(stage, &mut section, &mut house, &mut provider).await?;
    busy(stage, &mut section, &mut house, &mut provider).await?;
    house.stop().await?;
    house.raze()?;
    Ok(section)
}

/// Customers who are new write one after the other.
async fn one_by_one(
    stage: &Stage,
    section: &mut Section,
    house: &mut House,
    provider: &mut Provider,
) -> Result<()> {
    let mut connection = Connection::open(house.start(Manner::All).await?.address).await?;
    let (mut from_sending, mut from_answer) = (Times::new()?, Times::new()?);
    let many = stage.options.or_smoke(300, 10);
    for customer in 0..many {
        let letter = Letter::new(customer, customer, now_us())?;
        let sent = now_us();
        let (status, _) = connection.send(letter.request()?).await?;
        let answered = now_us();
        section.check(status.is_success(), format!("a letter was answered with {status}"));
        let called = called(provider, customer).await?;
        let since = |begun: i64| u64::try_from(called - begun).unwrap_or_default();
        from_sending.record_us(since(sent));
        from_answer.record_us(since(answered));
        tokio::time::sleep(REST).await;
    }
    let (sending, answer) = (from_sending.told(), from_answer.told());
    section.row("one at a time: sent to provider's call, p50 / p90 / p99 / max", &sending, "p50 10 ms");
    section.row("one at a time: 200 to provider's call, p50 / p90 / p99 / max", &answer, "");
    section.note("The provider's log has whole milliseconds; half of one is added to its times. What comes before the 200 counts as 0.");
    section.raw("one at a time, from sending", sending);
    section.raw("one at a time, from the 200", answer);
    section.check(
        provider.answers.count == many && provider.answers.doubled == 0,
        format!("{many} were taken: {:?}", counts(provider)),
    );
    Ok(())
}

/// When the customer's answer came to the provider, in microseconds since 1970.
async fn called(provider: &mut Provider, customer: u64) -> Result<i64> {
    let (customer, begun) = (peer(customer), Instant::now());
    loop {
        if let Some(at_ms) = provider.look()?.latest_ms.get(&customer) {
            return Ok(at_ms * 1_000 + HALF_MS);
        }
        if begun.elapsed() > PATIENCE {
            bail!("see an answer within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// As many customers as the house takes write once each; it is over when the last has an answer.
async fn busy(
    stage: &Stage,
    section: &mut Section,
    house: &mut House,
    provider: &mut Provider,
) -> Result<()> {
    house.stop().await?;
    let address = house.start(Manner::All).await?.address;
    let before = provider.look()?.count;
    let mail = Arc::new(Mail::write(letters(stage.options.seconds()), CROWD, |place| CROWD + place)?);
    let (load, _) = loaded(stage, house, address, &mail).await?;
    tell_load(section, "busy", &load);
    let left = house.settle().await?;
    let used = house.used()?;
    let answers = provider.look()?;
    let (answered, last_ms) = (answers.count - before, answers.last_ms());
    let lost = mail.writers().filter(|writer| !answers.latest_ms.contains_key(&peer(*writer))).count();
    section.check(
        answered == load.accepted && lost == 0 && left == 0 && answers.doubled == 0,
        format!(
            "{} were taken, {answered} answered, {lost} lost, {} doubled, {left} uncertain or dead",
            load.accepted, answers.doubled
        ),
    );
    let seconds = (last_ms * 1_000 - load.begun_us) as f64 / 1_000_000.0;
    let turns = rate(answered, seconds);
    section.row("busy: events taken meanwhile", format!("{:.0} events/s", load.rate()), "");
    section.row("busy: turns answered, first letter to last call", format!("{turns:.0} turns/s"), "");
    section.row("busy: most memory", mb(used.most_resident), "200 MB");
    tell_used(section, "busy", used, answered);
    section.raw("busy, turns", serde_json::json!({ "answered": answered, "seconds": seconds, "per_second": turns, "lost": lost, "doubled": answers.doubled }));
    Ok(())
}

fn counts(provider: &Provider) -> (u64, u64) {
    (provider.answers.count, provider.answers.doubled)
}

/// Turns in a second of several processes, when each call takes the provider so long.
pub async fn with_workers(
    stage: &Stage,
    workers: usize,
    delay: Duration,
    section: &mut Section,
) -> Result<f64> {
    let name = format!("workers-{workers}");
    let mut provider = Provider::start(&stage.programs.sandbox, &stage.folder(&format!("{name}-provider"))?)?;
    provider.takes(delay).await?;
    let mut house = House::furnish_for_several(stage, &name, &provider)?;
    let address = house.start(Manner::Web).await?.address;
    let count = stage.options.or_smoke(20_000, 200);
    let mail = Arc::new(Mail::write(count, CROWD, |place| CROWD + place)?);
    let load = crate::client::closed(address, &mail, stage.options.connections, 600.0).await?;
    tell_load(section, &name, &load);
    // All letters wait already: what is measured is the workers' and not the door's.
    let begun = now_us();
    let mut running = Vec::new();
    for _ in 0..workers {
        running.push(house.start_one(Manner::Worker, &[]).await?);
    }
    let left = house.settle().await?;
    let answers = provider.look()?;
    section.check(
        answers.count == load.accepted && answers.doubled == 0 && left == 0,
        format!(
            "{name}: {} were taken, {} answered, {} doubled, {left} uncertain or dead",
            load.accepted, answers.count, answers.doubled
        ),
    );
    let turns = rate(answers.count, (answers.last_ms() * 1_000 - begun) as f64 / 1_000_000.0);
    for one in running {
        one.stop().await.context("stop a worker")?;
    }
    house.stop().await?;
    house.raze()?;
    Ok(turns)
}
