//! What customers do on Telegram, and what their provider does.

use serde_json::{Value, json};
use tradepost_sandbox::{
    Delivered, Delivery, Fault, Filter, Outcome, TelegramAction, TelegramBeside, TelegramEvent,
    TelegramMedia, TelegramProfile, TelegramSent, What,
};

use super::{Stage, answer};
use crate::{
    house::BOT,
    story::{Line, span},
};

/// A group that the shop's bot was added to.
const GROUP: i64 = -1_001_234_567_890;

impl Stage {
    pub(super) async fn does_on_telegram(
        &self,
        account: &str,
        chat: &str,
        name: &str,
        line: &Line,
        delivery: &Delivery,
    ) -> Delivered {
        let customer = self.standing.sandbox.telegram_customer(account, chat).expect("a bot of the sandbox");
        if customer.standing().is_none() {
            let mut letters = name.chars();
            let initial = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
            customer.has_profile(TelegramProfile::named(initial + letters.as_str()));
        }
        let done = customer.does_all(self.updates(line), delivery).await;
        done.unwrap_or_else(|error| panic!("line {}: {error}", line.number))
    }

    fn updates(&self, line: &Line) -> Vec<TelegramEvent> {
        let words = line.words.as_str();
        let beside = |beside| vec![TelegramAction::text(words).beside(beside)];
        match (line.what.as_str(), line.how.as_str()) {
            ("writes", "in a burst" | "all in one post") => {
                words.lines().map(TelegramAction::text).map(Into::into).collect()
            }
            ("writes", "in a group") => {
                beside(TelegramBeside { group: Some(GROUP), ..TelegramBeside::default() })
            }
            ("hands on", _) => beside(TelegramBeside { forwarded: true, ..TelegramBeside::default() }),
            ("quotes", quoted) => {
                let got = self.last.as_ref().map(|customer| self.got(customer)).unwrap_or_default();
                let quoted = got.iter().rfind(|entry| answer::words(entry) == quoted);
                let quoted = quoted.unwrap_or_else(|| panic!("line {}: the shop never said so", line.number));
                beside(TelegramBeside { reply_to: quoted.message_id.clone(), ..TelegramBeside::default() })
            }
            _ => vec![update(line, words).into()],
        }
    }

    /// What the bots' provider will do.
    pub(super) fn bot(&self, line: &Line) {
        let fault = match line.what.as_str() {
            "is busy" => Fault::new(busy(&line.how)),
            "loses its answer" => Fault::new(What::DropAfter),
            "takes" => {
                let per_second = line.words.split(' ').next().and_then(|many| many.parse().ok());
                let per_second = per_second.unwrap_or_else(|| panic!("line {}: how many?", line.number));
                Fault::new(What::RateLimit { per_second, status: None, retry_after_s: Some(2) })
            }
            "is broken" => Fault::fail(502, 502),
            what => panic!("line {}: the bot cannot `{what}`", line.number),
        };
        self.standing.sandbox.faults().push(BOT, fault);
    }

    /// How long after the last refusal the customer got their answer.
    pub(super) fn answered_after(&self, line: &Line) {
        let (account, peer) = self.last.clone().expect("the story spoke of somebody");
        let filter = Filter { account: Some(account.into()), customer: Some(peer), ..Filter::default() };
        let entries = self.standing.sandbox.log().find(&filter);
        let at = |outcome| entries.iter().rfind(|entry| entry.outcome == outcome).expect("an entry").at_ms;
        let waited_ms = at(Outcome::Accepted) - at(Outcome::Refused);
        let (number, unit) = line.words.split_once(' ').unwrap_or_else(|| panic!("line {}", line.number));
        let wanted_ms = i64::try_from(span(number, unit).as_millis()).expect("a time");
        let near = wanted_ms..wanted_ms + 3_000;
        assert!(near.contains(&waited_ms), "line {}: it came after {waited_ms} ms", line.number);
    }
}

fn update(line: &Line, words: &str) -> TelegramAction {
    match (line.what.as_str(), words) {
        ("writes", words) => TelegramAction::text(words),
        ("taps", title) => TelegramAction::tap(title),
        ("taps an old button", title) => {
            TelegramAction::Tap { title: Some(title.to_owned()), index: None, old: true }
        }
        ("comes by the link", mark) => TelegramAction::Start { payload: Some(mark.to_owned()) },
        ("begins the chat", _) => TelegramAction::Start { payload: None },
        ("edits it", words) => TelegramAction::Edit { text: words.to_owned(), message_id: None },
        ("reacts", _) => TelegramAction::Reaction { emoji: Some("👍".into()), message_id: None },
        ("blocks the shop", _) => TelegramAction::Block {},
        ("unblocks the shop", _) => TelegramAction::Unblock {},
        ("sends something new", _) => {
            TelegramAction::Update { update: "moon_rose".into(), value: json!({ "phase": "full" }) }
        }
        ("sends something unreadable", _) => TelegramAction::RawBody { body: "{\"update_id\":".into() },
        ("sends something not handed on", _) => holds("poll", json!({ "id": "1", "question": "Tea?" })),
        ("sends", thing) => thing_sent(thing, line),
        (what, words) => panic!("line {}: nobody `{what}` `{words}` on Telegram", line.number),
    }
}

fn thing_sent(thing: &str, line: &Line) -> TelegramAction {
    let media = |media| TelegramSent { media, ..TelegramSent::default() };
    let picture = || media(TelegramMedia::Photo);
    let sent = match thing {
        "a picture" => picture(),
        "a picture with words" => TelegramSent { caption: Some("my mug".into()), ..picture() },
        "a lost picture" => TelegramSent { gone: true, ..picture() },
        "a huge picture" => TelegramSent { bytes: Some(30 * 1024 * 1024), ..picture() },
        "a refused picture" => TelegramSent { status: Some(404), ..picture() },
        "the file as a picture" => TelegramSent { bytes_of: Some(TelegramMedia::Document), ..picture() },
        "a video" => media(TelegramMedia::Video),
        "a round video" => media(TelegramMedia::VideoNote),
        "an animation" => media(TelegramMedia::Animation),
        "a voice message" => media(TelegramMedia::Voice),
        "a sound" => media(TelegramMedia::Audio),
        "a sticker" => media(TelegramMedia::Sticker),
        "a file" => TelegramSent { file_name: Some("bill.pdf".into()), ..media(TelegramMedia::Document) },
        other => return other_thing(other, line),
    };
    TelegramAction::Media(sent)
}

fn other_thing(thing: &str, line: &Line) -> TelegramAction {
    match thing {
        "a place" => TelegramAction::Location {
            latitude: 48.137_154,
            longitude: 11.576_124,
            title: Some("Market Square".into()),
            address: None,
        },
        "a card" => TelegramAction::Contact {
            phone_number: "+49 151 12300077".into(),
            first_name: "The Potter".into(),
            last_name: None,
            own: false,
        },
        "a form" => {
            TelegramAction::WebAppData { data: r#"{"size":"M"}"#.into(), button_text: "Sizes".into() }
        }
        "a new kind" => holds("hologram", json!({ "depth": 3 })),
        thing => panic!("line {}: nobody sends `{thing}`", line.number),
    }
}

fn holds(field: &str, value: Value) -> TelegramAction {
    TelegramAction::Holds { field: field.to_owned(), value }
}

/// `for 5 s` says when to come again.
fn busy(how: &str) -> What {
    let wait = how.strip_prefix("for ").and_then(|time| time.split(' ').next()?.parse().ok());
    What::Fail { status: 429, code: 429, subcode: None, message: None, retry_after_s: wait, transient: false }
}
