//! What customers do on Instagram.

use serde_json::json;
use tradepost_sandbox::{Action, Delivered, Delivery, MediaKind, StoryRef};

use super::{Stage, answer::text_of};
use crate::story::Line;

impl Stage {
    pub(super) async fn does_on_instagram(
        &self,
        account: &str,
        igsid: &str,
        line: &Line,
        delivery: &Delivery,
    ) -> Delivered {
        let customer = self.standing.sandbox.customer(account, igsid).expect("an account of the sandbox");
        customer.does_all(self.actions(line), delivery).await.expect("a webhook")
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
}

fn media(media: MediaKind, count: u32) -> Action {
    Action::Media { media, urls: Vec::new(), count, expires_in_ms: 3_600_000, text: None }
}
