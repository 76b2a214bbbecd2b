//! Plays scenes, and compares what came with what should have come.

use std::time::{Duration, Instant};

use tradepost_domain::Delivery as Way;
use tradepost_ports::store::StaffWord;

use super::{
    place::{Place, Somebody},
    scene::{Scene, Step},
    show,
    stage::{DemoError, Stage},
};

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often we look.
const LOOK: Duration = Duration::from_millis(25);
/// How long silence must last to count as silence.
const SILENCE: Duration = Duration::from_millis(600);

/// All scenes of a place, one after the other. Returns what did not come.
pub(super) async fn all(stage: &Stage, place: Place) -> Result<Vec<String>, DemoError> {
    let mut differences = Vec::new();
    for scene in Scene::at(place) {
        differences.extend(one(stage, &scene).await?);
    }
    Ok(differences)
}

/// Plays a scene and shows it.
async fn one(stage: &Stage, scene: &Scene) -> Result<Vec<String>, DemoError> {
    show::title(scene.place, scene.title);
    let id = scene.customer(stage.run);
    let customer = Somebody::of(stage, scene.place, &id)?;
    let with = (scene.place, id.as_str());
    let (mut got, mut differences, mut shown) = (0, Vec::new(), 0);
    for step in &scene.steps {
        match step {
            Step::Does(doing, delivery) => {
                let delivered = customer.does(doing.clone(), delivery).await?;
                if !delivered.accepted() {
                    let status = delivered.status();
                    differences.push(format!("{}: the house refused a webhook ({status:?})", scene.title));
                }
            }
            Step::Staff(word) => staff(stage, with, word).await?,
            Step::Gets(words) => {
                got += 1;
                if !comes(stage, with, got).await {
                    differences.push(format!("{}: \"…{words}…\" did not come in time", scene.title));
                    break;
                }
                customer.reads().await?;
                seen(stage, with).await?;
            }
            Step::GetsNothing => tokio::time::sleep(SILENCE).await,
        }
        if matches!(step, Step::Gets(_) | Step::GetsNothing) {
            shown = show::lines(stage, with, shown).await?;
        }
    }
    show::lines(stage, with, shown).await?;
    Ok(differences)
}

/// A customer: where, and the provider's id.
pub(super) type With<'a> = (Place, &'a str);

async fn staff(stage: &Stage, with: With<'_>, word: &StaffWord) -> Result<(), DemoError> {
    let Some(conversation) = stage.conversation(with).await? else { return Ok(()) };
    show::staff(with.0, word);
    stage.house.staff(conversation, word.clone()).await?;
    let begun = Instant::now();
    while !stage.house.settled(conversation).await? && begun.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Waits until the customer has got so many messages.
async fn comes(stage: &Stage, (place, id): With<'_>, count: usize) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if stage.sandbox.log().received(place.account(), id).len() >= count {
            return true;
        }
        tokio::time::sleep(LOOK).await;
    }
    false
}

/// The receipt of what was read finds its line; where there are no receipts, the line knows that it has left.
async fn seen(stage: &Stage, with: With<'_>) -> Result<(), DemoError> {
    let Some(conversation) = stage.conversation(with).await? else { return Ok(()) };
    let last_way = if with.0.tells_of_reading() { Way::Read } else { Way::Sent };
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        let lines = stage.transcript(conversation).await?;
        let last = lines.iter().rev().find_map(|written| written.line.delivery);
        if last.is_none_or(|way| way == last_way) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Compares the sandbox's own log with what every customer should have got, once each.
pub(super) fn judge(stage: &Stage) -> Vec<String> {
    let scenes = Place::ALL.into_iter().flat_map(Scene::at);
    scenes.flat_map(|scene| judge_one(stage, &scene)).collect()
}

fn judge_one(stage: &Stage, scene: &Scene) -> Vec<String> {
    let (account, id) = (scene.place.account(), scene.customer(stage.run));
    let log = stage.sandbox.log();
    let (all, texts) = (log.received(account, &id).len(), log.texts(account, &id));
    let (expected, title) = (scene.expected(), scene.title);
    let mut differences = Vec::new();
    if all != expected.len() {
        differences
            .push(format!("{title}: {} messages were expected, {all} came: {texts:?}", expected.len()));
    }
    for (text, words) in texts.iter().zip(&expected) {
        if !text.contains(words) {
            differences.push(format!("{title}: \"…{words}…\" was expected, \"{text}\" came"));
        }
    }
    differences
}
