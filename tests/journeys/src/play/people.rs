//! What people do: customers at the provider and at the website, and persons of the shop.

use std::time::Duration;

use serde_json::json;
use tradepost_domain::Content;
use tradepost_ports::store::StaffWord;
use tradepost_sandbox::{Action, Batch, Delivery, MediaKind, StoryRef};

use super::{Stage, text_of};
use crate::{
    ask::ask,
    house::{NOBODYS, SHOP, STALL},
    story::Line,
};

impl Stage {
    /// A customer does something at the provider, whose webhooks are all taken.
    pub(super) async fn does(&mut self, name: &str, line: &Line) {
        let (how, peer) = (line.how.as_str(), self.person(name));
        let account = match how {
            "to the stall" => STALL,
            "to an unknown account" => NOBODYS,
            _ => SHOP,
        };
        if account != NOBODYS {
            self.last = Some((account, peer.clone()));
            self.told.entry((account, peer.clone())).or_default();
        }
        let customer = self.standing.sandbox.customer(account, &peer).expect("an account of the sandbox");
        let actions = self.actions(line);
        let delivered = customer.does_all(actions, &delivery(how)).await.expect("a webhook");
        assert!(delivered.accepted(), "line {}: {:?}", line.number, delivered.posts);
        if how == "and it keeps failing" {
            self.standing.failing += 1;
        }
        self.standing.settle().await;
    }

    fn actions(&self, line: &Line) -> Vec<Action> {
        let words = line.words.as_str();
        if line.what == "writes" && matches!(line.how.as_str(), "in a burst" | "all in one post") {
            return words.lines().map(Action::text).collect();
        }
        vec![match (line.what.as_str(), words) {
            ("writes", words) => Action::text(words),
            ("taps", title) => self.tap(line, title),
            ("sends", "a picture") => Action::picture(),
            ("sends", "2 pictures") => media(MediaKind::Image, 2),
            ("sends", "a video") => media(MediaKind::Video, 1),
            ("sends", "a voice message") => media(MediaKind::Audio, 1),
            ("sends", "a file") => media(MediaKind::File, 1),
            ("sends something new", _) => Action::Raw { item: json!({ "something_new": { "size": 1 } }) },
            ("sends something unreadable", _) => Action::RawBody { body: "{\"object\":".into() },
            ("sends something not handed on", _) => Action::Unsupported { attachment_type: None },
            ("answers a story", words) => {
                Action::StoryReply { text: words.to_owned(), story: StoryRef::default() }
            }
            ("mentions the shop in a story", _) => Action::StoryMention { url: None },
            ("likes", _) => Action::Like {},
            ("reacts", _) => {
                Action::Reaction { mid: None, reaction: "love".into(), emoji: "❤".into(), unreact: false }
            }
            ("reads", _) => Action::Read { mid: None },
            ("takes it back", _) => Action::Unsend { mid: None },
            ("edits it", words) => Action::Edit { text: words.to_owned(), mid: None, num_edit: 1 },
            (what, words) => panic!("line {}: nobody `{what}` `{words}`", line.number),
        }]
    }

    /// A tap on a quick reply that this customer was shown.
    fn tap(&self, line: &Line, title: &str) -> Action {
        let got = self.last.as_ref().map(|customer| self.got(customer)).unwrap_or_default();
        let choices =
            got.iter().rev().filter_map(|entry| entry.body.pointer("/message/quick_replies")?.as_array());
        let mut choices = choices.flatten();
        let choice = choices.find(|choice| choice["title"] == title);
        let choice = choice.unwrap_or_else(|| panic!("line {}: `{title}` was not offered", line.number));
        Action::QuickReply { title: title.to_owned(), payload: text_of(&choice["payload"]) }
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
        let staff = self.standing.sandbox.staff(account, &peer).expect("an account of the sandbox");
        let delivered = staff.types(line.words.as_str()).await.expect("a webhook");
        assert!(delivered.accepted(), "line {}: {:?}", line.number, delivered.posts);
        self.standing.settle().await;
    }

    /// A person of the shop does something through us.
    pub(super) async fn staff(&mut self, line: &Line) {
        self.nothing_is_untold(line);
        let by = || "staff".to_owned();
        let until = match line.how.as_str() {
            "for 10 minutes" => Some(self.standing.now() + Duration::from_secs(600)),
            _ => None,
        };
        let word = match line.what.as_str() {
            "takes over" => StaffWord::TakeOver { by: by(), until },
            "says" => StaffWord::Say { by: by(), content: Content::text(line.words.as_str()) },
            "hands back" => StaffWord::HandBack,
            what => panic!("line {}: staff cannot `{what}`", line.number),
        };
        let conversation = self.conversation().await.id;
        self.standing.house.staff(conversation, word).await.expect("a conversation");
        self.standing.settle().await;
    }
}

fn media(media: MediaKind, count: u32) -> Action {
    Action::Media { media, urls: Vec::new(), count, expires_in_ms: 3_600_000, text: None }
}

fn delivery(how: &str) -> Delivery {
    let usual = Delivery::default();
    match how {
        "twice delivered" => Delivery { times: 2, ..usual },
        "50 at once" => Delivery { times: 50, at_once: true, ..usual },
        "all in one post" => Delivery { batch: Batch::Messaging, ..usual },
        _ => usual,
    }
}
