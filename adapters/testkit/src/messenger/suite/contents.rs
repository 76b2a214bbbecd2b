//! Contents inside and outside a channel's abilities, with a label each.

use tradepost_domain::{
    BasketItem, Capabilities, Card, Choice, Content, Link, Media, MediaKind, Person, Source, Template,
    capabilities::{CardLimit, ChoiceLimit, TextUnit},
    fit::sms::Alphabet,
};

type Labelled = Vec<(String, Content)>;

const KINDS: [MediaKind; 4] = [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::File];

/// A text of exactly so many units.
pub(super) fn text(unit: TextUnit, units: usize) -> String {
    match unit {
        TextUnit::Characters => "é".repeat(units),
        TextUnit::Segments if units > 1 => "e".repeat(Alphabet::Gsm7.joined() * units),
        TextUnit::Segments => "e".repeat(Alphabet::Gsm7.alone() * units),
        TextUnit::Utf16 => "😀".repeat(units / 2) + &"e".repeat(units % 2),
        TextUnit::Bytes => "e".repeat(units),
    }
}

/// A kind of question, made of its words, what opens it, and its choices.
type Ask = fn(String, String, Vec<Choice>) -> Content;

/// The three kinds of question, and their limits where the channel has them.
fn questions(can: &Capabilities) -> [(&'static str, Option<ChoiceLimit>, Ask); 3] {
    [
        ("quick replies", can.quick_replies, |text, _, choices| Content::QuickReplies { text, choices }),
        ("buttons", can.buttons, |text, _, choices| Content::Buttons { text, choices }),
        ("a list", can.list, |text, button, choices| Content::List { text, button, choices }),
    ]
}

/// A question whose every part is as long as that.
fn asked(ask: Ask, size: ChoiceLimit) -> Content {
    let second = |n| (size.description > 0).then(|| label(n, size.description));
    let choice = |n: usize| Choice {
        description: second(n),
        ..Choice::new(label(n, size.payload), label(n, size.title))
    };
    let choices = (0..size.most).map(choice).collect();
    ask("q".repeat(size.text), label(0, size.button), choices)
}

/// A small question.
const SMALL: ChoiceLimit = ChoiceLimit { text: 9, button: 2, ..ChoiceLimit::new(1, 2, 2) };

/// The longest question that this limit and the channel's texts allow.
fn longest(limit: ChoiceLimit, can: &Capabilities) -> usize {
    let most = match can.text.unit {
        TextUnit::Segments => text(TextUnit::Segments, can.text.most).len(),
        _ => can.text.most,
    };
    limit.text.min(most)
}

/// One of every kind that a channel declares, far from any limit.
pub(super) fn inside(can: &Capabilities) -> Labelled {
    let mut contents = vec![("text".into(), Content::text("Hello."))];
    for (label, limit, ask) in questions(can) {
        let few = limit.map(|limit| ChoiceLimit { most: limit.most.min(2), ..SMALL });
        contents.extend(few.map(|few| (label.into(), asked(ask, few))));
    }
    contents.extend(can.cards.map(|limit| {
        let few = CardLimit { most: 1, title: 2, buttons: limit.buttons.min(1), button_title: 2 };
        ("cards".into(), cards(few))
    }));
    for limit in &can.media {
        contents.push((format!("{:?}", limit.kind), medium(limit.kind, None)));
        contents.extend((limit.caption >= LOOK.len()).then(|| with_words(limit.kind, LOOK)));
        contents
            .extend(can.uploads.then(|| (format!("{:?} of our store", limit.kind), stored(limit.kind, 64))));
    }
    contents.extend(can.location.then(|| ("a place".into(), place())));
    contents.extend(can.people.then(|| ("people".into(), people())));
    contents.extend(can.templates.then(|| ("a template".into(), a_template())));
    contents
}

/// What the channel does not declare, and what can be sent on none.
pub(super) fn outside(can: &Capabilities) -> Labelled {
    let absent = questions(can).into_iter().filter(|(_, limit, _)| limit.is_none());
    let mut contents: Labelled = absent.map(|(label, _, ask)| (label.into(), asked(ask, SMALL))).collect();
    if can.cards.is_none() {
        let small = CardLimit { most: 1, title: 2, buttons: 0, button_title: 2 };
        contents.push(("cards".into(), cards(small)));
    }
    for kind in KINDS {
        match can.media_limit(kind) {
            None => contents.push((format!("{kind:?}"), medium(kind, None))),
            Some(limit) => contents.extend((limit.caption == 0).then(|| with_words(kind, LOOK))),
        }
    }
    contents.extend((!can.location).then(|| ("a place".into(), place())));
    contents.extend((!can.people).then(|| ("people".into(), people())));
    contents.extend((!can.templates).then(|| ("a template".into(), a_template())));
    contents.extend(of_customers());
    contents
}

/// What only customers send.
fn of_customers() -> Labelled {
    let item = BasketItem { sku: "mug".into(), quantity: 1, price: None };
    vec![
        ("a tap".into(), Content::Tap { payload: "1:a".into(), title: "One".into() }),
        ("a basket".into(), Content::Basket { text: None, items: vec![item] }),
        ("a form".into(), Content::Form { name: "address".into(), answers: "{}".into() }),
        ("the unsupported".into(), Content::Unsupported { what: "sticker".into() }),
    ]
}

/// Declared kinds with nothing in them.
pub(super) fn empty(can: &Capabilities) -> Labelled {
    let mut contents: Labelled = vec![
        ("no words".into(), Content::text("")),
        ("blank words".into(), Content::text(" \n")),
        ("no media".into(), Content::Media { media: Vec::new(), text: None }),
    ];
    let none = ChoiceLimit { most: 0, ..SMALL };
    let known = questions(can).into_iter().filter(|(_, limit, _)| limit.is_some());
    contents.extend(known.map(|(label, _, ask)| (format!("{label} without choices"), asked(ask, none))));
    contents.extend(can.cards.map(|_| ("no cards".into(), Content::Cards { cards: Vec::new() })));
    contents.extend(can.people.then(|| ("no people".into(), Content::People { people: Vec::new() })));
    contents
}

/// Questions, cards, words beside media and uploads exactly at their limits.
pub(super) fn at_limits(can: &Capabilities) -> Labelled {
    let known = questions(can).into_iter().filter_map(|(label, limit, ask)| Some((label, limit?, ask)));
    let full = |limit| ChoiceLimit { text: longest(limit, can), ..limit };
    let mut contents: Labelled =
        known.map(|(label, limit, ask)| (label.into(), asked(ask, full(limit)))).collect();
    contents.extend(can.cards.map(|limit| ("cards".into(), cards(limit))));
    let captioned = can.media.iter().filter(|limit| limit.caption > 0);
    contents.extend(captioned.map(|limit| with_words(limit.kind, &"w".repeat(limit.caption))));
    let uploaded = can.media.iter().filter(|_| can.uploads);
    contents.extend(
        uploaded
            .map(|limit| (format!("{:?} of the most bytes", limit.kind), stored(limit.kind, limit.bytes))),
    );
    contents
}

/// Each limit of questions, cards and media overstepped by one.
pub(super) fn over_limits(can: &Capabilities) -> Labelled {
    let mut contents = Vec::new();
    for (label, limit, ask) in questions(can) {
        let Some(limit) = limit else { continue };
        let over = [
            (
                "one choice more",
                ChoiceLimit { most: limit.most + 1, title: limit.title, payload: limit.payload, ..SMALL },
            ),
            ("a longer title", ChoiceLimit { title: limit.title + 1, ..SMALL }),
            ("a longer payload", ChoiceLimit { payload: limit.payload + 1, ..SMALL }),
            ("a longer second line", ChoiceLimit { description: limit.description + 1, ..SMALL }),
            ("a longer question", ChoiceLimit { text: longest(limit, can) + 1, ..SMALL }),
        ];
        contents.extend(over.map(|(what, size)| (format!("{label}: {what}"), asked(ask, size))));
        let button = ChoiceLimit { button: limit.button + 1, ..SMALL };
        contents.extend((label == "a list").then(|| ("a list: a longer button".into(), asked(ask, button))));
    }
    contents.extend(can.cards.into_iter().flat_map(cards_over));
    for limit in &can.media {
        let (kind, caption) = (limit.kind, limit.caption);
        contents.push((format!("{kind:?} one byte too long"), stored(kind, limit.bytes + 1)));
        contents.extend((caption > 0).then(|| with_words(kind, &"w".repeat(caption + 1))));
    }
    contents
}

fn cards_over(limit: CardLimit) -> Labelled {
    let one = CardLimit { most: 1, ..limit };
    let mut over = vec![
        ("one card more", cards(CardLimit { most: limit.most + 1, ..limit })),
        ("a card with a longer title", cards(CardLimit { title: one.title + 1, ..one })),
        ("a card with one button more", cards(CardLimit { buttons: one.buttons + 1, ..one })),
    ];
    if limit.buttons > 0 {
        over.push((
            "a card with a longer button",
            cards(CardLimit { button_title: one.button_title + 1, ..one }),
        ));
    }
    over.into_iter().map(|(label, content)| (label.to_owned(), content)).collect()
}

fn cards(limit: CardLimit) -> Content {
    let card = |n: usize| {
        let button = |at: usize| label(at, limit.button_title);
        let link = Link { title: button(0), url: "https://shop.example/1".into() };
        Card {
            title: label(n, limit.title),
            subtitle: Some(label(n, limit.title)),
            image: Some("https://media.example/1.png".into()),
            opens: None,
            links: if limit.buttons > 0 { vec![link] } else { Vec::new() },
            choices: (1..limit.buttons).map(|at| Choice::new(format!("1:{n}:{at}"), button(at))).collect(),
        }
    };
    Content::Cards { cards: (0..limit.most).map(card).collect() }
}

/// A word of exactly that length that ends with its number.
fn label(n: usize, length: usize) -> String {
    let padded = format!("{}{n}", "x".repeat(length));
    padded[padded.len() - length..].to_owned()
}

fn medium(kind: MediaKind, text: Option<String>) -> Content {
    Content::Media { media: vec![Media::remote(kind, "https://media.example/1")], text }
}

const LOOK: &str = "Look.";

fn with_words(kind: MediaKind, words: &str) -> (String, Content) {
    (format!("{kind:?} with {} letters", words.len()), medium(kind, Some(words.into())))
}

/// A medium of our store that has so many bytes.
fn stored(kind: MediaKind, bytes: u64) -> Content {
    let source = Source::Stored { hash: "ab".repeat(32), mime: mime(kind), bytes };
    Content::Media { media: vec![Media { kind, source }], text: None }
}

fn mime(kind: MediaKind) -> String {
    let mime = match kind {
        MediaKind::Image => "image/png",
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/mpeg",
        MediaKind::File => "application/pdf",
    };
    mime.into()
}

fn place() -> Content {
    Content::Location { latitude_e6: 37_800_000, longitude_e6: -122_270_000, name: Some("Shop".into()) }
}

fn people() -> Content {
    Content::People { people: vec![Person { name: "The shop".into(), phones: vec!["+15550100200".into()] }] }
}

fn a_template() -> Content {
    Content::Template(Template::new("order_ready", "en"))
}
