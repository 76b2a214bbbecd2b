//! Cards: side by side where the channel shows them, else as text with links and numbered choices.

use super::{
    PIECES,
    choices::{numbered, title},
    texts,
};
use crate::{Capabilities, Card, Choice, Content, Link, capabilities::CardLimit};

/// As many messages as the cards need.
pub(super) fn cards(cards: &[Card], channel: &Capabilities) -> Vec<Content> {
    match channel.cards {
        Some(limit) if limit.most > 0 && cards.iter().all(|card| holds(limit, card)) => {
            let sets = cards.chunks(limit.most).take(PIECES);
            sets.map(|set| Content::Cards { cards: set.iter().map(|card| short(limit, card)).collect() })
                .collect()
        }
        _ => texts(&written(cards), channel),
    }
}

fn holds(limit: CardLimit, card: &Card) -> bool {
    let mut buttons =
        card.choices.iter().map(|choice| &choice.title).chain(card.links.iter().map(|link| &link.title));
    card.links.len() + card.choices.len() <= limit.buttons
        && !title(&card.title, limit.title).is_empty()
        && buttons.all(|button| !title(button, limit.button_title).is_empty())
}

/// The card with its titles cut.
fn short(limit: CardLimit, card: &Card) -> Card {
    let choice =
        |choice: &Choice| Choice { title: title(&choice.title, limit.button_title), ..choice.clone() };
    let link = |link: &Link| Link { title: title(&link.title, limit.button_title), ..link.clone() };
    Card {
        title: title(&card.title, limit.title),
        subtitle: card.subtitle.as_ref().map(|line| title(line, limit.title)).filter(|line| !line.is_empty()),
        links: card.links.iter().map(link).collect(),
        choices: card.choices.iter().map(choice).collect(),
        ..card.clone()
    }
}

/// All cards in words, a paragraph each; choices are counted through.
fn written(cards: &[Card]) -> String {
    let mut place = 0;
    let mut paragraphs = Vec::new();
    for card in cards {
        paragraphs.push(paragraph(card, place));
        place += card.choices.len();
    }
    paragraphs.join("\n\n")
}

fn paragraph(card: &Card, place: usize) -> String {
    let opens = card.opens.as_ref().or(card.image.as_ref());
    let texts = [Some(&card.title), card.subtitle.as_ref(), opens].into_iter().flatten().cloned();
    let links = card.links.iter().map(|link| format!("{}: {}", link.title, link.url));
    let choices = card.choices.iter().enumerate().map(|(at, choice)| numbered(place + at, choice));
    let lines: Vec<_> = texts.chain(links).chain(choices).filter(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}
