//! The story: what customers do, what they should get for it, once each.

use std::time::{Duration, Instant};

use tradepost_domain::{Content, Delivery as Way};
use tradepost_ports::store::StaffWord;

use super::{
    show,
    stage::{ACCOUNT, DemoError, Stage},
};
use crate::adapters::sandbox::{Action, Batch, Customer, Delivery, StoryRef};

/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often we look.
const LOOK: Duration = Duration::from_millis(25);
/// How long silence must last to count as silence.
const SILENCE: Duration = Duration::from_millis(600);

/// A customer and what passes with them.
pub(super) struct Scene {
    pub(super) title: &'static str,
    number: u8,
    steps: Vec<Step>,
}

enum Step {
    /// The customer does this.
    Does(Vec<Action>, Delivery),
    /// A person of the shop says a word.
    Staff(StaffWord),
    /// The customer gets one more message, with these words in it.
    Gets(&'static str),
    /// The customer gets nothing more.
    GetsNothing,
}

impl Scene {
    pub(super) fn all() -> Vec<Self> {
        let scenes = [
            ("Three questions, three rules", three_rules()),
            ("A picture without words", vec![does(Action::picture()), Step::Gets("did not understand")]),
            ("An answer to the shop's story", story_reply()),
            ("A burst of messages is answered once", burst()),
            ("A question that no rule knows", unknown()),
            ("Our own words come back as an echo", echo()),
            ("The provider delivers a webhook twice", twice()),
            ("A person takes over and hands back", person()),
        ];
        let scene = |(number, (title, steps))| Self { title, number, steps };
        (1..).zip(scenes).map(scene).collect()
    }

    /// The customer's id at the provider.
    fn customer(&self, stage: &Stage) -> String {
        format!("99{:08}{:02}", stage.run, self.number)
    }

    /// What the customer should have got, in order.
    fn expected(&self) -> Vec<&'static str> {
        let words = |step: &Step| if let Step::Gets(words) = step { Some(*words) } else { None };
        self.steps.iter().filter_map(words).collect()
    }
}

fn does(action: Action) -> Step {
    Step::Does(vec![action], Delivery::default())
}

fn says(text: &str) -> Step {
    does(Action::text(text))
}

fn three_rules() -> Vec<Step> {
    vec![
        says("Hi! Where is my order?"),
        Step::Gets("I find no order of yours"),
        says("And what is the price of the red mug?"),
        Step::Gets("Which product do you mean"),
        says("How can I contact you?"),
        Step::Gets("desk@corner-shop.example"),
    ]
}

fn story_reply() -> Vec<Step> {
    let action = Action::StoryReply { text: "Lovely! Is it in stock?".into(), story: StoryRef::default() };
    vec![does(action), Step::Gets("Which product do you mean")]
}

fn burst() -> Vec<Step> {
    let words = ["Hello", "it is me again", "what does delivery cost to Lisbon?"];
    let actions = words.map(Action::text).into();
    let delivery = Delivery { batch: Batch::Messaging, ..Delivery::default() };
    vec![Step::Does(actions, delivery), Step::Gets("I find no order of yours"), Step::GetsNothing]
}

fn unknown() -> Vec<Step> {
    vec![says("Can you teach my parrot to sing?"), Step::Gets("did not understand")]
}

fn echo() -> Vec<Step> {
    vec![says("What are your opening hours?"), Step::Gets("desk@corner-shop.example"), Step::GetsNothing]
}

fn twice() -> Vec<Step> {
    let delivery = Delivery { times: 2, ..Delivery::default() };
    let step = Step::Does(vec![Action::text("Is the blue one available?")], delivery);
    vec![step, Step::Gets("Which product do you mean"), Step::GetsNothing]
}

fn person() -> Vec<Step> {
    let by = || "Robin".to_owned();
    let line = Content::text("Robin here: I have put one aside for you.");
    vec![
        says("I would like to talk to a person"),
        Step::Gets("will answer you here"),
        Step::Staff(StaffWord::TakeOver { by: by(), until: None }),
        Step::Staff(StaffWord::Say { by: by(), content: line }),
        Step::Gets("I have put one aside"),
        says("Thank you! What is the price?"),
        Step::GetsNothing,
        Step::Staff(StaffWord::HandBack),
        says("And where do I find your address?"),
        Step::Gets("desk@corner-shop.example"),
    ]
}

/// Plays a scene and shows it. Returns what did not come.
pub(super) async fn play(stage: &Stage, scene: &Scene) -> Result<Vec<String>, DemoError> {
    show::title(scene.title);
    let id = scene.customer(stage);
    let customer = stage.sandbox.customer(ACCOUNT, &id)?;
    let (mut got, mut differences, mut shown) = (0, Vec::new(), 0);
    for step in &scene.steps {
        match step {
            Step::Does(actions, delivery) => {
                let delivered = customer.does_all(actions.clone(), delivery).await?;
                if !delivered.accepted() {
                    differences.push(format!(
                        "{}: the house refused a webhook ({:?})",
                        scene.title,
                        delivered.status()
                    ));
                }
            }
            Step::Staff(word) => staff(stage, &id, word).await?,
            Step::Gets(words) => {
                got += 1;
                if !comes(stage, &id, got).await {
                    differences.push(format!("{}: \"…{words}…\" did not come in time", scene.title));
                    break;
                }
                seen(stage, &customer, &id).await?;
            }
            Step::GetsNothing => tokio::time::sleep(SILENCE).await,
        }
        if matches!(step, Step::Gets(_) | Step::GetsNothing) {
            shown = show::lines(stage, &id, shown).await?;
        }
    }
    show::lines(stage, &id, shown).await?;
    Ok(differences)
}

async fn staff(stage: &Stage, id: &str, word: &StaffWord) -> Result<(), DemoError> {
    let Some(conversation) = stage.conversation(id).await? else { return Ok(()) };
    show::staff(word);
    stage.house.staff(conversation, word.clone()).await?;
    let begun = Instant::now();
    while !stage.house.settled(conversation).await? && begun.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Waits until the customer has got so many messages.
async fn comes(stage: &Stage, id: &str, count: usize) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if stage.sandbox.log().received(ACCOUNT, id).len() >= count {
            return true;
        }
        tokio::time::sleep(LOOK).await;
    }
    false
}

/// The customer reads it; the receipt finds its line.
async fn seen(stage: &Stage, customer: &Customer, id: &str) -> Result<(), DemoError> {
    customer.does(Action::Read { mid: None }).await?;
    let Some(conversation) = stage.conversation(id).await? else { return Ok(()) };
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        let lines = stage.transcript(conversation).await?;
        let last = lines.iter().rev().find_map(|written| written.line.delivery);
        if last.is_none_or(|way| way == Way::Read) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Compares the sandbox's own log with what every customer should have got, once each.
pub(super) fn judge(stage: &Stage) -> Vec<String> {
    Scene::all().iter().flat_map(|scene| judge_one(stage, scene)).collect()
}

fn judge_one(stage: &Stage, scene: &Scene) -> Vec<String> {
    let id = scene.customer(stage);
    let (all, texts) =
        (stage.sandbox.log().received(ACCOUNT, &id).len(), stage.sandbox.log().texts(ACCOUNT, &id));
    let expected = scene.expected();
    let mut differences = Vec::new();
    if all != expected.len() {
        differences.push(format!(
            "{}: {} messages were expected, {all} came: {texts:?}",
            scene.title,
            expected.len()
        ));
    }
    for (text, words) in texts.iter().zip(&expected) {
        if !text.contains(words) {
            differences.push(format!("{}: \"…{words}…\" was expected, \"{text}\" came", scene.title));
        }
    }
    differences
}
