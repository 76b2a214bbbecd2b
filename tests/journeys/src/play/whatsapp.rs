//! What customers do on WhatsApp, and what their provider does.

use serde_json::{Value, json};
use tradepost_sandbox::{
    Beside, Delivered, Delivery, Fault, OrderItem, Sent, Step, TemplateNews, What, WhatsappAction,
    WhatsappCustomer, WhatsappEvent, WhatsappMedia, WhatsappProfile,
};

use super::{CROWD, Stage, answer};
use crate::story::{Line, span};

impl Stage {
    pub(super) async fn does_on_whatsapp(
        &mut self,
        account: &str,
        name: &str,
        line: &Line,
        delivery: &Delivery,
    ) -> Delivered {
        let customer = self.acquainted(account, name);
        let events = self.events(line);
        customer
            .does_all(events, delivery)
            .await
            .unwrap_or_else(|error| panic!("line {}: {error}", line.number))
    }

    /// A customer who has a number, at least.
    pub(super) fn acquainted(&self, account: &str, name: &str) -> WhatsappCustomer {
        let profile = self.profile(account, name);
        let customer =
            self.standing.sandbox.whatsapp_customer(account, name).expect("a number of the sandbox");
        customer.has_profile(profile);
        customer
    }

    /// What the provider knows of a person; a number and a name of her own, where the story tells nothing else.
    pub(super) fn profile(&self, account: &str, name: &str) -> WhatsappProfile {
        let customer =
            self.standing.sandbox.whatsapp_customer(account, name).expect("a number of the sandbox");
        let known = customer.standing().map(|standing| standing.profile);
        known.unwrap_or_else(|| {
            let mut letters = name.chars();
            let initial = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
            let place = number_of(name);
            WhatsappProfile {
                name: Some(initial + letters.as_str()),
                wa_id: Some(format!("49151123{place:05}")),
                ..WhatsappProfile::default()
            }
        })
    }

    /// Which of her ids a person has and shows.
    pub(super) fn shows_ids(&mut self, name: &str, line: &Line) {
        let known = self.profile(self.number, name);
        let scoped = || Some(format!("DE.9{:08}", number_of(name)));
        let profile = match line.what.as_str() {
            "has the number" => WhatsappProfile { wa_id: Some(line.words.clone()), ..known },
            "hides her number" => WhatsappProfile { hides_number: true, user_id: scoped(), ..known },
            _ => WhatsappProfile { hides_number: false, user_id: scoped(), ..known },
        };
        let customer = self.standing.sandbox.whatsapp_customer(self.number, name);
        customer.expect("a number of the sandbox").has_profile(profile);
    }

    /// What the provider tells of all lines to a person from now on.
    pub(super) fn gets_lines_as(&mut self, name: &str, line: &Line) {
        let statuses = Some(line.words.split(", ").map(step).collect());
        let profile = WhatsappProfile { statuses, ..self.profile(self.number, name) };
        let customer = self.standing.sandbox.whatsapp_customer(self.number, name);
        customer.expect("a number of the sandbox").has_profile(profile);
    }

    fn events(&self, line: &Line) -> Vec<WhatsappEvent> {
        let words = line.words.as_str();
        match (line.what.as_str(), line.how.as_str()) {
            ("writes", "in a burst" | "all in one post") => {
                words.lines().map(WhatsappAction::text).map(Into::into).collect()
            }
            ("quotes", quoted) => {
                let got = self.last.as_ref().map(|customer| self.got(customer)).unwrap_or_default();
                let quoted = got.iter().rfind(|entry| answer::words(entry) == quoted);
                let quoted = quoted.unwrap_or_else(|| panic!("line {}: the shop never said so", line.number));
                let beside = Beside { reply_to: quoted.message_id.clone(), ..Beside::default() };
                vec![WhatsappAction::text(words).beside(beside)]
            }
            _ => vec![self.action(line, words).into()],
        }
    }

    fn action(&self, line: &Line, words: &str) -> WhatsappAction {
        match (line.what.as_str(), words) {
            ("writes", words) => WhatsappAction::text(words),
            ("taps", title) => WhatsappAction::tap(title),
            ("sends", "the file as a picture") => self.last_file_as_a_picture(),
            ("sends", thing) => thing_sent(thing, line),
            ("sends something unsupported", _) => WhatsappAction::Unsupported { what: Some("poll".into()) },
            ("sends something unreadable", _) => WhatsappAction::RawBody { body: "{\"object\":".into() },
            ("reacts", _) => WhatsappAction::Reaction {
                message_id: None,
                emoji: "👍".into(),
                removed: false,
                absent: false,
            },
            ("reads", _) => WhatsappAction::Read { message_id: None },
            ("takes it back", _) => WhatsappAction::Revoke { message_id: None },
            ("edits it", words) => WhatsappAction::Edit { text: words.to_owned(), message_id: None },
            ("moves to the number", wa_id) => {
                WhatsappAction::NumberChanged { wa_id: wa_id.to_owned(), user_id: None }
            }
            ("has the new id", user_id) => WhatsappAction::UserIdChanged { user_id: user_id.to_owned() },
            ("sets her phone up anew", _) => WhatsappAction::IdentityChanged { hash: "c0ffee".into() },
            ("stops offers in the app", _) => preference("stop"),
            ("resumes offers in the app", _) => preference("resume"),
            ("is told", words) => {
                let step = step(words);
                WhatsappAction::Status { status: step.status, code: step.code, message_id: None }
            }
            (what, words) => panic!("line {}: nobody `{what}` `{words}` on WhatsApp", line.number),
        }
    }

    /// A picture whose bytes are those of the file that was sent last.
    fn last_file_as_a_picture(&self) -> WhatsappAction {
        let posted = self.standing.sandbox.posted();
        let bodies = posted.iter().rev().filter_map(|post| serde_json::from_str::<Value>(&post.body).ok());
        let id = |body: Value| {
            let message = body.pointer("/entry/0/changes/0/value/messages/0/document/id").cloned();
            message.filter(Value::is_string)
        };
        let id = bodies.filter_map(id).next().expect("a file was sent");
        WhatsappAction::Raw {
            item: json!({ "type": "image", "image": { "id": id, "mime_type": "image/jpeg" } }),
        }
    }

    /// A person of the shop answers on the phone that has the number, too.
    pub(super) async fn types_on_phone(&mut self, account: &str, name: &str, line: &Line) -> Delivered {
        let customer = self.acquainted(account, name);
        customer.does(WhatsappAction::Echo { text: line.words.clone() }).await.expect("a webhook")
    }

    /// What the provider will do.
    pub(super) async fn provider(&mut self, line: &Line) {
        let faults = self.standing.sandbox.faults();
        match (line.who.as_str(), line.what.as_str()) {
            ("next", "line becomes") => {
                let steps = line.words.split(", ").map(step).collect();
                faults.push(self.number, Fault::new(What::Statuses { steps }));
            }
            ("number", "is busy") => {
                let (times, wait) = busy(&line.how);
                let fail = What::Fail {
                    status: 400,
                    code: 130_429,
                    subcode: None,
                    message: None,
                    retry_after_s: wait,
                    transient: true,
                };
                faults.push(self.number, Fault::new(fail).times(times));
            }
            ("number", "loses its answer") => faults.push(self.number, Fault::new(What::DropAfter)),
            ("number", "takes") => {
                let per_second = line.words.split(' ').next().and_then(|many| many.parse().ok());
                let per_second = per_second.unwrap_or_else(|| panic!("line {}: how many?", line.number));
                let limit = What::RateLimit { per_second, status: None, retry_after_s: None };
                faults.push(self.number, Fault::new(limit));
            }
            ("template", "is paused") => {
                let news = TemplateNews {
                    name: line.words.clone(),
                    language: None,
                    status: "PAUSED".into(),
                    reason: None,
                };
                let told = self.standing.sandbox.template_becomes(self.number, news).await;
                assert!(told.expect("a template").iter().all(|post| post.accepted()), "line {}", line.number);
                self.standing.settle().await;
            }
            (who, what) => panic!("line {}: the provider cannot `{who} {what}`", line.number),
        }
    }
}

/// A number for a name, the same in every run: what stands behind `person`, else made of its letters.
fn number_of(name: &str) -> u32 {
    let counted = name.strip_prefix(CROWD).and_then(|place| place.parse().ok());
    counted.unwrap_or_else(|| {
        1_000 + name.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 90_000) % 9_000
    })
}

fn thing_sent(thing: &str, line: &Line) -> WhatsappAction {
    let media = |media| Sent { media, ..Sent::default() };
    let picture = || media(WhatsappMedia::Image);
    let sent = match thing {
        "a picture" => picture(),
        "a picture with words" => Sent { caption: Some("my mug".into()), ..picture() },
        "a lost picture" => Sent { gone: true, ..picture() },
        "a huge picture" => Sent { bytes: Some(30 * 1024 * 1024), ..picture() },
        "a refused picture" => Sent { status: Some(404), ..picture() },
        "a video" => media(WhatsappMedia::Video),
        "a voice message" => media(WhatsappMedia::VoiceNote),
        "a sound" => media(WhatsappMedia::Audio),
        "a sticker" => media(WhatsappMedia::Sticker),
        "a file" => Sent { filename: Some("bill.pdf".into()), ..media(WhatsappMedia::Document) },
        other => return other_thing(other, line),
    };
    WhatsappAction::Media(sent)
}

fn other_thing(thing: &str, line: &Line) -> WhatsappAction {
    match thing {
        "a place" => WhatsappAction::Location {
            latitude: 48.137_154,
            longitude: 11.576_124,
            name: Some("Market Square".into()),
            address: None,
            url: None,
        },
        "a card" => {
            WhatsappAction::Contacts { name: "The Potter".into(), phones: vec!["+49 151 12300077".into()] }
        }
        "an order" => WhatsappAction::Order {
            catalog_id: "900000000000001".into(),
            text: String::new(),
            items: vec![OrderItem {
                product_retailer_id: "mug-1".into(),
                quantity: 2,
                item_price: 12.5,
                currency: "EUR".into(),
            }],
        },
        "a form" => WhatsappAction::FlowReply { response: json!({ "size": "M" }) },
        "nothing of a question" => WhatsappAction::InteractiveEmpty {},
        "a new kind" => WhatsappAction::Unknown { r#type: "hologram".into(), body: json!({ "depth": 3 }) },
        thing => panic!("line {}: nobody sends `{thing}`", line.number),
    }
}

fn preference(value: &str) -> WhatsappAction {
    WhatsappAction::Preference { value: value.to_owned(), detail: None }
}

/// A status in words: `failed 131026 after 1 hour`, `read twice`, `sent before its answer`.
fn step(words: &str) -> Step {
    let (words, after) = words.split_once(" after ").unwrap_or((words, ""));
    let (words, before) = match words.strip_suffix(" before its answer") {
        Some(words) => (words, true),
        None => (words, false),
    };
    let (words, times) = match words.strip_suffix(" twice") {
        Some(words) => (words, 2),
        None => (words, 1),
    };
    let step = match words.split_once(' ') {
        Some((_, code)) => Step::failed(code.parse().expect("a code")),
        None => Step::new(words),
    };
    let step = if before { step.before_answer() } else { step };
    let after = after.split_once(' ').map(|(number, unit)| span(number, unit)).unwrap_or_default();
    step.times(times).after_ms(i64::try_from(after.as_millis()).expect("a time"))
}

/// How often, and how long it asks us to wait: `3 times`, `for 5 s`.
fn busy(how: &str) -> (u32, Option<u64>) {
    let wait = how.strip_prefix("for ").and_then(|time| time.split(' ').next()?.parse().ok());
    let times = how.strip_suffix(" times").and_then(|times| times.parse().ok());
    (times.unwrap_or(1), wait)
}
