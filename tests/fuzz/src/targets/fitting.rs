//! A channel's limits in five bytes, then a content as JSON, or else as plain text.

use tradepost_domain::{
    Capabilities, Content,
    capabilities::{CardLimit, ChoiceLimit, TextUnit},
    fit::{LEAST_TEXT, PIECES, chosen, fit},
};

/// What is shown stays within the channel's limits, and every offered number can be typed.
pub fn run(data: &[u8]) {
    let Some((limits, rest)) = data.split_first_chunk::<5>() else { return };
    let channel = channel(*limits);
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let content = serde_json::from_str(text).unwrap_or_else(|_| Content::text(text));
    let Ok(fitted) = fit(&content, &channel) else { return };
    assert!(!fitted.pieces.is_empty(), "nothing to send");
    assert!(fitted.pieces.len() <= 2 * PIECES + media(&content), "{} pieces", fitted.pieces.len());
    for piece in &fitted.pieces {
        within(piece, &channel);
    }
    for (place, choice) in fitted.offered.iter().enumerate() {
        let number = (place + 1).to_string();
        let titled = fitted.offered.iter().any(|other| other.title.trim() == number);
        assert!(titled || chosen(&number, &fitted.offered) == Some(choice), "{number} selects another");
    }
}

fn channel([most, unit, choices, title, cards]: [u8; 5]) -> Capabilities {
    let unit = if unit % 2 == 0 { TextUnit::Bytes } else { TextUnit::Characters };
    let number = |byte: u8| usize::from(byte);
    let limit = ChoiceLimit::new(number(choices % 16), number(title % 32), 200);
    let card = CardLimit { most: number(cards % 8), title: number(title % 96), buttons: 3, button_title: 20 };
    Capabilities {
        quick_replies: (choices & 16 != 0).then_some(limit),
        buttons: (choices & 32 != 0).then_some(limit),
        list: (choices & 64 != 0).then_some(limit),
        cards: (cards & 8 != 0).then_some(card),
        ..Capabilities::text_only(LEAST_TEXT + number(most), unit)
    }
}

fn media(content: &Content) -> usize {
    match content {
        Content::Media { media, .. } => media.len(),
        _ => 0,
    }
}

fn within(piece: &Content, channel: &Capabilities) {
    let measured = piece.words().map_or(0, |words| channel.text.unit.measure(words));
    assert!(measured <= channel.text.most, "{measured} of at most {}", channel.text.most);
    let shown = match piece {
        Content::QuickReplies { choices, .. } => channel.quick_replies.map(|limit| (choices, limit)),
        Content::Buttons { choices, .. } => channel.buttons.map(|limit| (choices, limit)),
        Content::List { choices, .. } => channel.list.map(|limit| (choices, limit)),
        _ => return,
    };
    let Some((choices, limit)) = shown else { panic!("the channel cannot show {piece:?}") };
    assert!(choices.len() <= limit.most, "{} choices", choices.len());
    for choice in choices {
        assert!(choice.title.chars().count() <= limit.title, "the title `{}`", choice.title);
    }
}
