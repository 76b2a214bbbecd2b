//! What a message holds, in either direction. Fitting to a channel's limits happens once, in the engine.

use serde::{Deserialize, Serialize};

use crate::{Money, Template, media::Media};

/// The content of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Plain text.
    Text {
        /// The words.
        text: String,
    },
    /// One or more pictures, videos, sounds or files, with words if there were any.
    Media {
        /// At least one.
        media: Vec<Media>,
        /// The words beside it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The customer chose something offered: a quick reply, a button, a row of a list, or its typed number.
    Tap {
        /// The machine value that the offer carried.
        payload: String,
        /// What the customer saw on it.
        title: String,
    },
    /// A question with buttons that stay.
    Buttons {
        /// The question.
        text: String,
        /// What may be tapped.
        choices: Vec<Choice>,
    },
    /// A question with suggestions that vanish after a tap.
    QuickReplies {
        /// The question.
        text: String,
        /// What may be tapped.
        choices: Vec<Choice>,
    },
    /// A question with a list to open.
    List {
        /// The question.
        text: String,
        /// What opens the list.
        button: String,
        /// The rows.
        choices: Vec<Choice>,
    },
    /// Cards side by side.
    Cards {
        /// At least one.
        cards: Vec<Card>,
    },
    /// A place.
    Location {
        /// Degrees north, in millionths.
        latitude_e6: i32,
        /// Degrees east, in millionths.
        longitude_e6: i32,
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// People and how they are reached.
    People {
        /// At least one.
        people: Vec<Person>,
    },
    /// What the customer put into the basket of a catalogue that the provider keeps.
    Basket {
        /// The words beside it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// What is in it.
        items: Vec<BasketItem>,
    },
    /// A form that the provider showed to the customer, filled in.
    Form {
        /// Which.
        name: String,
        /// What was filled in, as the provider wrote it; JSON as a rule.
        answers: String,
    },
    /// A template that the provider has approved.
    Template(Template),
    /// Something that the channel could not hand over.
    Unsupported {
        /// The provider's word for it.
        what: String,
    },
}

impl Content {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// The words in it, if any: what a keyword rule or a model reads.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { text }
            | Self::Buttons { text, .. }
            | Self::QuickReplies { text, .. }
            | Self::List { text, .. } => Some(text),
            Self::Tap { title, .. } => Some(title),
            Self::Media { text, .. } | Self::Basket { text, .. } => text.as_deref(),
            Self::Cards { .. }
            | Self::Location { .. }
            | Self::People { .. }
            | Self::Form { .. }
            | Self::Template(_)
            | Self::Unsupported { .. } => None,
        }
    }

    /// The media that this content names.
    pub fn media(&self) -> &[Media] {
        match self {
            Self::Media { media, .. } => media,
            Self::Template(template) => template.media(),
            _ => &[],
        }
    }

    /// What this content offers to choose from, in the order shown.
    pub fn choices(&self) -> Vec<Choice> {
        match self {
            Self::Buttons { choices, .. }
            | Self::QuickReplies { choices, .. }
            | Self::List { choices, .. } => choices.clone(),
            Self::Cards { cards } => cards.iter().flat_map(|card| card.choices.iter().cloned()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The machine value that comes back; carries its question's number, so that an old tap is known as old.
    pub payload: String,
    /// What the customer sees.
    pub title: String,
    /// A second line, where the channel shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Choice {
    /// A choice without a second line.
    pub fn new(payload: impl Into<String>, title: impl Into<String>) -> Self {
        Self { payload: payload.into(), title: title.into(), description: None }
    }
}

/// A person, as one passes on somebody's number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The numbers, as they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
}

/// One line of a basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasketItem {
    /// The shop's own id of the article.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// The price of one as the customer saw it: never what is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// A card: a title, perhaps a picture, links and choices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The first line.
    pub title: String,
    /// The second line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// The address of a picture, https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Where a tap on the card leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// Buttons that open a page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Buttons that answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// A button that opens a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What stands on it.
    pub title: String,
    /// Where it leads, https.
    pub url: String,
}
