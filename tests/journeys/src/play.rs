//! Plays a story: what its people do is done, what it says of the house is asserted.

mod people;
mod state;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use serde_json::Value;
use tradepost_domain::Conversation;
use tradepost_sandbox::{Echo, Entry};

use crate::{
    house::{SHOP, STALL, Standing, TERMS, Wishes},
    story::{self, Line, span},
};

/// Plays `stories/<name>.txt`. Panics where the house does something else.
pub fn play(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories").join(format!("{name}.txt"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = story::read(&text);
    let wished = lines.iter().take_while(|line| line.who == "the").count();
    tradepost_testkit::run(async {
        let mut stage = Stage::set(&lines[..wished]).await;
        for line in &lines[wished..] {
            println!("{name}.txt:{} {} {} {}", line.number, line.who, line.what, line.words);
            stage.act(line).await;
        }
        stage.end().await;
    });
}

/// One of a storefront's customers: the account and the provider's id of the person.
type Customer = (&'static str, String);

struct Stage {
    standing: Standing,
    /// The provider's ids of people, by the names that the story gives them.
    people: BTreeMap<String, String>,
    /// How much of what a customer got the story has told.
    told: BTreeMap<Customer, usize>,
    /// Of whom the story spoke last.
    last: Option<Customer>,
    /// What was shown at the website and not told yet.
    shown: Vec<Value>,
    /// The choices below the answer that was told last.
    offered: Vec<String>,
    dead_letters: usize,
}

impl Stage {
    async fn set(wishes: &[Line]) -> Self {
        let mut wished = Wishes::default();
        for line in wishes {
            match line.what.as_str() {
                "shop gathers words for" => wished.quiet = Some(line.words.clone()),
                "shop may answer for a week" => wished.human_agent = true,
                "shop stumbles over glass" => wished.clumsy = true,
                "provider tells of our own lines" if line.how == "before its answer" => {
                    wished.echo = Echo::Before;
                }
                "provider tells of our own lines" => wished.echo = Echo::After,
                what => panic!("line {}: nobody can wish `{what}`", line.number),
            }
        }
        Self {
            standing: Standing::open(&wished).await,
            people: BTreeMap::new(),
            told: BTreeMap::new(),
            last: None,
            shown: Vec::new(),
            offered: Vec::new(),
            dead_letters: 0,
        }
    }

    async fn act(&mut self, line: &Line) {
        match (line.who.as_str(), line.what.as_str()) {
            ("shop" | "stall", "is silent") => self.nothing_is_untold(line),
            ("shop", "answers in parts") => self.answers_in_parts(line),
            ("shop", _) => self.answers(SHOP, line),
            ("stall", _) => self.answers(STALL, line),
            ("website", "shows") => self.shows(line),
            ("offers", _) => assert_eq!(self.offered.join(", "), line.words, "line {}", line.number),
            ("half", _) => self.pass(Duration::from_secs(1_800)).await,
            (number, unit) if number.parse::<u64>().is_ok() => self.pass(span(number, unit)).await,
            ("a", "person types in the app") => self.types(line).await,
            ("staff", _) => self.staff(line).await,
            ("last" | "transcript" | "events" | "dead" | "it", _) => self.is(line).await,
            (name, "is with" | "wants offers" | "wants no offers") => {
                self.last = Some((SHOP, self.person(name)));
                self.is(line).await;
            }
            (name, "asks at the website") => self.asks(name, line).await,
            (name, _) => {
                self.nothing_is_untold(line);
                self.does(name, line).await;
            }
        }
    }

    /// Every reply was told; so none came that nobody expects.
    fn nothing_is_untold(&self, line: &Line) {
        for (customer, told) in &self.told {
            let got = self.got(customer);
            assert!(got.len() == *told, "line {}: nobody expects {:?}", line.number, words(&got[*told]));
        }
        assert!(self.shown.is_empty(), "line {}: nobody expects {:?}", line.number, self.shown);
    }

    fn got(&self, (account, peer): &Customer) -> Vec<Entry> {
        self.standing.sandbox.log().received(account, peer)
    }

    fn answers(&mut self, account: &'static str, line: &Line) {
        let named =
            line.what.strip_prefix("answers").unwrap_or_else(|| panic!("line {}", line.number)).trim();
        let peer = match (named, &self.last) {
            ("", Some((_, peer))) => peer.clone(),
            ("", None) => panic!("line {}: whom?", line.number),
            (name, _) => self.person(name),
        };
        let customer = (account, peer);
        let told = self.told.entry(customer.clone()).or_default();
        let place = *told;
        *told += 1;
        let got = self.got(&customer);
        let entry = got.get(place).unwrap_or_else(|| panic!("line {}: there is no answer", line.number));
        assert_eq!(words(entry), line.words, "line {}", line.number);
        let titles = entry.body.pointer("/message/quick_replies").and_then(Value::as_array);
        self.offered = titles.into_iter().flatten().map(|choice| text_of(&choice["title"])).collect();
        self.last = Some(customer);
    }

    fn answers_in_parts(&mut self, line: &Line) {
        let customer = self.last.clone().unwrap_or_else(|| panic!("line {}: whom?", line.number));
        let got = self.got(&customer);
        let told = self.told.insert(customer, got.len()).unwrap_or_default();
        let parts: Vec<_> = got[told..].iter().map(words).collect();
        assert!(parts.len() > 1, "line {}: {} part", line.number, parts.len());
        assert!(parts.iter().all(|part| part.len() <= 1_000), "line {}: a part is too long", line.number);
        let expected = if line.words == "the terms" { TERMS.repeat(18) } else { line.words.clone() };
        assert_eq!(parts.join(" "), expected.trim(), "line {}", line.number);
    }

    fn shows(&mut self, line: &Line) {
        assert!(!self.shown.is_empty(), "line {}: the website shows nothing", line.number);
        let message = self.shown.remove(0);
        assert_eq!(text_of(&message["text"]), line.words, "line {}", line.number);
        let choices = message["choices"].as_array().cloned().unwrap_or_default();
        self.offered = choices.iter().map(|choice| text_of(&choice["title"])).collect();
    }

    async fn pass(&self, time: Duration) {
        self.standing.pass(time);
        self.standing.house.sweep().await.expect("the sweep looks around");
        self.standing.settle().await;
    }

    async fn conversation(&self) -> Conversation {
        let (account, peer) = self.last.clone().expect("the story spoke of somebody");
        self.standing.conversation(account, &peer).await
    }

    /// The provider's id of a person; the first time, a new one.
    fn person(&mut self, name: &str) -> String {
        let next = format!("99000000{:02}", self.people.len() + 1);
        self.people.entry(name.to_owned()).or_insert(next).clone()
    }

    async fn end(self) {
        let end = Line { number: 0, who: "end".into(), ..Line::default() };
        self.standing.settle().await;
        self.nothing_is_untold(&end);
        self.standing.is_at_peace(self.dead_letters).await;
        self.standing.close().await;
    }
}

/// What the customer reads.
fn words(entry: &Entry) -> String {
    entry.body.pointer("/message/text").map(text_of).unwrap_or_else(|| entry.body.to_string())
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
