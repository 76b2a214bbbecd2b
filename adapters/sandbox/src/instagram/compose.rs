//! Webhook bodies, composed after sections 5 and 6 of the reference.

use serde_json::{Value, json};

use super::action::{Action, Referral, Shape, StoryRef};
use super::shop::{Comment, Shop, State};
use crate::delivery::{Batch, Delivery, Timestamps};
use crate::json::{escaped, given, merge, or_null};
use crate::world::World;

/// One event, ready to be put into an envelope.
pub(super) enum Part {
    /// An item of `messaging[]` (or `standby[]`).
    Item(Value),
    /// A `field` with its `value`.
    Change(Value, Shape),
    /// The dashboard's test: an item under another account's id.
    Test(Value),
    /// A whole body.
    Body(String),
}

/// An event and the message id it carries.
pub(super) struct Composed {
    pub(super) mid: Option<String>,
    pub(super) part: Part,
}

/// What composing needs to know.
struct Scene<'a> {
    world: &'a World,
    state: &'a mut State,
    customer: &'a str,
    now_ms: i64,
    timestamps: Timestamps,
}

/// Composes an action, and remembers what the account now knows of the customer.
pub(super) fn compose(
    world: &World,
    shop: &Shop,
    customer: &str,
    action: &Action,
    delivery: &Delivery,
) -> Composed {
    let now_ms = world.clock.now_ms();
    let mut state = shop.lock();
    let known = state.customers.entry(customer.to_owned()).or_default();
    if action.opens_window() {
        known.wrote_at_ms = Some(now_ms);
    }
    let mut scene = Scene { world, state: &mut state, customer, now_ms, timestamps: delivery.timestamps };
    scene.compose(action)
}

impl Scene<'_> {
    fn compose(&mut self, action: &Action) -> Composed {
        match action {
            Action::Comment { text, media_id, parent_id, shape } => {
                self.comment(text, media_id, parent_id, *shape)
            }
            Action::RawBody { body } => Composed { mid: None, part: Part::Body(body.clone()) },
            Action::Raw { item } => self.raw(item),
            Action::DashboardTest {} => {
                Composed { mid: Some("random_mid".into()), part: Part::Test(self.test()) }
            }
            Action::Read { .. } | Action::Reaction { .. } | Action::Unsend { .. } | Action::Edit { .. } => {
                self.about(action)
            }
            Action::Referral { referral } => self.item(None, json!({ "referral": referral_json(referral) })),
            Action::Optin { r#type, r#ref } => self.item(
                None,
                json!({ "optin": given([("type", r#type.as_str().into()), ("ref", or_null(r#ref))]) }),
            ),
            Action::Postback { title, payload, without_mid, referral } => {
                let mid = (!without_mid).then(|| self.new_mid());
                let referral = referral.as_ref().map_or(Value::Null, referral_json);
                let fields = [
                    ("mid", or_null(&mid)),
                    ("title", title.as_str().into()),
                    ("payload", payload.as_str().into()),
                ];
                let postback = given(fields.into_iter().chain([("referral", referral)]));
                self.item(mid, json!({ "postback": postback }))
            }
            message => {
                let mid = self.new_mid();
                let mut body = given([("mid", mid.as_str().into())]);
                merge(&mut body, self.message(message));
                self.item(Some(mid), json!({ "message": body }))
            }
        }
    }

    /// The fields of `message` besides its id.
    fn message(&mut self, action: &Action) -> Value {
        match action {
            Action::Text { text, reply_to, referral } => given([
                ("text", text.as_str().into()),
                ("reply_to", reply_to.as_ref().map_or(Value::Null, |mid| json!({ "mid": mid }))),
                ("referral", referral.as_ref().map_or(Value::Null, referral_json)),
            ]),
            Action::Media { media, urls, count, expires_in_ms, text } => {
                let (kind, extension) = media.names();
                let own = || (0..*count).map(|_| self.own_media(extension, *expires_in_ms)).collect();
                let urls: Vec<String> = if urls.is_empty() { own() } else { urls.clone() };
                let attachments: Vec<Value> =
                    urls.iter().map(|url| attachment(kind, json!({ "url": url }))).collect();
                given([("text", or_null(text)), ("attachments", attachments.into())])
            }
            Action::QuickReply { title, payload } => {
                json!({ "text": title, "quick_reply": { "payload": payload } })
            }
            Action::Like {} => json!({ "attachments": [{ "type": "like_heart" }] }),
            Action::Share { url } => json!({ "attachments": [attachment("share", json!({ "url": url }))] }),
            Action::Reel { url, title, short } => {
                let payload = given([
                    ("url", url.as_str().into()),
                    ("title", or_null(title)),
                    ("reel_video_id", "17900000000000009".into()),
                ]);
                json!({ "attachments": [attachment(if *short { "reel" } else { "ig_reel" }, payload)] })
            }
            Action::StoryReply { text, story } => {
                json!({ "text": text, "reply_to": { "story": self.story(story) } })
            }
            Action::StoryMention { url } => {
                let url = url.clone().unwrap_or_else(|| self.own_media("png", 24 * 3_600_000));
                json!({ "attachments": [attachment("story_mention", json!({ "url": url }))] })
            }
            Action::Unsupported { attachment_type } => {
                let strange = |kind: &String| json!([attachment(kind, json!({}))]);
                let attachments = attachment_type.as_ref().map_or(Value::Null, strange);
                given([("is_unsupported", true.into()), ("attachments", attachments)])
            }
            _ => json!({}),
        }
    }

    /// Events about a message that is there already.
    fn about(&self, action: &Action) -> Composed {
        let known = self.state.customers.get(self.customer);
        let sent = || known.and_then(|known| known.last_sent.clone());
        let heard = || known.and_then(|known| known.last_heard.clone());
        let (mid, body) = match action {
            Action::Read { mid } => {
                let mid = mid.clone().or_else(sent).unwrap_or_default();
                (mid.clone(), json!({ "read": { "mid": mid } }))
            }
            Action::Reaction { mid, reaction, emoji, unreact } => {
                let mid = mid.clone().or_else(sent).unwrap_or_default();
                let body = match unreact {
                    true => json!({ "mid": mid, "action": "unreact" }),
                    false => json!({ "mid": mid, "action": "react", "reaction": reaction, "emoji": emoji }),
                };
                (mid, json!({ "reaction": body }))
            }
            Action::Edit { text, mid, num_edit } => {
                let mid = mid.clone().or_else(heard).unwrap_or_default();
                (mid.clone(), json!({ "message_edit": { "mid": mid, "text": text, "num_edit": num_edit } }))
            }
            Action::Unsend { mid } => {
                let mid = mid.clone().or_else(heard).unwrap_or_default();
                (mid.clone(), json!({ "message": { "mid": mid, "is_deleted": true } }))
            }
            _ => (String::new(), json!({})),
        };
        self.item(Some(mid), body)
    }

    fn comment(&mut self, text: &str, media_id: &str, parent_id: &Option<String>, shape: Shape) -> Composed {
        let id = format!("179{}", self.world.mint.number());
        let comment = Comment { by: self.customer.to_owned(), at_ms: self.now_ms, answered: false };
        self.state.comments.insert(id.clone(), comment);
        let value = given([
            ("id", id.as_str().into()),
            ("from", json!({ "id": self.customer, "username": format!("person_{}", self.customer) })),
            ("text", text.into()),
            ("media", json!({ "id": media_id, "media_product_type": "FEED" })),
            ("parent_id", or_null(parent_id)),
        ]);
        Composed { mid: Some(id), part: Part::Change(json!({ "field": "comments", "value": value }), shape) }
    }

    fn raw(&self, item: &Value) -> Composed {
        let Part::Item(mut whole) = self.item(None, json!({})).part else {
            return Composed { mid: None, part: Part::Item(item.clone()) };
        };
        let mid = item.pointer("/message/mid").and_then(Value::as_str).map(str::to_owned);
        match item {
            Value::Object(_) => merge(&mut whole, item.clone()),
            other => whole = other.clone(),
        }
        Composed { mid, part: Part::Item(whole) }
    }

    fn test(&self) -> Value {
        json!({ "sender": { "id": "12334" }, "recipient": { "id": "23245" }, "timestamp": time(self.now_ms, self.timestamps),
            "message": { "mid": "random_mid", "text": "random_text" } })
    }

    fn item(&self, mid: Option<String>, body: Value) -> Composed {
        let mut item = people(self.customer, &self.state.account.id, time(self.now_ms, self.timestamps));
        merge(&mut item, body);
        Composed { mid, part: Part::Item(item) }
    }

    fn new_mid(&mut self) -> String {
        let mid = self.world.mint.mid();
        if let Some(known) = self.state.customers.get_mut(self.customer) {
            known.mids.insert(mid.clone());
            known.last_heard = Some(mid.clone());
        }
        mid
    }

    fn own_media(&self, extension: &str, expires_in_ms: i64) -> String {
        let expires = self.now_ms + expires_in_ms;
        format!("{}/cdn/{}.{extension}?expires={expires}", self.world.base_url, self.world.mint.word())
    }

    fn story(&self, story: &StoryRef) -> Value {
        let id = story.id.clone().unwrap_or_else(|| "17800000000000001".into());
        let url = story.url.clone().unwrap_or_else(|| self.own_media("png", 24 * 3_600_000));
        json!({ "id": id, "url": url })
    }
}

/// The echo of a message that the account sent.
pub(super) fn echo(world: &World, shop: &Shop, customer: &str, mid: &str, message: &Value) -> String {
    let mut body = json!({ "mid": mid, "is_echo": true });
    if let Some(text) = message.get("text") {
        body["text"] = text.clone();
    }
    if let Some(attachment) = message.get("attachment") {
        body["attachments"] = json!([attachment]);
    }
    if let Some(attachments) = message.get("attachments") {
        body["attachments"] = attachments.clone();
    }
    let account = shop.id();
    let mut item = people(&account, customer, world.clock.now_ms().into());
    merge(&mut item, json!({ "message": body }));
    envelope(world, &account, Part::Item(item))
}

/// The customer's `read` of a message.
pub(super) fn read(world: &World, shop: &Shop, customer: &str, mid: &str) -> String {
    let account = shop.id();
    let mut item = people(customer, &account, world.clock.now_ms().into());
    merge(&mut item, json!({ "read": { "mid": mid } }));
    envelope(world, &account, Part::Item(item))
}

fn envelope(world: &World, account: &str, part: Part) -> String {
    bodies(world, account, vec![part], &Delivery::default()).pop().unwrap_or_default()
}

/// Puts events into posts, as the delivery wants them.
pub(super) fn bodies(world: &World, account: &str, mut parts: Vec<Part>, delivery: &Delivery) -> Vec<String> {
    if delivery.reversed {
        parts.reverse();
    }
    let batches: Vec<Vec<Part>> = match delivery.batch {
        Batch::Single => parts.into_iter().map(|part| vec![part]).collect(),
        Batch::Messaging | Batch::Entries | Batch::Changes => vec![parts],
    };
    batches.into_iter().flat_map(|parts| post(world, account, parts, delivery)).collect()
}

/// One post; whole bodies among the events go by themselves.
fn post(world: &World, account: &str, parts: Vec<Part>, delivery: &Delivery) -> Vec<String> {
    let time = time(world.clock.now_ms(), delivery.timestamps);
    let list = if delivery.standby { "standby" } else { "messaging" };
    let mut bodies = Vec::new();
    let mut entries: Vec<Value> = Vec::new();
    let mut open = false;
    for part in parts {
        let joins = open && delivery.batch != Batch::Entries;
        match part {
            Part::Body(body) => bodies.push(body),
            Part::Item(item) => match entries.last_mut().and_then(|entry| entry[list].as_array_mut()) {
                Some(items) if joins => items.push(item),
                _ => entries.push(json!({ "id": account, "time": time, list: [item] })),
            },
            Part::Test(item) => entries.push(json!({ "id": "0", "time": time, list: [item] })),
            Part::Change(change, Shape::Changes) => {
                entries.push(json!({ "id": account, "time": time, "changes": [change] }))
            }
            Part::Change(change, Shape::Direct) => {
                let mut entry = json!({ "id": account, "time": time });
                merge(&mut entry, change);
                entries.push(entry);
            }
        }
        open = entries.last().is_some_and(|entry| entry["id"] == account && entry.get(list).is_some());
    }
    if !entries.is_empty() {
        let object = delivery.object.as_deref().unwrap_or("instagram");
        bodies.push(escaped(&json!({ "object": object, "entry": entries })));
    }
    bodies
}

fn people(sender: &str, recipient: &str, timestamp: Value) -> Value {
    json!({ "sender": { "id": sender }, "recipient": { "id": recipient }, "timestamp": timestamp })
}

fn time(now_ms: i64, timestamps: Timestamps) -> Value {
    timestamps.write(now_ms, Timestamps::Ms)
}

fn attachment(kind: &str, payload: Value) -> Value {
    json!({ "type": kind, "payload": payload })
}

fn referral_json(referral: &Referral) -> Value {
    if let Some(product) = &referral.product {
        return json!({ "product": { "id": product } });
    }
    let title = referral.ad_title.as_ref().map_or(Value::Null, |title| json!({ "ad_title": title }));
    given([
        ("ref", or_null(&referral.r#ref)),
        ("ad_id", or_null(&referral.ad_id)),
        ("source", or_null(&referral.source)),
        ("type", or_null(&referral.r#type)),
        ("ads_context_data", title),
    ])
}
