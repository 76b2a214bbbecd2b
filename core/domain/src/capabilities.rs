//! What a channel can do, declared as data and checked by the core, not discovered by failing.

use serde::{Deserialize, Serialize};

use crate::{fit::sms, media::MediaKind};

/// A channel's abilities and limits. `None` or an empty list says "cannot".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Length of one text.
    pub text: TextLimit,
    /// Suggestions that vanish after a tap.
    pub quick_replies: Option<ChoiceLimit>,
    /// Buttons that stay.
    pub buttons: Option<ChoiceLimit>,
    /// A list to open.
    pub list: Option<ChoiceLimit>,
    /// Cards side by side.
    pub cards: Option<CardLimit>,
    /// Kinds of media that can be sent.
    pub media: Vec<MediaLimit>,
    /// Can a place be sent?
    pub location: bool,
    /// Can people's names and numbers be sent?
    pub people: bool,
    /// Can an approved template be sent? It may leave while the window is closed.
    pub templates: bool,
    /// How long after the customer's last message we may write.
    pub window: Option<Window>,
    /// Can "typing" be shown?
    pub typing: bool,
    /// Can the customer's message be marked as seen?
    pub seen: bool,
    /// Are media of our store handed to the adapter with their bytes? Else it writes links to them.
    pub uploads: bool,
}

/// How long a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLimit {
    /// So many units.
    pub most: usize,
    /// Of these.
    pub unit: TextUnit,
}

/// What a channel counts in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalar values.
    Characters,
    /// Units of UTF-16: a sign beyond the first plane is two.
    Utf16,
    /// Parts of an SMS: [`crate::fit::sms`].
    Segments,
}

impl TextUnit {
    /// The length of a text in this unit.
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Segments => sms::segments(text).count,
        }
    }
}

/// How many choices a question may have, and how long its parts may be, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceLimit {
    /// At most so many.
    pub most: usize,
    /// Characters of a title.
    pub title: usize,
    /// Characters of a payload.
    pub payload: usize,
    /// Characters of the question, where that is less than a text may have.
    pub text: usize,
    /// Characters of a choice's second line; 0 where none is shown.
    pub description: usize,
    /// Characters of what opens a list.
    pub button: usize,
}

impl ChoiceLimit {
    /// Choices without a second line; the question may be as long as any text.
    pub const fn new(most: usize, title: usize, payload: usize) -> Self {
        Self { most, title, payload, text: usize::MAX, description: 0, button: title }
    }
}

/// Limits of cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLimit {
    /// At most so many cards.
    pub most: usize,
    /// Characters of a title, and of a second line.
    pub title: usize,
    /// Links and choices of one card together.
    pub buttons: usize,
    /// Characters on a button.
    pub button_title: usize,
}

/// A kind of media that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaLimit {
    /// The kind.
    pub kind: MediaKind,
    /// At most so many bytes.
    pub bytes: u64,
    /// Characters of the words beside it; 0 where words need a message of their own.
    pub caption: usize,
}

/// How long after the customer's last message we may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Anybody, so many seconds.
    pub seconds: i64,
    /// A person of the shop, so many seconds; 0 where the channel has no such extension or the account no right to it.
    pub staff_seconds: i64,
    /// So many lines of ours at most after each message of the customer; `None` where nobody counts.
    pub quota: Option<u32>,
}

impl Window {
    /// A window of so many hours for anybody, and without a quota.
    pub const fn hours(hours: i64) -> Self {
        Self { seconds: hours * 3600, staff_seconds: 0, quota: None }
    }

    /// May a line leave, and does it need the extension for persons?
    pub fn allows(&self, silent_seconds: i64, by_staff: bool) -> Passage {
        match silent_seconds {
            silent if silent <= self.seconds => Passage::Open,
            silent if by_staff && silent <= self.staff_seconds => Passage::AsStaff,
            _ => Passage::Closed,
        }
    }
}

/// What a window says to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// It may leave.
    Open,
    /// It may leave under the extension for persons, which the provider must be told.
    AsStaff,
    /// It may not.
    Closed,
}

impl Capabilities {
    /// A channel that shows text of that length and nothing else.
    pub fn text_only(most: usize, unit: TextUnit) -> Self {
        Self {
            text: TextLimit { most, unit },
            quick_replies: None,
            buttons: None,
            list: None,
            cards: None,
            media: Vec::new(),
            location: false,
            people: false,
            templates: false,
            window: None,
            typing: false,
            seen: false,
            uploads: false,
        }
    }

    /// The limit of a kind of media, if it can be sent at all.
    pub fn media_limit(&self, kind: MediaKind) -> Option<&MediaLimit> {
        self.media.iter().find(|limit| limit.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: AD-05
    #[rstest]
    #[case::fresh(10, false, Passage::Open)]
    #[case::last_second(86_400, false, Passage::Open)]
    #[case::bot_too_late(86_401, false, Passage::Closed)]
    #[case::person_later(86_401, true, Passage::AsStaff)]
    #[case::person_too_late(604_801, true, Passage::Closed)]
    fn a_window_closes_for_the_bot_first(
        #[case] silent: i64,
        #[case] staff: bool,
        #[case] expected: Passage,
    ) {
        let window = Window { staff_seconds: 604_800, ..Window::hours(24) };
        assert_eq!(window.allows(silent, staff), expected);
    }
}
