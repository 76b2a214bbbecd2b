//! Fitting: how a content is shown on a channel, decided once for all channels.
//!
//! A channel says in its [`Capabilities`] what it can do; [`fit`] turns a content into the messages that show it
//! there. What the channel lacks becomes text: choices become numbered lines, and [`chosen`] understands the number
//! that the customer types.

mod cards;
mod choices;
mod media;
pub mod sms;
mod split;

pub use choices::chosen;
pub use split::{PIECES, cut, split};

use crate::{Capabilities, Choice, Content, Person, capabilities::TextUnit, media::MediaKind};

/// The shortest text limit that a channel may declare: below it not even a word with its ellipsis would stand.
pub const LEAST_TEXT: usize = 16;

/// A content as its channel shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// What is sent, in order; never empty.
    pub pieces: Vec<Content>,
    /// All that the content offers to choose from, in the order shown: what a typed number selects.
    pub offered: Vec<Choice>,
}

/// Why a content cannot be shown at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No words, no card, no medium.
    #[error("there is nothing to show")]
    Empty,
    /// Only customers tap, and only channels fail to hand over.
    #[error("what a customer sends cannot be sent to one")]
    Inbound,
    /// A template has no words of its own.
    #[error("the channel has no templates")]
    Template,
    /// It cannot be sent, and there is no link to write instead.
    #[error("the channel cannot send this medium ({0:?}), and it has no link")]
    Medium(MediaKind),
    /// The channel's text limit is below [`LEAST_TEXT`].
    #[error("the channel's text limit is too small")]
    NoRoom,
}

/// Turns a content into what the channel can show, losing nothing but the ends of titles and of endless texts.
///
/// Texts are split where they pause, into at most [`PIECES`]. Choices stand on the last piece, where they are seen.
pub fn fit(content: &Content, channel: &Capabilities) -> Result<Fitted, Unfit> {
    let least = if channel.text.unit == TextUnit::Segments { 1 } else { LEAST_TEXT };
    if channel.text.most < least {
        return Err(Unfit::NoRoom);
    }
    let pieces = match content {
        Content::Text { text } => texts(text, channel),
        Content::Buttons { text, .. } | Content::QuickReplies { text, .. } | Content::List { text, .. } => {
            choices::question(content, text, channel)
        }
        Content::Media { media, text } => media::media(media, text.as_deref(), channel)?,
        Content::Cards { cards } => cards::cards(cards, channel),
        Content::Location { latitude_e6, longitude_e6, name } if !channel.location => {
            texts(&place(*latitude_e6, *longitude_e6, name.as_deref()), channel)
        }
        Content::Location { .. } => vec![content.clone()],
        Content::People { people } if !channel.people => texts(&names(people), channel),
        Content::People { people } if people.is_empty() => Vec::new(),
        Content::People { .. } => vec![content.clone()],
        Content::Template(_) if channel.templates => vec![content.clone()],
        Content::Template(_) => return Err(Unfit::Template),
        Content::Tap { .. } | Content::Unsupported { .. } | Content::Basket { .. } | Content::Form { .. } => {
            return Err(Unfit::Inbound);
        }
    };
    if pieces.is_empty() {
        return Err(Unfit::Empty);
    }
    Ok(Fitted { pieces, offered: content.choices() })
}

/// A text in as many messages as it takes; none for a blank one.
fn texts(text: &str, channel: &Capabilities) -> Vec<Content> {
    split(text, channel.text).into_iter().map(Content::text).collect()
}

/// A place in words: its name, and the coordinates that any map understands.
fn place(latitude_e6: i32, longitude_e6: i32, name: Option<&str>) -> String {
    let at = format!("{}, {}", degrees(latitude_e6), degrees(longitude_e6));
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name}\n{at}"),
        None => at,
    }
}

/// A line for each person: the name and the numbers.
fn names(people: &[Person]) -> String {
    let line = |person: &Person| match person.phones.is_empty() {
        true => person.name.clone(),
        false => format!("{}: {}", person.name, person.phones.join(", ")),
    };
    people.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn degrees(e6: i32) -> String {
    let (sign, size) = (if e6 < 0 { "-" } else { "" }, e6.unsigned_abs());
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

#[cfg(test)]
mod tests;
