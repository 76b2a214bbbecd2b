//! The story: what customers do, what they should get for it, once each.

use tradepost_domain::Content;
use tradepost_ports::store::StaffWord;

use super::place::{Doing, Place};
use crate::adapters::sandbox::{
    Action, Batch, Delivery, StoryRef, TelegramAction, TelegramMedia, WhatsappAction, WhatsappEvent,
    WhatsappMedia,
};

/// A customer and what passes with them.
pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) place: Place,
    pub(super) steps: Vec<Step>,
    number: u8,
    /// Has the customer no number to show?
    hidden: bool,
}

pub(super) enum Step {
    /// The customer does this.
    Does(Doing, Delivery),
    /// A person of the shop says a word.
    Staff(StaffWord),
    /// The customer gets one more message, with these words in it.
    Gets(&'static str),
    /// The customer gets nothing more.
    GetsNothing,
}

type Told = (&'static str, Vec<Step>);

impl Scene {
    /// All that is played at one place, in order.
    pub(super) fn at(place: Place) -> Vec<Self> {
        let scene = |(number, (title, steps))| Self { title, place, number, steps, hidden: title == HIDDEN };
        let told = match place {
            Place::Instagram => instagram(),
            Place::WhatsApp => whatsapp(),
            Place::Telegram => telegram(),
        };
        (1..).zip(told).map(scene).collect()
    }

    /// The customer's id at the provider.
    pub(super) fn customer(&self, run: u32) -> String {
        match self.hidden {
            true => format!("DE.{run}{:02}", self.number),
            false => self.place.id(run, self.number),
        }
    }

    /// What the customer should have got, in order.
    pub(super) fn expected(&self) -> Vec<&'static str> {
        let words = |step: &Step| if let Step::Gets(words) = step { Some(*words) } else { None };
        self.steps.iter().filter_map(words).collect()
    }
}

const HIDDEN: &str = "A customer who shows no number";

fn instagram() -> Vec<Told> {
    let says = |text: &str| does(Doing::Instagram(vec![Action::text(text)]));
    let tells = |action| does(Doing::Instagram(vec![action]));
    let reply = Action::StoryReply { text: "Lovely! Is it in stock?".into(), story: StoryRef::default() };
    vec![
        ("Three questions, three rules", three_rules(says)),
        ("A picture without words", vec![tells(Action::picture()), Step::Gets("did not understand")]),
        ("An answer to the shop's story", vec![tells(reply), Step::Gets("Which product do you mean")]),
        ("A burst of messages is answered once", burst(Doing::Instagram(BURST.map(Action::text).into()))),
        (
            "A question that no rule knows",
            vec![says("Can you teach my parrot to sing?"), Step::Gets("did not understand")],
        ),
        (
            "Our own words come back as an echo",
            vec![
                says("What are your opening hours?"),
                Step::Gets("desk@corner-shop.example"),
                Step::GetsNothing,
            ],
        ),
        (
            "The provider delivers a webhook twice",
            twice(Doing::Instagram(vec![Action::text("Is the blue one available?")])),
        ),
        ("A person takes over and hands back", person(says)),
    ]
}

fn whatsapp() -> Vec<Told> {
    let says = |text: &str| does(writes(text));
    let tap = |title: &str| does(Doing::WhatsApp(vec![WhatsappAction::tap(title).into()]));
    let voice = WhatsappAction::media(WhatsappMedia::Voice);
    vec![
        ("Three questions, three rules", three_rules(says)),
        (
            "Choices in a list, and a tap on one",
            vec![
                says("Can you teach my parrot to sing?"),
                Step::Gets("did not understand"),
                tap("Contact"),
                Step::Gets("desk@corner-shop.example"),
            ],
        ),
        (
            "A typed number selects, too",
            vec![
                says("Hmm"),
                Step::Gets("did not understand"),
                says("3"),
                Step::Gets("desk@corner-shop.example"),
            ],
        ),
        (
            "A voice message",
            vec![does(Doing::WhatsApp(vec![voice.into()])), Step::Gets("did not understand")],
        ),
        (
            "A burst of messages is answered once",
            burst(Doing::WhatsApp(BURST.map(|text| WhatsappAction::text(text).into()).into())),
        ),
        ("The provider delivers a webhook twice", twice(writes("Is the blue one available?"))),
        (HIDDEN, vec![says("What is the price?"), Step::Gets("Which product do you mean")]),
        (
            "No more offers, in Spanish",
            vec![
                says("Dar de baja"),
                Step::Gets("Ya no recibirás más ofertas"),
                says("Suscribirme"),
                Step::Gets("Volverás"),
            ],
        ),
        ("A person takes over and hands back", person(says)),
    ]
}

fn telegram() -> Vec<Told> {
    let tells = |action: TelegramAction| does(Doing::Telegram(vec![action.into()]));
    let says = |text: &str| tells(TelegramAction::text(text));
    vec![
        ("Three questions, three rules", three_rules(says)),
        (
            "Buttons below a message, and a tap on one",
            vec![
                says("Can you teach my parrot to sing?"),
                Step::Gets("did not understand"),
                tells(TelegramAction::tap("Contact")),
                Step::Gets("desk@corner-shop.example"),
            ],
        ),
        (
            "A file without words",
            vec![tells(TelegramAction::media(TelegramMedia::Document)), Step::Gets("did not understand")],
        ),
        (
            "A burst of messages is answered once",
            burst(Doing::Telegram(BURST.map(|text| TelegramAction::text(text).into()).into())),
        ),
        (
            "The provider delivers a webhook twice",
            twice(Doing::Telegram(vec![TelegramAction::text("Is the blue one available?").into()])),
        ),
        (
            "A customer who blocks the shop, and comes back",
            vec![
                says("What are your opening hours?"),
                Step::Gets("desk@corner-shop.example"),
                tells(TelegramAction::Block {}),
                Step::GetsNothing,
                tells(TelegramAction::Unblock {}),
                says("Is it in stock?"),
                Step::Gets("Which product do you mean"),
            ],
        ),
        ("A person takes over and hands back", person(says)),
    ]
}

const BURST: [&str; 3] = ["Hello", "it is me again", "what does delivery cost to Lisbon?"];

fn writes(text: &str) -> Doing {
    Doing::WhatsApp(vec![WhatsappEvent::from(WhatsappAction::text(text))])
}

fn does(doing: Doing) -> Step {
    Step::Does(doing, Delivery::default())
}

fn three_rules(says: impl Fn(&str) -> Step) -> Vec<Step> {
    vec![
        says("Hi! Where is my order?"),
        Step::Gets("I find no order of yours"),
        says("And what is the price of the red mug?"),
        Step::Gets("Which product do you mean"),
        says("How can I contact you?"),
        Step::Gets("desk@corner-shop.example"),
    ]
}

fn burst(words: Doing) -> Vec<Step> {
    let delivery = Delivery { batch: Batch::Messaging, ..Delivery::default() };
    vec![Step::Does(words, delivery), Step::Gets("I find no order of yours"), Step::GetsNothing]
}

fn twice(words: Doing) -> Vec<Step> {
    let delivery = Delivery { times: 2, ..Delivery::default() };
    vec![Step::Does(words, delivery), Step::Gets("Which product do you mean"), Step::GetsNothing]
}

fn person(says: impl Fn(&str) -> Step) -> Vec<Step> {
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
