//! What a channel can do, declared as data and checked by the core, not discovered by failing.

use serde::{Deserialize, Serialize};

use crate::media::MediaKind;

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
    /// Can an approved template be sent?
    pub templates: bool,
    /// How long after the customer's last message we may write.
    pub window: Option<Window>,
    /// Can "typing" be shown?
    pub typing: bool,
    /// Can the customer's message be marked as seen?
    pub seen: bool,
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
}

impl TextUnit {
    /// The length of a text in this unit.
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Characters => text.chars().count(),
        }
    }
}

/// How many choices a question may have, and how long their titles and payloads may be, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceLimit {
    /// At most so many.
    pub most: usize,
    /// Characters of a title.
    pub title: usize,
    /// Characters of a payload.
    pub payload: usize,
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
    /// Can words stand beside it, or do they need a message of their own?
    pub caption: bool,
}

/// How long after the customer's last message we may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Anybody, so many seconds.
    pub seconds: i64,
    /// A person of the shop, so many seconds; 0 where the channel has no such extension or the account no right to it.
    pub staff_seconds: i64,
}

impl Window {
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
            templates: false,
            window: None,
            typing: false,
            seen: false,
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
        let window = Window { seconds: 86_400, staff_seconds: 604_800 };
        assert_eq!(window.allows(silent, staff), expected);
    }
}
