//! What a WhatsApp customer can do, as tests and the control API say it. One variant for each row of the reference's section 6.

use serde::Deserialize;
use serde_json::Value;

/// One thing a customer does.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WhatsappAction {
    /// Writes.
    Text {
        /// The words.
        text: String,
    },
    /// Sends a medium, from the sandbox's own media.
    Media(Sent),
    /// Shows a place.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// What is there.
        #[serde(default)]
        name: Option<String>,
        /// Where that is.
        #[serde(default)]
        address: Option<String>,
        /// A page about it.
        #[serde(default)]
        url: Option<String>,
    },
    /// Hands on a card.
    Contacts {
        /// Whose.
        name: String,
        /// Numbers as people write them.
        #[serde(default)]
        phones: Vec<String>,
    },
    /// Taps what the account offered: the id that was sent comes back. The first of the latest message when neither is given.
    Tap {
        /// The title, in any case, of any message that is still there.
        #[serde(default)]
        title: Option<String>,
        /// The place in the latest message, from 1.
        #[serde(default)]
        index: Option<usize>,
    },
    /// A tap on a button, whatever was sent.
    ButtonReply {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
    },
    /// A tap on a row of a list, whatever was sent.
    ListReply {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
        /// Its second line.
        #[serde(default)]
        description: Option<String>,
    },
    /// Sends a flow off.
    FlowReply {
        /// `response_json`: text as it stands, anything else as JSON in a string.
        response: Value,
    },
    /// A tap on a template's quick reply, whatever was sent.
    TemplateButton {
        /// Its text.
        text: String,
        /// Its payload.
        payload: String,
    },
    /// Orders from a catalogue.
    Order {
        /// The catalogue.
        #[serde(default = "catalog")]
        catalog_id: String,
        /// Words along with it.
        #[serde(default)]
        text: String,
        /// What and how much.
        items: Vec<OrderItem>,
    },
    /// Reacts to a message, by default to the account's last.
    Reaction {
        /// The message.
        #[serde(default)]
        message_id: Option<String>,
        /// The character.
        #[serde(default = "thumb")]
        emoji: String,
        /// Takes the reaction back: an empty emoji.
        #[serde(default)]
        removed: bool,
        /// Takes it back without any emoji field.
        #[serde(default)]
        absent: bool,
    },
    /// Sends something that WhatsApp does not hand on.
    Unsupported {
        /// What it was, when that is told.
        #[serde(default)]
        what: Option<String>,
    },
    /// Deletes a message, by default the customer's last.
    Revoke {
        /// The message.
        #[serde(default)]
        message_id: Option<String>,
    },
    /// Changes a message, by default the customer's last.
    Edit {
        /// The new words.
        text: String,
        /// The message.
        #[serde(default)]
        message_id: Option<String>,
    },
    /// Moves to another number; from now on the customer writes from there.
    NumberChanged {
        /// The new number, digits only.
        wa_id: String,
        /// The new business-scoped id, if it is told.
        #[serde(default)]
        user_id: Option<String>,
    },
    /// Has another business-scoped id, and shows no number: from now on the customer writes under the new one.
    UserIdChanged {
        /// The new one.
        user_id: String,
    },
    /// Sets WhatsApp up anew: another identity.
    IdentityChanged {
        /// Of the new keys.
        #[serde(default = "hash")]
        hash: String,
    },
    /// An interactive message without its object, and an error beside it.
    InteractiveEmpty {},
    /// A kind that nobody knows.
    Unknown {
        /// Its name.
        #[serde(default = "hologram")]
        r#type: String,
        /// What stands under that name.
        #[serde(default)]
        body: Value,
    },
    /// The in-app control for marketing messages.
    Preference {
        /// `stop`, `resume` or `signup`.
        value: String,
        /// The sentence along with it.
        #[serde(default)]
        detail: Option<String>,
    },
    /// Reads the account's last message, or this one: a `read` status.
    Read {
        /// The message.
        #[serde(default)]
        message_id: Option<String>,
    },
    /// Any status of the account's last message, or of this one.
    Status {
        /// Which.
        status: String,
        /// The error of a `failed` one.
        #[serde(default)]
        code: Option<i64>,
        /// The message.
        #[serde(default)]
        message_id: Option<String>,
    },
    /// The shop's own people write on the phone (coexistence): an echo.
    Echo {
        /// The words.
        text: String,
    },
    /// Errors of a value, without a message.
    ValueErrors {
        /// The code.
        code: i64,
        /// The details.
        #[serde(default)]
        details: String,
    },
    /// Any item of `messages[]`; author, id and timestamp are added where absent.
    Raw {
        /// The item.
        item: Value,
    },
    /// Any change.
    RawChange {
        /// `account_update`, `phone_number_quality_update`…
        field: String,
        /// Its value.
        value: Value,
    },
    /// Any body at all, signed as it stands.
    RawBody {
        /// The body.
        body: String,
    },
}

/// A medium that a customer sends.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sent {
    /// Which kind.
    pub media: WhatsappMedia,
    /// Words along with it.
    pub caption: Option<String>,
    /// Of a document.
    pub filename: Option<String>,
    /// Another type than the bytes have.
    pub mime_type: Option<String>,
    /// Padded to so many bytes.
    pub bytes: Option<u64>,
    /// Never there: look-ups and downloads find nothing.
    pub gone: bool,
    /// Another status of the download than 200.
    pub status: Option<u16>,
    /// The webhook tells the address at once.
    pub with_url: bool,
    /// Of a sticker.
    pub animated: bool,
}

/// Kinds of media.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhatsappMedia {
    /// A picture.
    #[default]
    Image,
    /// A video.
    Video,
    /// An audio file: `voice` is false.
    Audio,
    /// A voice note: an `audio` whose `voice` is true.
    VoiceNote,
    /// The type that was called `voice` in former times.
    Voice,
    /// A document.
    Document,
    /// A sticker.
    Sticker,
}

impl WhatsappMedia {
    /// The message's type, and the extension of the sandbox's own file.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Image => ("image", "png"),
            Self::Video => ("video", "mp4"),
            Self::Audio => ("audio", "m4a"),
            Self::VoiceNote => ("audio", "ogg"),
            Self::Voice => ("voice", "ogg"),
            Self::Document => ("document", "pdf"),
            Self::Sticker => ("sticker", "webp"),
        }
    }
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct OrderItem {
    /// The shop's own id of the product.
    pub product_retailer_id: String,
    /// How many.
    pub quantity: u32,
    /// Of one, in the currency's major unit.
    pub item_price: f64,
    /// `EUR`.
    pub currency: String,
}

impl WhatsappAction {
    /// The commonest of all.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// A picture from the sandbox's own media.
    pub fn picture() -> Self {
        Self::media(WhatsappMedia::Image)
    }

    /// A medium from the sandbox's own.
    pub fn media(media: WhatsappMedia) -> Self {
        Self::Media(Sent { media, ..Sent::default() })
    }

    /// A tap on what has this title.
    pub fn tap(title: impl Into<String>) -> Self {
        Self::Tap { title: Some(title.into()), index: None }
    }

    /// The number and the business-scoped id that the customer has from now on.
    pub(super) fn moves_to(&self) -> Option<(Option<&str>, Option<&str>)> {
        match self {
            Self::NumberChanged { wa_id, user_id } => Some((Some(wa_id), user_id.as_deref())),
            Self::UserIdChanged { user_id } => Some((None, Some(user_id))),
            _ => None,
        }
    }

    /// Whether it is a message of the customer's, which opens the window.
    pub(super) fn opens_window(&self) -> bool {
        matches!(
            self,
            Self::Text { .. }
                | Self::Media(_)
                | Self::Location { .. }
                | Self::Contacts { .. }
                | Self::Tap { .. }
                | Self::ButtonReply { .. }
                | Self::ListReply { .. }
                | Self::FlowReply { .. }
                | Self::TemplateButton { .. }
                | Self::Order { .. }
                | Self::Unsupported { .. }
                | Self::Unknown { .. }
        )
    }
}

fn catalog() -> String {
    "900000000000001".into()
}

fn thumb() -> String {
    "👍".into()
}

fn hash() -> String {
    "c0ffee".into()
}

fn hologram() -> String {
    "hologram".into()
}
