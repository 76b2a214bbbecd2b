//! What a Telegram customer can do, as tests and the control API say it.

use serde::Deserialize;
use serde_json::Value;

/// One thing a customer does.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TelegramAction {
    /// Writes.
    Text {
        /// The words.
        text: String,
    },
    /// Opens the chat by its button, or by a link `t.me/bot?start=payload`.
    Start {
        /// What stands in the link.
        #[serde(default)]
        payload: Option<String>,
    },
    /// Sends a file, from the sandbox's own.
    Media(TelegramSent),
    /// Shows a place; with a title it is a venue.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// What is there.
        #[serde(default)]
        title: Option<String>,
        /// Where that is.
        #[serde(default)]
        address: Option<String>,
    },
    /// Hands on a contact.
    Contact {
        /// The number.
        phone_number: String,
        /// Whose.
        first_name: String,
        /// Whose.
        #[serde(default)]
        last_name: Option<String>,
        /// Shares the customer's own, which names them.
        #[serde(default)]
        own: bool,
    },
    /// Taps a button of the bot's: below a message it is a callback query with what was sent, below the field for typing a text. The
    /// first of the latest message when neither is given.
    Tap {
        /// The title, in any case, of any message that is still there.
        #[serde(default)]
        title: Option<String>,
        /// The place in the latest message with buttons, from 1.
        #[serde(default)]
        index: Option<usize>,
        /// The message is so old that Telegram no longer hands it on.
        #[serde(default)]
        old: bool,
    },
    /// Edits a message of their own: its words, or its caption.
    Edit {
        /// The new words.
        text: String,
        /// Which; their last one when left out.
        #[serde(default)]
        message_id: Option<i64>,
    },
    /// Reacts to a message of the bot's.
    Reaction {
        /// With what; nothing takes it back.
        #[serde(default)]
        emoji: Option<String>,
        /// Which; the bot's last one when left out.
        #[serde(default)]
        message_id: Option<i64>,
    },
    /// Blocks the bot.
    Block {},
    /// Lets it write again.
    Unblock {},
    /// Sends what a page that the bot opened hands over.
    WebAppData {
        /// As it stands.
        data: String,
        /// Title of the button that opened the page.
        button_text: String,
    },
    /// A message that holds a field of another kind: `poll`, `dice`, `pinned_message`, or one that nobody knows.
    Holds {
        /// Its name.
        field: String,
        /// What stands in it.
        value: Value,
    },
    /// An update of any kind.
    Update {
        /// Its name.
        update: String,
        /// What stands in it.
        value: Value,
    },
    /// A post that is no update.
    RawBody {
        /// As it is posted.
        body: String,
    },
}

/// A file that a customer sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TelegramSent {
    /// What it is sent as.
    pub media: TelegramMedia,
    /// Words beside it.
    pub caption: Option<String>,
    /// The name that is told.
    pub file_name: Option<String>,
    /// The type that is told, whatever it is.
    pub mime_type: Option<String>,
    /// Padded to so many bytes.
    pub bytes: Option<u64>,
    /// Telegram no longer has it.
    pub gone: bool,
    /// The download answers with this status.
    pub status: Option<u16>,
    /// The bytes are those of this kind instead.
    pub bytes_of: Option<TelegramMedia>,
}

/// What a file is sent as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the field of a message")]
pub enum TelegramMedia {
    #[default]
    Photo,
    Video,
    Animation,
    VideoNote,
    Audio,
    Voice,
    Document,
    Sticker,
}

impl TelegramMedia {
    /// The field of the message.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
            Self::Animation => "animation",
            Self::VideoNote => "video_note",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }
}

impl TelegramAction {
    /// Writes.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// Taps what has this title.
    pub fn tap(title: impl Into<String>) -> Self {
        Self::Tap { title: Some(title.into()), index: None, old: false }
    }

    /// Sends a file of that kind.
    pub fn media(media: TelegramMedia) -> Self {
        Self::Media(TelegramSent { media, ..TelegramSent::default() })
    }
}
