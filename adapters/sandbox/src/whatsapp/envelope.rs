//! Webhook bodies around what happened: entries, changes, values. Section 5 of the reference.

use serde_json::{Value, json};

use super::account::Dialect;
use super::shop::Shop;
use super::wapi;
use crate::delivery::{Batch, Delivery};
use crate::json::{add_unknown, escaped};
use crate::world::World;

/// The lists of a `value` whose items are events.
const LISTS: [&str; 4] = ["messages", "statuses", "message_echoes", "user_preferences"];

/// One event, ready to be put into an envelope.
pub(super) enum Part {
    /// A change of a number's.
    Change(Change),
    /// A whole body.
    Body(String),
}

/// A `field` with its `value`.
pub(super) struct Change {
    waba_id: String,
    dialect: Dialect,
    field: String,
    pub(super) value: Value,
    /// Where the reseller keeps a medium.
    pub(super) media_link: Option<String>,
}

impl Part {
    /// A change with a value of its own.
    pub(super) fn change(shop: &Shop, field: impl Into<String>, value: Value) -> Self {
        let account = &shop.lock().account;
        Self::Change(Change {
            waba_id: account.waba_id.clone(),
            dialect: account.dialect,
            field: field.into(),
            value,
            media_link: None,
        })
    }

    /// An item of one of the lists of `field: messages`, with the customer's contact.
    pub(super) fn in_list(shop: &Shop, list: &str, item: Value, contact: Option<Value>) -> Self {
        let mut value = metadata(shop);
        if let Some(contact) = contact {
            value["contacts"] = json!([contact]);
        }
        value[list] = json!([item]);
        Self::change(shop, "messages", value)
    }
}

/// A value with nothing in it but whose it is.
pub(super) fn metadata(shop: &Shop) -> Value {
    let account = &shop.lock().account;
    json!({ "messaging_product": "whatsapp", "metadata":
        { "display_phone_number": account.display_phone_number, "phone_number_id": account.id } })
}

/// Puts events into posts, as the delivery wants them.
pub(super) fn bodies(world: &World, mut parts: Vec<Part>, delivery: &Delivery) -> Vec<String> {
    if delivery.reversed {
        parts.reverse();
    }
    let mut posts: Vec<Vec<Change>> = Vec::new();
    let mut bodies = Vec::new();
    for part in parts {
        match part {
            Part::Body(body) => bodies.push(body),
            Part::Change(change) => match posts.last_mut() {
                Some(post) if delivery.batch != Batch::Single && change.dialect == Dialect::Cloud => {
                    post.push(change);
                }
                _ => posts.push(vec![change]),
            },
        }
    }
    bodies.extend(posts.into_iter().map(|changes| post(world, changes, delivery)));
    bodies
}

fn post(world: &World, changes: Vec<Change>, delivery: &Delivery) -> String {
    let reseller = changes.first().filter(|change| change.dialect == Dialect::Wapi);
    let link = reseller.map(|change| change.media_link.clone());
    let mut whole = envelope(changes, delivery);
    if delivery.unknown_fields {
        add_unknown(&mut whole);
    }
    if let Some(link) = link {
        whole = wapi::webhook(world, whole, link);
    }
    match delivery.utf8 {
        true => whole.to_string(),
        // In JSON a slash stands in strings only.
        false => escaped(&whole).replace('/', "\\/"),
    }
}

fn envelope(changes: Vec<Change>, delivery: &Delivery) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    for mut change in changes {
        repeat(&mut change.value, delivery.repeated);
        let entry = entries
            .last_mut()
            .filter(|entry| delivery.batch != Batch::Entries && entry["id"] == change.waba_id.as_str());
        let told = json!({ "field": change.field, "value": change.value });
        match entry.and_then(|entry| entry["changes"].as_array_mut()) {
            Some(changes) => {
                if delivery.batch != Batch::Messaging || !joined(changes, &told) {
                    changes.push(told);
                }
            }
            None => entries.push(json!({ "id": change.waba_id, "changes": [told] })),
        }
    }
    let object = delivery.object.as_deref().unwrap_or("whatsapp_business_account");
    json!({ "object": object, "entry": entries })
}

/// Adds a change's items to the last one's, if both are of the same number and list.
fn joined(changes: &mut [Value], told: &Value) -> bool {
    let Some(last) = changes.last_mut() else { return false };
    let value = &told["value"];
    let same = last["field"] == told["field"] && last["value"]["metadata"] == value["metadata"];
    let list = LISTS.iter().find(|list| value.get(**list).is_some() && last["value"].get(**list).is_some());
    let Some(list) = list.filter(|_| same) else { return false };
    for list in [list, "contacts"] {
        let items = value[list].as_array().cloned().unwrap_or_default();
        match last["value"][list].as_array_mut() {
            Some(there) => {
                let new = items.into_iter().filter(|item| list != "contacts" || !there.contains(item));
                let new: Vec<Value> = new.collect();
                there.extend(new);
            }
            None if items.is_empty() => {}
            None => last["value"][list] = items.into(),
        }
    }
    true
}

fn repeat(value: &mut Value, times: u32) {
    for list in LISTS {
        if let Some(items) = value.get_mut(list).and_then(Value::as_array_mut) {
            *items = vec![std::mem::take(items); times as usize].concat();
        }
    }
}
