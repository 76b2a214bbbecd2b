//! Templates: wordings that a provider has approved, with the values of their placeholders.

use serde::{Deserialize, Serialize};

use crate::Media;

/// A template with its values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name at the provider.
    pub name: String,
    /// Its language code there.
    pub language: String,
    /// What it is for: marketing is only sent to who has not refused it.
    #[serde(default)]
    pub category: Category,
    /// What stands above the words, where the template leaves that open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// The values of the words' placeholders, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The values of its buttons' placeholders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<ButtonValue>,
}

/// What a template is for, as it was approved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Offers: what nobody asked for.
    Marketing,
    /// News of something that the customer did.
    #[default]
    Utility,
    /// One-time passwords.
    Authentication,
}

/// The value of a template's header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Header {
    /// Its placeholder.
    Text {
        /// The value.
        value: Parameter,
    },
    /// A picture, a video or a file.
    Media {
        /// Which.
        media: Media,
    },
    /// A place.
    Location {
        /// Degrees north, in millionths.
        latitude_e6: i32,
        /// Degrees east, in millionths.
        longitude_e6: i32,
        /// Its name.
        name: String,
        /// Its address.
        address: String,
    },
}

/// The value of a placeholder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The placeholder's name; `None` where placeholders are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value.
    pub value: String,
}

impl Parameter {
    /// The value of a placeholder that has no name.
    pub fn new(value: impl Into<String>) -> Self {
        Self { name: None, value: value.into() }
    }
}

/// The value of a button's placeholder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonValue {
    /// The button's place, from 0.
    pub place: u8,
    /// What the button does with the value.
    pub kind: ButtonKind,
    /// The value.
    pub value: String,
}

/// What a template's button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    /// Answers; the value comes back as the tap's payload.
    Reply,
    /// Opens a page; the value is the address's end.
    Url,
    /// Copies a code; the value is the code.
    CopyCode,
}

impl Template {
    /// A template without placeholders, of [`Category::Utility`].
    pub fn new(name: impl Into<String>, language: impl Into<String>) -> Self {
        Self { name: name.into(), language: language.into(), ..Self::default() }
    }

    /// The medium in its header.
    pub fn media(&self) -> &[Media] {
        match &self.header {
            Some(Header::Media { media }) => std::slice::from_ref(media),
            _ => &[],
        }
    }
}
