//! Plays a story: what its people do is done, what it says of the house is asserted.

mod answer;
mod crowd;
mod instagram;
mod known;
mod people;
mod state;
mod telegram;
mod whatsapp;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use serde_json::Value;
use tradepost_domain::Conversation;
use tradepost_sandbox::{Echo, Entry};

use self::answer::{offers, text_of, words};
use crate::{
    bots::is_bot,
    house::{BOT, NUMBER, RESOLD, SHOP, STALL, STALLS_BOT, Standing, TERMS, Wishes},
    numbers::is_number,
    story::{self, Channel, Line, span},
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

/// One of a storefront's customers: the account and the provider's id of the person; on WhatsApp, where ids change, the
/// story's own name, which the sandbox knows as well.
type Customer = (&'static str, String);

struct Stage {
    standing: Standing,
    /// The shop's number.
    number: &'static str,
    /// Where people are who were nowhere yet.
    home: Channel,
    /// Where people were last.
    whereabouts: BTreeMap<String, &'static str>,
    /// The provider's ids of people, by the names that the story gives them.
    people: BTreeMap<String, String>,
    /// How much of what a customer got the story has told.
    told: BTreeMap<Customer, usize>,
    /// Of whom the story spoke last.
    last: Option<Customer>,
    /// Many people, and their numbers.
    crowd: Vec<(Customer, usize)>,
    /// What was shown at the website and not told yet.
    shown: Vec<Value>,
    /// The choices below the answer that was told last.
    offered: Vec<String>,
    dead_letters: usize,
    /// Lines of which nobody knows whether they were taken.
    uncertain: usize,
    /// Codes that the provider may refuse with.
    refusals: Vec<i64>,
}

impl Stage {
    async fn set(wishes: &[Line]) -> Self {
        let mut wished = Wishes::default();
        let (mut number, mut home) = (NUMBER, Channel::Instagram);
        for line in wishes {
            match line.what.as_str() {
                "shop is" => home = line.on.unwrap_or(home),
                "number speaks the reseller's way" => number = RESOLD,
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
            number,
            home,
            whereabouts: BTreeMap::new(),
            people: BTreeMap::new(),
            told: BTreeMap::new(),
            last: None,
            crowd: Vec::new(),
            shown: Vec::new(),
            offered: Vec::new(),
            dead_letters: 0,
            uncertain: 0,
            refusals: Vec::new(),
        }
    }

    async fn act(&mut self, line: &Line) {
        match (line.who.as_str(), line.what.as_str()) {
            ("shop" | "stall", "is silent") => self.nothing_is_untold(line),
            ("shop", "answers in parts") => self.answers_in_parts(line),
            ("shop", "has heard") => self.has_heard(line).await,
            ("shop", what) if what.ends_with(" lines") => self.answers_lines(what, line),
            ("each", "is answered") => self.answers_each(line),
            ("shop", _) => self.answers(SHOP, line),
            ("stall", _) => self.answers(self.stall(), line),
            ("website", "shows") => self.shows(line),
            ("offers", _) => assert_eq!(self.offered.join(", "), line.words, "line {}", line.number),
            ("half", _) => self.pass(Duration::from_secs(1_800)).await,
            (number, "people write") => self.many_write(number, line).await,
            (number, unit) if number.parse::<u64>().is_ok() => self.pass(span(number, unit)).await,
            ("a", "person types in the app") => self.types(line).await,
            ("staff", _) => self.staff(line).await,
            ("next" | "number" | "template", _) => self.provider(line).await,
            ("bot", _) => self.bot(line),
            ("last", "answer came after") => self.answered_after(line),
            ("lines", "nobody knows of") => {
                self.uncertain =
                    line.words.parse().unwrap_or_else(|_| panic!("line {}: how many?", line.number));
            }
            ("provider", "refuses with") => {
                self.refusals.push(line.words.parse().unwrap_or_else(|_| panic!("line {}", line.number)));
            }
            ("last" | "transcript" | "events" | "dead" | "it" | "conversations" | "ledger", _) => {
                self.is(line).await
            }
            (name, "is with" | "wants offers" | "wants no offers" | "is known by") => {
                self.last = Some(self.customer(name, line));
                self.is(line).await;
            }
            (name, "sees") => self.sees(name, line).await,
            (name, "has the number" | "hides her number" | "shows her number") => self.shows_ids(name, line),
            (name, "gets lines as") => self.gets_lines_as(name, line),
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
        let customer = self.whom(account, line);
        let told = self.told.entry(customer.clone()).or_default();
        let place = *told;
        *told += 1;
        let got = self.got(&customer);
        let entry = got.get(place).unwrap_or_else(|| panic!("line {}: there is no answer", line.number));
        assert_eq!(words(entry), line.words, "line {}", line.number);
        self.offered = offers(entry);
        self.last = Some(customer);
    }

    /// Whom an answer goes to: the person named, else of whom the story spoke last.
    fn whom(&mut self, account: &'static str, line: &Line) -> Customer {
        let named =
            line.what.strip_prefix("answers").unwrap_or_else(|| panic!("line {}", line.number)).trim();
        match named {
            "" | "with" => match &self.last {
                Some((_, peer)) if account == self.stall() => (account, peer.clone()),
                Some(last) => last.clone(),
                None => panic!("line {}: whom?", line.number),
            },
            name if account == self.stall() => (account, self.person(name)),
            name => self.customer(name, line),
        }
    }

    fn answers_in_parts(&mut self, line: &Line) {
        let customer = self.last.clone().unwrap_or_else(|| panic!("line {}: whom?", line.number));
        let longest = if is_number(customer.0) || is_bot(customer.0) { 4_096 } else { 1_000 };
        let got = self.got(&customer);
        let told = self.told.insert(customer, got.len()).unwrap_or_default();
        let parts: Vec<_> = got[told..].iter().map(words).collect();
        assert!(parts.len() > 1, "line {}: {} part", line.number, parts.len());
        assert!(parts.iter().all(|part| part.len() <= longest), "line {}: a part is too long", line.number);
        let expected = match line.words.as_str() {
            "the terms" => TERMS.repeat(18),
            "the long terms" => TERMS.repeat(36),
            words => words.to_owned(),
        };
        assert_eq!(parts.join(" "), expected.trim(), "line {}", line.number);
    }

    /// Lines that were numbered when they were written.
    fn answers_lines(&mut self, what: &str, line: &Line) {
        let customer = self.last.clone().unwrap_or_else(|| panic!("line {}: whom?", line.number));
        let many = what.trim_start_matches("answers ").trim_end_matches(" lines").parse::<usize>();
        let got = self.got(&customer);
        let told = self.told.insert(customer, got.len()).unwrap_or_default();
        let came: Vec<_> = got[told..].iter().map(words).collect();
        let many = many.unwrap_or_else(|_| panic!("line {}: how many?", line.number));
        let expected: Vec<_> = (1..=many).map(|place| format!("{} {place}", line.words)).collect();
        assert_eq!(came, expected, "line {}", line.number);
    }

    /// Everybody of a crowd got one answer, with their number.
    fn answers_each(&mut self, line: &Line) {
        for (customer, place) in self.crowd.clone() {
            let got = self.got(&customer);
            let told = self.told.insert(customer, got.len()).unwrap_or_default();
            let expected = format!("{} {place}", line.words);
            assert_eq!(got[told..].iter().map(words).collect::<Vec<_>>(), [expected], "line {}", line.number);
        }
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
        let customer = self.last.clone().expect("the story spoke of somebody");
        self.standing.conversation(customer.0, &self.ids(&customer)).await
    }

    /// The ids that the provider may have told us of a customer.
    fn ids(&self, (account, peer): &Customer) -> Vec<String> {
        if !is_number(account) {
            return vec![peer.clone()];
        }
        let profile = self.profile(account, peer);
        profile.wa_id.into_iter().chain(profile.user_id).collect()
    }

    /// A person where the line says, else where they were last, else where people are.
    fn customer(&mut self, name: &str, line: &Line) -> Customer {
        let there = match (line.on, self.whereabouts.get(name)) {
            (None, Some(account)) => *account,
            (on, _) => match on.unwrap_or(self.home) {
                Channel::Instagram => SHOP,
                Channel::WhatsApp => self.number,
                Channel::Telegram => BOT,
            },
        };
        (there, if is_number(there) { name.to_owned() } else { self.person(name) })
    }

    /// The Stall, where people are.
    fn stall(&self) -> &'static str {
        if self.home == Channel::Telegram { STALLS_BOT } else { STALL }
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
        self.standing.is_at_peace(self.dead_letters, self.uncertain, &self.refusals).await;
        self.standing.close().await;
    }
}

/// How the people of a crowd are called, before their numbers.
const CROWD: &str = "person";
