//! A server-side caller asks in a customer's name and reads what is answered.

use poem_openapi::{Object, Union};

/// One message of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(deny_unknown_fields)]
pub struct ChatRequest {
    /// The storefront it is for; the key's first one when left out.
    #[oai(validator(max_length = 64))]
    pub storefront: Option<String>,
    /// Your own id of the customer: the same one is the same conversation.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub contact: String,
    /// What the customer is called.
    #[oai(validator(max_length = 200))]
    pub name: Option<String>,
    /// What the customer wrote. Either this or `tap`.
    #[oai(validator(max_length = 100_000))]
    pub text: Option<String>,
    /// What the customer tapped. Either this or `text`.
    pub tap: Option<Tap>,
    /// Your id of the message. The same one asks once, however often it is sent; asking again reads the answer.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub message_id: Option<String>,
    /// How many seconds to wait for the answer: 20 when left out, at most 60.
    #[oai(validator(minimum(value = "0"), maximum(value = "60")))]
    pub wait: Option<u32>,
}

/// Something offered that the customer chose.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(deny_unknown_fields)]
pub struct Tap {
    /// The choice's payload, as it was offered.
    #[oai(validator(min_length = 1, max_length = 1000))]
    pub payload: String,
    /// What stood on it; the payload when left out.
    #[oai(validator(max_length = 200))]
    pub title: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct ChatAnswer {
    /// The conversation.
    pub conversation: String,
    /// The caller's id of the message, or the one it was given.
    pub message_id: String,
    /// What was answered, in order. May be empty: a person may have the conversation.
    pub messages: Vec<ChatMessage>,
    /// Is everything answered? Else the time was up: ask again with the same `message_id` to read on.
    pub complete: bool,
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ChatMessage {
    /// Its id.
    pub id: String,
    /// When it was written, in UTC.
    pub at: String,
    /// Who wrote it: `bot` or `staff`.
    pub author: String,
    /// What it is: `text`, `media`, `buttons`, `quick_replies`, `list`, `cards` or `location`.
    pub kind: String,
    /// The words.
    pub text: Option<String>,
    /// What may be chosen: send it back as `tap`.
    #[oai(skip_serializing_if_is_empty)]
    pub choices: Vec<ChatChoice>,
    /// Cards side by side.
    #[oai(skip_serializing_if_is_empty)]
    pub cards: Vec<ChatCard>,
    /// Pictures, videos, sounds and files.
    #[oai(skip_serializing_if_is_empty)]
    pub media: Vec<ChatMedia>,
    /// A place.
    pub location: Option<ChatLocation>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ChatChoice {
    /// The machine value that comes back.
    pub payload: String,
    /// What the customer sees.
    pub title: String,
    /// A second line.
    pub description: Option<String>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ChatCard {
    /// The first line.
    pub title: String,
    /// The second line.
    pub subtitle: Option<String>,
    /// The address of a picture.
    pub image: Option<String>,
    /// Where a tap on the card leads.
    pub opens: Option<String>,
    /// Buttons that open a page.
    #[oai(skip_serializing_if_is_empty)]
    pub links: Vec<ChatLink>,
    /// Buttons that answer.
    #[oai(skip_serializing_if_is_empty)]
    pub choices: Vec<ChatChoice>,
}

/// A button that opens a page.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct ChatLink {
    /// What stands on it.
    pub title: String,
    /// Where it leads.
    pub url: String,
}

/// A medium.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ChatMedia {
    /// `image`, `video`, `audio` or `file`.
    pub kind: String,
    /// Where it is, if it is on the web.
    pub url: Option<String>,
    /// SHA-256 of its bytes, if it is in our store.
    pub hash: Option<String>,
    /// Content type.
    pub mime: Option<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ChatLocation {
    /// Degrees north, in millionths.
    pub latitude_e6: i32,
    /// Degrees east, in millionths.
    pub longitude_e6: i32,
    /// Its name.
    pub name: Option<String>,
}

/// The end of a streamed answer.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct ChatEnd {
    /// The conversation.
    pub conversation: String,
    /// The caller's id of the message, or the one it was given.
    pub message_id: String,
    /// Is everything answered? Else the time was up.
    pub complete: bool,
}

/// One event of a streamed answer: `message` for each line as it leaves, `end` at last.
#[derive(Debug, Clone, PartialEq, Eq, Union)]
pub enum ChatEvent {
    /// A line.
    Message(ChatMessage),
    /// The end.
    End(ChatEnd),
}
