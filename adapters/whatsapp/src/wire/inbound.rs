//! What Meta posts, field by field. What a message can do without is left out when its shape is another.
//! developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages

use serde::Deserialize;
use serde_json::value::RawValue;
use tradepost_meta::{
    graph::GraphError,
    lenient::{Id, Moment, Words, list, perhaps},
};

use super::decimal::Decimal;

/// The events of one WhatsApp Business Account. Lists stay raw, so that one of a wrong shape spoils no other.
#[derive(Deserialize)]
pub(crate) struct Entry<'a> {
    /// The WhatsApp Business Account.
    pub id: Option<Id>,
    #[serde(default)]
    pub time: Moment,
    #[serde(borrow)]
    pub changes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct Change<'a> {
    pub field: Option<Words>,
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
}

/// `value` of the changes that we read.
#[derive(Deserialize)]
pub(crate) struct Value<'a> {
    #[serde(default, deserialize_with = "perhaps")]
    pub metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "list")]
    pub contacts: Vec<Contact>,
    #[serde(borrow)]
    pub messages: Option<&'a RawValue>,
    #[serde(borrow)]
    pub statuses: Option<&'a RawValue>,
    #[serde(borrow)]
    pub errors: Option<&'a RawValue>,
    #[serde(borrow)]
    pub message_echoes: Option<&'a RawValue>,
    #[serde(borrow)]
    pub user_preferences: Option<&'a RawValue>,
}

/// Our number.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub display_phone_number: Option<Words>,
    pub phone_number_id: Option<Id>,
}

/// A customer as their profile shows them.
#[derive(Deserialize)]
pub(crate) struct Contact {
    #[serde(default, deserialize_with = "perhaps")]
    pub profile: Option<Profile>,
    pub wa_id: Option<Id>,
    pub user_id: Option<Id>,
}

#[derive(Deserialize)]
pub(crate) struct Profile {
    pub name: Option<Words>,
    pub username: Option<Words>,
}

/// An item of `messages[]` and of `message_echoes[]`.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub from: Option<Id>,
    pub from_user_id: Option<Id>,
    pub from_parent_user_id: Option<Id>,
    /// Of echoes: whom our account wrote to.
    pub to: Option<Id>,
    pub to_user_id: Option<Id>,
    pub id: Option<Id>,
    #[serde(default)]
    pub timestamp: Moment,
    #[serde(rename = "type")]
    pub kind: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    pub group_id: Option<Id>,
    #[serde(default, deserialize_with = "perhaps")]
    pub context: Option<Context>,
    #[serde(default, deserialize_with = "perhaps")]
    pub referral: Option<Referral>,
    #[serde(default, deserialize_with = "list")]
    pub errors: Vec<GraphError>,
    #[serde(default, deserialize_with = "perhaps")]
    pub text: Option<Text>,
    #[serde(default, deserialize_with = "perhaps")]
    pub image: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub video: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub audio: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub voice: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub document: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub sticker: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub location: Option<Location>,
    #[serde(default, deserialize_with = "list")]
    pub contacts: Vec<Card>,
    #[serde(default, deserialize_with = "perhaps")]
    pub interactive: Option<Interactive>,
    #[serde(default, deserialize_with = "perhaps")]
    pub button: Option<Button>,
    #[serde(default, deserialize_with = "perhaps")]
    pub order: Option<Order>,
    #[serde(default, deserialize_with = "perhaps")]
    pub reaction: Option<Reaction>,
    #[serde(default, deserialize_with = "perhaps")]
    pub unsupported: Option<Unsupported>,
    #[serde(default, deserialize_with = "perhaps")]
    pub revoke: Option<Revoke>,
    #[serde(default, deserialize_with = "perhaps")]
    pub edit: Option<Edit>,
    #[serde(default, deserialize_with = "perhaps")]
    pub system: Option<System>,
}

/// What a message answers, or how it was passed on.
#[derive(Deserialize)]
pub(crate) struct Context {
    pub id: Option<Id>,
    #[serde(default, deserialize_with = "perhaps")]
    pub referred_product: Option<Product>,
}

#[derive(Deserialize)]
pub(crate) struct Product {
    pub product_retailer_id: Option<Id>,
}

/// The advertisement or post that the customer came by.
#[derive(Deserialize)]
pub(crate) struct Referral {
    pub source_id: Option<Id>,
    pub source_type: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Text {
    pub body: Option<Words>,
}

/// A picture, video, sound or file at Meta's.
#[derive(Deserialize)]
pub(crate) struct Medium {
    pub id: Option<Id>,
    pub url: Option<Words>,
    pub caption: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Location {
    pub latitude: Option<Decimal>,
    pub longitude: Option<Decimal>,
    pub name: Option<Words>,
    pub address: Option<Words>,
}

/// An item of a message's own `contacts[]`.
#[derive(Deserialize)]
pub(crate) struct Card {
    #[serde(default, deserialize_with = "perhaps")]
    pub name: Option<Name>,
    #[serde(default, deserialize_with = "list")]
    pub phones: Vec<Number>,
}

#[derive(Deserialize)]
pub(crate) struct Name {
    pub formatted_name: Option<Words>,
    pub first_name: Option<Words>,
    pub last_name: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Number {
    pub phone: Option<Words>,
    pub wa_id: Option<Id>,
}

/// A tap on a button or a row, or a form filled in.
#[derive(Deserialize)]
pub(crate) struct Interactive {
    #[serde(rename = "type")]
    pub kind: Option<Words>,
    #[serde(default, deserialize_with = "perhaps")]
    pub button_reply: Option<Tapped>,
    #[serde(default, deserialize_with = "perhaps")]
    pub list_reply: Option<Tapped>,
    #[serde(default, deserialize_with = "perhaps")]
    pub nfm_reply: Option<Form>,
}

#[derive(Deserialize)]
pub(crate) struct Tapped {
    pub id: Option<Words>,
    pub title: Option<Words>,
}

/// What a Flow of Meta's was answered.
#[derive(Deserialize)]
pub(crate) struct Form {
    pub name: Option<Words>,
    pub body: Option<Words>,
    pub response_json: Option<Box<RawValue>>,
}

/// A tap on a template's button.
#[derive(Deserialize)]
pub(crate) struct Button {
    pub text: Option<Words>,
    pub payload: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Order {
    pub text: Option<Words>,
    #[serde(default, deserialize_with = "list")]
    pub product_items: Vec<OrderItem>,
}

#[derive(Deserialize)]
pub(crate) struct OrderItem {
    pub product_retailer_id: Option<Id>,
    pub quantity: Option<Decimal>,
    pub item_price: Option<Decimal>,
    pub currency: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Reaction {
    pub message_id: Option<Id>,
    pub emoji: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Unsupported {
    #[serde(rename = "type")]
    pub kind: Option<Words>,
}

#[derive(Deserialize)]
pub(crate) struct Revoke {
    pub original_message_id: Option<Id>,
}

#[derive(Deserialize)]
pub(crate) struct Edit {
    pub original_message_id: Option<Id>,
    #[serde(default, deserialize_with = "perhaps")]
    pub message: Option<Edited>,
}

/// A message's new body: its words, or those beside its medium.
#[derive(Deserialize)]
pub(crate) struct Edited {
    #[serde(default, deserialize_with = "perhaps")]
    pub text: Option<Text>,
    #[serde(default, deserialize_with = "perhaps")]
    pub image: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub video: Option<Medium>,
    #[serde(default, deserialize_with = "perhaps")]
    pub document: Option<Medium>,
}

/// News of the customer themselves.
#[derive(Deserialize)]
pub(crate) struct System {
    #[serde(rename = "type")]
    pub kind: Option<Words>,
    pub wa_id: Option<Id>,
    pub new_wa_id: Option<Id>,
    pub user_id: Option<Id>,
    pub parent_user_id: Option<Id>,
    pub previous_user_id: Option<Id>,
    pub previous_parent_user_id: Option<Id>,
}

/// An item of `statuses[]`.
#[derive(Deserialize)]
pub(crate) struct Status {
    pub id: Option<Id>,
    pub status: Option<Words>,
    #[serde(default)]
    pub timestamp: Moment,
    pub recipient_id: Option<Id>,
    pub recipient_user_id: Option<Id>,
    pub recipient_type: Option<Words>,
    /// What the send carried, whoever sent it.
    #[serde(default, deserialize_with = "perhaps")]
    pub biz_opaque_callback_data: Option<Words>,
    #[serde(default, deserialize_with = "list")]
    pub errors: Vec<GraphError>,
}

/// An item of `user_preferences[]`.
#[derive(Deserialize)]
pub(crate) struct Preference {
    pub wa_id: Option<Id>,
    pub user_id: Option<Id>,
    pub category: Option<Words>,
    pub value: Option<Words>,
    #[serde(default)]
    pub timestamp: Moment,
}
