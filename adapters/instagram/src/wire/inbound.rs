//! What Meta posts, field by field.
//! developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks

use serde::Deserialize;
use serde_json::value::RawValue;
use tradepost_meta::lenient::{Flag, Id, Moment, Words, perhaps};

use super::attachment::Attachment;

/// The events of one account. Lists stay raw, so that one of a wrong shape spoils no other.
#[derive(Deserialize)]
pub(crate) struct Entry<'a> {
    /// Our account.
    pub id: Option<Id>,
    /// When it was posted.
    #[serde(default)]
    pub time: Moment,
    /// Events of the inbox.
    #[serde(borrow)]
    pub messaging: Option<&'a RawValue>,
    /// The same while another app controls the thread.
    #[serde(borrow)]
    pub standby: Option<&'a RawValue>,
    /// Events beside the inbox.
    #[serde(borrow)]
    pub changes: Option<&'a RawValue>,
    /// A change written into the entry itself, as on the route of Instagram Login.
    pub field: Option<Words>,
    /// Its value.
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
}

/// An item of `changes[]`.
#[derive(Deserialize)]
pub(crate) struct Change<'a> {
    /// What changed, such as `comments`.
    pub field: Option<Words>,
    /// How.
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
}

/// An item of `messaging[]`.
#[derive(Deserialize)]
pub(crate) struct Item {
    pub sender: Option<Side>,
    pub recipient: Option<Side>,
    #[serde(default)]
    pub timestamp: Moment,
    pub message: Option<Message>,
    pub postback: Option<Postback>,
    pub reaction: Option<Reaction>,
    pub read: Option<Pointer>,
    pub referral: Option<Referral>,
    pub message_edit: Option<Edit>,
}

/// One of the two who talk.
#[derive(Deserialize)]
pub(crate) struct Side {
    pub id: Option<Id>,
    pub username: Option<Words>,
}

/// `message`: words, attachments, a tap, an echo, or what became of an earlier one.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub mid: Option<Id>,
    pub text: Option<Words>,
    pub attachments: Option<Vec<Attachment>>,
    #[serde(default, deserialize_with = "perhaps")]
    pub quick_reply: Option<QuickReply>,
    #[serde(default, deserialize_with = "perhaps")]
    pub reply_to: Option<ReplyTo>,
    #[serde(default, deserialize_with = "perhaps")]
    pub referral: Option<Referral>,
    #[serde(default)]
    pub is_echo: Flag,
    #[serde(default)]
    pub is_deleted: Flag,
    #[serde(default)]
    pub is_unsupported: Flag,
}

#[derive(Deserialize)]
pub(crate) struct QuickReply {
    pub payload: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct ReplyTo {
    pub mid: Option<Id>,
    pub story: Option<Story>,
}

#[derive(Deserialize)]
pub(crate) struct Story {
    pub id: Option<Id>,
    pub url: Option<Words>,
}

/// A tap on an ice breaker, the menu or a card's button. `mid` may be missing.
#[derive(Deserialize)]
pub(crate) struct Postback {
    pub mid: Option<Id>,
    pub title: Option<Words>,
    pub payload: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    pub referral: Option<Referral>,
}

/// How the customer came.
#[derive(Deserialize)]
pub(crate) struct Referral {
    #[serde(rename = "ref")]
    pub mark: Option<Words>,
    pub source: Option<Words>,
    pub ad_id: Option<Id>,
    pub product: Option<Product>,
}

#[derive(Deserialize)]
pub(crate) struct Product {
    pub id: Option<Id>,
}

#[derive(Deserialize)]
pub(crate) struct Reaction {
    pub mid: Option<Id>,
    pub action: Option<Words>,
    pub reaction: Option<Words>,
    pub emoji: Option<Words>,
}

/// `read`.
#[derive(Deserialize)]
pub(crate) struct Pointer {
    pub mid: Option<Id>,
}

/// `message_edit`.
#[derive(Deserialize)]
pub(crate) struct Edit {
    pub mid: Option<Id>,
    pub text: Option<Words>,
}
