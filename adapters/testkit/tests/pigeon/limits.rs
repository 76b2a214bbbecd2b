//! What a pigeon can carry, and contents made small enough for it.

use tradepost_domain::{
    Capabilities, Content, Media, MediaKind, Source,
    capabilities::{CardLimit, ChoiceLimit, MediaLimit, TextUnit, Window},
};

use super::messenger::Flaw;

pub const TEXT: usize = 200;
pub const TITLE: usize = 20;
pub const BYTES: u64 = 1_000_000;

pub fn capabilities(flaw: Option<Flaw>) -> Capabilities {
    let staff_seconds = if flaw == Some(Flaw::ClosesTheWindowForPersonsFirst) { 60 } else { 0 };
    let media = |kind, caption| MediaLimit { kind, bytes: BYTES, caption };
    Capabilities {
        quick_replies: Some(ChoiceLimit { text: 100, ..ChoiceLimit::new(5, TITLE, 40) }),
        list: Some(ChoiceLimit { text: 100, description: 30, button: 10, ..ChoiceLimit::new(8, TITLE, 40) }),
        cards: Some(CardLimit { most: 4, title: 30, buttons: 2, button_title: 15 }),
        media: vec![media(MediaKind::Image, 50), media(MediaKind::Audio, 0)],
        location: true,
        window: Some(Window { staff_seconds, ..Window::hours(24) }),
        typing: true,
        uploads: true,
        ..Capabilities::text_only(TEXT, TextUnit::Characters)
    }
}

pub fn short_payloads(content: &Content) -> Content {
    let mut content = content.clone();
    if let Content::QuickReplies { choices, .. } | Content::List { choices, .. } = &mut content {
        choices.iter_mut().for_each(|choice| choice.payload.truncate(40));
    }
    content
}

/// The length of a medium of our store.
pub fn length(medium: &Media) -> Option<u64> {
    match medium.source {
        Source::Stored { bytes, .. } => Some(bytes),
        _ => None,
    }
}

pub fn short_media(content: &Content) -> Content {
    let mut content = content.clone();
    if let Content::Media { media, .. } = &mut content {
        for medium in media {
            if let Source::Stored { bytes, .. } = &mut medium.source {
                *bytes = (*bytes).min(BYTES);
            }
        }
    }
    content
}
