//! What people do: customers at the provider and at the website, and persons of the shop.

use std::time::Duration;

use tradepost_domain::{
    Choice, Content, Media, MediaKind, Template,
    template::{Category, Parameter},
};
use tradepost_ports::store::StaffWord;
use tradepost_sandbox::{Batch, Delivery};

use super::Stage;
use crate::{
    ask::ask,
    bots::is_bot,
    house::{NOBODYS, NOBODYS_NUMBER, TERMS},
    numbers::is_number,
    story::Line,
};

impl Stage {
    /// A customer does something at the provider, whose webhooks are all taken.
    pub(super) async fn does(&mut self, name: &str, line: &Line) {
        let customer = match line.how.as_str() {
            "to the stall" => (self.stall(), self.person(name)),
            "to an unknown account" => (NOBODYS, self.person(name)),
            "to an unknown number" => (NOBODYS_NUMBER, name.to_owned()),
            _ => self.customer(name, line),
        };
        let (account, peer) = customer.clone();
        if ![NOBODYS, NOBODYS_NUMBER].contains(&account) {
            if account != self.stall() {
                self.whereabouts.insert(name.to_owned(), account);
            }
            self.last = Some(customer.clone());
            self.told.entry(customer).or_default();
        }
        let delivery = delivery(&line.how);
        let delivered = match account {
            account if is_number(account) => self.does_on_whatsapp(account, &peer, line, &delivery).await,
            account if is_bot(account) => self.does_on_telegram(account, &peer, name, line, &delivery).await,
            account => self.does_on_instagram(account, &peer, line, &delivery).await,
        };
        assert!(delivered.accepted(), "line {}: {:?}", line.number, delivered.posts);
        if line.how == "and it keeps failing" {
            self.standing.failing += 1;
        }
        self.standing.settle().await;
    }

    /// A customer asks through the website's server.
    pub(super) async fn asks(&mut self, name: &str, line: &Line) {
        self.nothing_is_untold(line);
        let stream = line.how == "as a stream";
        let asking = ask(&self.standing.address, name, &line.words, stream);
        self.shown = asking.await;
        self.standing.settle().await;
    }

    /// A person of the shop writes in the provider's own app.
    pub(super) async fn types(&mut self, line: &Line) {
        self.nothing_is_untold(line);
        let (account, peer) = self.last.clone().expect("the story spoke of somebody");
        let delivered = match is_number(account) {
            true => self.types_on_phone(account, &peer, line).await,
            false => {
                let staff = self.standing.sandbox.staff(account, &peer).expect("an account of the sandbox");
                staff.types(line.words.as_str()).await.expect("a webhook")
            }
        };
        assert!(delivered.accepted(), "line {}: {:?}", line.number, delivered.posts);
        self.standing.settle().await;
    }

    /// A person of the shop does something through us.
    pub(super) async fn staff(&mut self, line: &Line) {
        self.nothing_is_untold(line);
        let conversation = self.conversation().await.id;
        for word in self.staff_words(line) {
            self.standing.house.staff(conversation, word).await.expect("a conversation");
        }
        if line.how != "and nobody waits" {
            self.standing.settle().await;
        }
    }

    fn staff_words(&self, line: &Line) -> Vec<StaffWord> {
        let by = || "staff".to_owned();
        let until = match line.how.as_str() {
            "for 10 minutes" => Some(self.standing.now() + Duration::from_secs(600)),
            _ => None,
        };
        let words = line.words.as_str();
        let content = match line.what.as_str() {
            "takes over" => return vec![StaffWord::TakeOver { by: by(), until }],
            "hands back" => return vec![StaffWord::HandBack],
            "says" => match line.how.strip_suffix(" times").and_then(|times| times.parse::<u32>().ok()) {
                Some(times) => {
                    let line = |place| Content::text(format!("{words} {place}"));
                    let say = |content| StaffWord::Say { by: by(), content };
                    return (1..=times).map(line).map(say).collect();
                }
                None if words == "the long terms" => Content::text(TERMS.repeat(36)),
                None => Content::text(words),
            },
            "sends the template" => Content::Template(template(words)),
            "offers buttons" => {
                let (text, choices) = question(words);
                Content::Buttons { text, choices }
            }
            "offers a list" => {
                let (text, choices) = question(words);
                Content::List { text, button: "Choose".into(), choices }
            }
            "sends" if words == "a picture" => {
                let url = format!("{}/cdn/from-the-shop.png", self.standing.sandbox.base_url());
                Content::Media { media: vec![Media::remote(MediaKind::Image, url)], text: None }
            }
            what => panic!("line {}: staff cannot `{what}`", line.number),
        };
        vec![StaffWord::Say { by: by(), content }]
    }
}

/// A question, and what can be chosen: a payload is the title in small letters.
fn question(words: &str) -> (String, Vec<Choice>) {
    let mut lines = words.lines();
    let text = lines.next().unwrap_or_default().to_owned();
    (text, lines.map(|title| Choice::new(title.to_lowercase(), title)).collect())
}

/// A template's name, and the values of its words.
fn template(words: &str) -> Template {
    let mut lines = words.lines();
    let name = lines.next().unwrap_or_default();
    let category = if name == "summer_offer" { Category::Marketing } else { Category::Utility };
    let parameters = lines.map(Parameter::new).collect();
    Template { category, parameters, ..Template::new(name, "en_US") }
}

pub(super) fn delivery(how: &str) -> Delivery {
    let usual = Delivery::default();
    match how {
        "twice delivered" => Delivery { times: 2, ..usual },
        "50 at once" => Delivery { times: 50, at_once: true, ..usual },
        "all in one post" => Delivery { batch: Batch::Messaging, ..usual },
        _ => usual,
    }
}
