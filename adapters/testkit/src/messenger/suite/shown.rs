//! What is shown leaves whole: each part of a content is found in what the provider is asked.

use tradepost_domain::{
    Capabilities, Card, Choice, Content, Link, Media, MediaKind, Person, Template,
    capabilities::{CardLimit, ChoiceLimit},
    template::Parameter,
};

use super::{Doubled, Stage, alone};
use crate::{messenger::Part, verdict::Verdict};

/// A content, and the parts that the provider has to be told.
type Shown = (Content, Vec<(Part, String)>);

/// proves: CH-06
pub async fn what_is_shown_leaves_whole(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let stage = Stage::taking(&double).await;
    let shown = shown(stage.messenger.capabilities());
    if shown.is_empty() {
        return Verdict::not_promised("the channel shows text only");
    }
    for (n, (content, parts)) in (1..).zip(shown) {
        let before = stage.provider.asked().len();
        // What is refused is another case's concern.
        if stage.send(n, content.clone()).await.is_err() {
            continue;
        }
        let asked = stage.provider.asked().split_off(before);
        for (part, words) in parts.iter().filter(|(part, _)| double.carries(&content, *part)) {
            let told = asked.iter().any(|asked| asked.holds(words));
            assert!(told, "{part:?} `{words}` did not leave, of {content:?}: {asked:?}");
        }
    }
    Verdict::Ran
}

/// One of every kind but text that a channel declares, each part in words of its own.
fn shown(can: &Capabilities) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    all.extend(
        can.quick_replies
            .map(|limit| question(limit, |text, _, choices| Content::QuickReplies { text, choices })),
    );
    all.extend(
        can.buttons.map(|limit| question(limit, |text, _, choices| Content::Buttons { text, choices })),
    );
    all.extend(can.list.map(|limit| {
        let (content, mut parts) =
            question(limit, |text, button, choices| Content::List { text, button, choices });
        parts.push((Part::Opener, word('o', 0, limit.button)));
        (content, parts)
    }));
    all.extend(can.cards.map(card));
    for limit in &can.media {
        all.push(medium(limit.kind, None));
        all.extend((limit.caption > 0).then(|| medium(limit.kind, Some(word('w', 0, limit.caption)))));
    }
    all.extend(can.location.then(place));
    all.extend(can.people.then(people));
    all.extend(can.templates.then(template));
    all
}

/// A word of at most that length, which no other part has.
fn word(letter: char, n: usize, most: usize) -> String {
    format!("{}{n}", letter.to_string().repeat(most.clamp(1, 8) - 1))
}

fn question(limit: ChoiceLimit, ask: fn(String, String, Vec<Choice>) -> Content) -> Shown {
    let text = word('q', 0, limit.text);
    let mut parts = vec![(Part::Words, text.clone())];
    let choice = |n: usize| {
        let second = (limit.description > 0).then(|| word('d', n, limit.description));
        let choice = Choice::new(word('p', n, limit.payload), word('t', n, limit.title));
        Choice { description: second, ..choice }
    };
    let choices: Vec<Choice> = (0..limit.most.min(2)).map(choice).collect();
    for choice in &choices {
        parts.extend([(Part::Title, choice.title.clone()), (Part::Payload, choice.payload.clone())]);
        parts.extend(choice.description.clone().map(|second| (Part::SecondLine, second)));
    }
    (ask(text, word('o', 0, limit.button), choices), parts)
}

fn card(limit: CardLimit) -> Shown {
    let (title, picture, page) = (word('c', 0, limit.title), PICTURE.to_owned(), PAGE.to_owned());
    let mut parts = vec![(Part::Title, title.clone()), (Part::Address, picture.clone())];
    let link = Link { title: word('l', 0, limit.button_title), url: page };
    let choice = Choice::new("ppp1", word('t', 1, limit.button_title));
    let links: Vec<Link> = (limit.buttons > 0).then_some(link).into_iter().collect();
    let choices: Vec<Choice> = (limit.buttons > 1).then_some(choice).into_iter().collect();
    for link in &links {
        parts.extend([(Part::Title, link.title.clone()), (Part::Address, link.url.clone())]);
    }
    for choice in &choices {
        parts.extend([(Part::Title, choice.title.clone()), (Part::Payload, choice.payload.clone())]);
    }
    let card = Card { title, subtitle: None, image: Some(picture), opens: None, links, choices };
    (Content::Cards { cards: vec![card] }, parts)
}

const PICTURE: &str = "https://media.example/quince.png";
const PAGE: &str = "https://shop.example/quince";

fn medium(kind: MediaKind, text: Option<String>) -> Shown {
    let url = "https://media.example/medlar";
    let mut parts = vec![(Part::Address, url.to_owned())];
    parts.extend(text.clone().map(|text| (Part::Words, text)));
    (Content::Media { media: vec![Media::remote(kind, url)], text }, parts)
}

fn place() -> Shown {
    let name = "Orchard";
    let content =
        Content::Location { latitude_e6: 37_812_345, longitude_e6: -122_271_234, name: Some(name.into()) };
    let places = ["37.812345", "122.271234"].map(|degrees| (Part::Place, degrees.to_owned()));
    (content, [(Part::Name, name.to_owned())].into_iter().chain(places).collect())
}

fn people() -> Shown {
    let (name, number) = ("Loquat", "15550100200");
    let person = Person { name: name.into(), phones: vec![format!("+{number}")] };
    let parts = vec![(Part::Name, name.to_owned()), (Part::Number, number.to_owned())];
    (Content::People { people: vec![person] }, parts)
}

fn template() -> Shown {
    let parameters = vec![Parameter::new("Persimmon")];
    let template = Template { parameters, ..Template::new("order_ready", "en") };
    let parts = vec![(Part::Name, "order_ready".to_owned()), (Part::Words, "Persimmon".to_owned())];
    (Content::Template(template), parts)
}
