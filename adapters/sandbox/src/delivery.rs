//! How events reach the gateway: copies, order, batches, signatures, and the ways of writing them.

use serde::Deserialize;
use serde_json::Value;

/// How the events of one call reach the gateway. The default is the provider's good behaviour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Copies of each post.
    pub times: u32,
    /// Posts all copies over connections of their own at the same moment, once each.
    pub at_once: bool,
    /// Later events first.
    pub reversed: bool,
    /// How several events share posts.
    pub batch: Batch,
    /// The signature sent along.
    pub signature: Signature,
    /// Changes the body after it was signed (one space more: still JSON).
    pub alter: bool,
    /// How times are written.
    pub timestamps: Timestamps,
    /// Each event so many times in its post, with the same id (WhatsApp).
    pub repeated: u32,
    /// Sends characters beyond ASCII as they are, instead of `\uXXXX` (WhatsApp, Telegram).
    pub utf8: bool,
    /// Adds fields that nobody knows, on every level (WhatsApp, Telegram).
    pub unknown_fields: bool,
    /// Another `object` than the channel's own.
    pub object: Option<String>,
    /// Puts items under `standby` instead of `messaging`: another app holds the thread.
    pub standby: bool,
    /// Overrides the number of repeats.
    pub retries: Option<u32>,
    /// Overrides the address.
    pub url: Option<String>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            times: 1,
            at_once: false,
            reversed: false,
            batch: Batch::default(),
            signature: Signature::default(),
            alter: false,
            timestamps: Timestamps::default(),
            repeated: 1,
            utf8: false,
            unknown_fields: false,
            object: None,
            standby: false,
            retries: None,
            url: None,
        }
    }
}

/// How several events share posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Batch {
    /// A post for each event.
    #[default]
    Single,
    /// One post, one entry, all events in it (WhatsApp: in one `value` for each number).
    Messaging,
    /// One post, an entry for each event.
    Entries,
    /// One post, one entry, a change for each event (WhatsApp; Instagram has no changes, and takes it for `messaging`).
    Changes,
}

/// The signature sent along; on Telegram the secret token, bent likewise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// Over the bytes sent, with the app's secret.
    #[default]
    Right,
    /// The right length, other digits.
    Wrong,
    /// With another secret.
    OtherSecret,
    /// No header.
    Missing,
    /// The right one, cut short.
    Truncated,
    /// The right one in capitals.
    Uppercase,
    /// The right digits without `sha256=` (Telegram: as it is).
    Bare,
}

/// How times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timestamps {
    /// As the channel writes them: Instagram as `ms`, WhatsApp as `seconds_string`.
    #[default]
    Own,
    /// Milliseconds, as a number.
    Ms,
    /// Seconds, as a number.
    Seconds,
    /// Milliseconds, as a string.
    String,
    /// Seconds, as a string.
    SecondsString,
}

impl Timestamps {
    /// A time as it is written, where the channel's own way is `own`.
    pub(crate) fn write(self, at_ms: i64, own: Self) -> Value {
        match if self == Self::Own { own } else { self } {
            Self::Own | Self::Ms => at_ms.into(),
            Self::Seconds => (at_ms / 1000).into(),
            Self::String => at_ms.to_string().into(),
            Self::SecondsString => (at_ms / 1000).to_string().into(),
        }
    }
}
