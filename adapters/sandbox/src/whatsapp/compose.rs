//! What customers do, as webhooks tell it: section 6 of the reference.

use serde_json::{Value, json};

use super::action::{Sent, WhatsappAction};
use super::envelope::{self, Part};
use super::errors::Undelivered;
use super::event::{Beside, WhatsappEvent};
use super::media::{self, Medium};
use super::shop::{Known, Shop};
use super::status::{Step, Told};
use super::tap::{Choice, Kind};
use crate::delivery::Timestamps;
use crate::error::SandboxError;
use crate::json::{given, merge, or_null};
use crate::media::Bend;
use crate::world::World;

/// An event, and the message it is or is about.
pub(super) struct Composed {
    pub(super) mid: Option<String>,
    pub(super) part: Part,
}

/// What composing needs to know.
struct Scene<'a> {
    world: &'a World,
    shop: &'a Shop,
    who: &'a str,
    /// As it was before the event.
    known: Known,
    beside: &'a Beside,
    timestamps: Timestamps,
    /// Where the reseller keeps the medium.
    media_link: Option<String>,
    /// The message that was tapped.
    tapped: Option<String>,
}

/// Composes an event, and remembers what the account now knows of the customer.
pub(super) fn compose(
    world: &World,
    shop: &Shop,
    who: &str,
    event: &WhatsappEvent,
    timestamps: Timestamps,
) -> Result<Composed, SandboxError> {
    let known = {
        let mut state = shop.lock();
        let known = state.people.meet(who);
        if event.action.opens_window() {
            known.wrote_at_ms = Some(world.clock.now_ms());
        }
        known.clone()
    };
    let beside = &event.beside;
    let mut scene = Scene { world, shop, who, known, beside, timestamps, media_link: None, tapped: None };
    scene.compose(&event.action)
}

impl Scene<'_> {
    fn compose(&mut self, action: &WhatsappAction) -> Result<Composed, SandboxError> {
        let part = |part| Ok(Composed { mid: None, part });
        match action {
            WhatsappAction::RawBody { body } => part(Part::Body(body.clone())),
            WhatsappAction::RawChange { field, value } => part(Part::change(self.shop, field, value.clone())),
            WhatsappAction::ValueErrors { code, details } => {
                let mut value = envelope::metadata(self.shop);
                value["errors"] = json!([Undelivered::new(*code, details).told()]);
                part(Part::change(self.shop, "messages", value))
            }
            WhatsappAction::Preference { value, detail } => part(self.preference(value, detail)),
            WhatsappAction::Read { message_id } => Ok(self.status(Step::new("read"), message_id)),
            WhatsappAction::Status { status, code, message_id } => {
                Ok(self.status(Step { code: *code, ..Step::new(status) }, message_id))
            }
            WhatsappAction::Echo { text } => Ok(self.echo(text)),
            message => {
                let body = self.body(message)?;
                Ok(self.message(body, message))
            }
        }
    }

    /// An item of `messages[]` around its own fields.
    fn message(&mut self, body: Value, action: &WhatsappAction) -> Composed {
        let mid = self.beside.with_id.clone().or_else(|| body["id"].as_str().map(str::to_owned));
        let mid = mid.unwrap_or_else(|| self.world.mint.wamid());
        let mut item = self.known.profile.author();
        merge(&mut item, json!({ "id": mid, "timestamp": self.now() }));
        merge(&mut item, self.beside());
        merge(&mut item, body);
        merge(&mut item, self.beside.extra.clone().into());
        self.heard(&mid, action.opens_window());
        let contact = match action {
            // System messages come without contacts.
            WhatsappAction::NumberChanged { .. }
            | WhatsappAction::UserIdChanged { .. }
            | WhatsappAction::IdentityChanged { .. } => None,
            _ => Some(self.known.profile.contact()),
        };
        let mut part = Part::in_list(self.shop, "messages", item, contact);
        if let Part::Change(change) = &mut part {
            change.media_link = self.media_link.take();
            if matches!(action, WhatsappAction::InteractiveEmpty {}) {
                change.value["errors"] = json!([Undelivered::new(131_000, "No interactive object").told()]);
            }
        }
        if let Some((wa_id, user_id)) = action.moves_to() {
            let mut state = self.shop.lock();
            let profile = state.people.meet(self.who).profile.clone();
            state.people.introduce(self.who, profile.moved(wa_id, user_id));
        }
        Composed { mid: Some(mid), part }
    }

    /// Remembers what was heard; edits and the like have ids too, and are no message of the customer's.
    fn heard(&self, mid: &str, is_message: bool) {
        let mut state = self.shop.lock();
        state.mids.insert(mid.to_owned(), self.who.to_owned());
        if is_message {
            state.people.meet(self.who).last_heard = Some(mid.to_owned());
        }
    }

    fn now(&self) -> Value {
        self.timestamps.write(self.world.clock.now_ms(), Timestamps::SecondsString)
    }

    /// `context`, `referral`, `group_id`, `errors`.
    fn beside(&self) -> Value {
        let beside = self.beside;
        let last = || self.known.last_sent.clone();
        let quoted = match beside.reply_to.as_deref() {
            Some("last") => last(),
            Some(mid) => Some(mid.to_owned()),
            None => self.tapped.clone().filter(|_| !beside.without_context),
        };
        let from = self.shop.lock().account.display_phone_number.clone();
        let yes = |is: bool| if is { Value::Bool(true) } else { Value::Null };
        let context = given([
            ("from", quoted.as_ref().map_or(Value::Null, |_| from.into())),
            ("id", or_null(&quoted)),
            ("forwarded", yes(beside.forwarded)),
            ("frequently_forwarded", yes(beside.frequently_forwarded)),
        ]);
        let has_context = context.as_object().is_some_and(|context| !context.is_empty());
        let referral = if beside.referral == true { self.advert() } else { beside.referral.clone() };
        let error = |code| json!([Undelivered::new(code, "A scripted error").told()]);
        given([
            ("context", if has_context { context } else { Value::Null }),
            ("referral", referral),
            ("group_id", or_null(&beside.group_id)),
            ("errors", beside.error.map_or(Value::Null, error)),
        ])
    }

    fn advert(&self) -> Value {
        json!({ "source_url": "https://fb.me/sandbox", "source_id": "120200000000001", "source_type": "ad",
            "headline": "Mugs", "body": "Made by hand", "media_type": "image",
            "image_url": format!("{}/cdn/advert.png", self.world.base_url), "ctwa_clid": "clid-sandbox" })
    }

    /// The fields of a message's own kind.
    fn body(&mut self, action: &WhatsappAction) -> Result<Value, SandboxError> {
        Ok(match action {
            WhatsappAction::Text { text } => typed("text", json!({ "body": text })),
            WhatsappAction::Media(sent) => self.media(sent),
            WhatsappAction::Location { latitude, longitude, name, address, url } => {
                let place = [
                    ("latitude", (*latitude).into()),
                    ("longitude", (*longitude).into()),
                    ("name", or_null(name)),
                    ("address", or_null(address)),
                    ("url", or_null(url)),
                ];
                typed("location", given(place))
            }
            WhatsappAction::Contacts { name, phones } => typed("contacts", json!([card(name, phones)])),
            WhatsappAction::Tap { title, index } => self.tap(title.as_deref(), *index)?,
            WhatsappAction::ButtonReply { id, title } => reply(Kind::Button, id, title, Value::Null),
            WhatsappAction::ListReply { id, title, description } => {
                reply(Kind::List, id, title, or_null(description))
            }
            WhatsappAction::TemplateButton { text, payload } => {
                self.tapped = self.known.last_sent.clone();
                reply(Kind::Template, payload, text, Value::Null)
            }
            WhatsappAction::FlowReply { response } => {
                let response = response.as_str().map_or_else(|| response.to_string(), str::to_owned);
                let flow = json!({ "name": "flow", "body": "Sent", "response_json": response });
                typed("interactive", json!({ "type": "nfm_reply", "nfm_reply": flow }))
            }
            WhatsappAction::Order { catalog_id, text, items } => {
                typed("order", json!({ "catalog_id": catalog_id, "text": text, "product_items": items }))
            }
            other => self.about(other),
        })
    }

    /// Events about a message that is there already, and what is no message of the customer's own.
    fn about(&self, action: &WhatsappAction) -> Value {
        let sent = |mid: &Option<String>| mid.clone().or(self.known.last_sent.clone()).unwrap_or_default();
        let heard = |mid: &Option<String>| mid.clone().or(self.known.last_heard.clone()).unwrap_or_default();
        match action {
            WhatsappAction::Reaction { message_id, emoji, removed, absent } => {
                let emoji = if *removed { Value::from("") } else { emoji.as_str().into() };
                let emoji = if *absent { Value::Null } else { emoji };
                typed("reaction", given([("message_id", sent(message_id).into()), ("emoji", emoji)]))
            }
            WhatsappAction::Revoke { message_id } => {
                typed("revoke", json!({ "original_message_id": heard(message_id) }))
            }
            WhatsappAction::Edit { text, message_id } => {
                let message = typed("text", json!({ "body": text }));
                typed("edit", json!({ "original_message_id": heard(message_id), "message": message }))
            }
            WhatsappAction::Unsupported { what } => {
                let errors = json!([Undelivered::new(131_051, "Message type is not supported").told()]);
                let mut body = json!({ "type": "unsupported", "errors": errors });
                if let Some(what) = what {
                    body["unsupported"] = json!({ "type": what });
                }
                body
            }
            WhatsappAction::NumberChanged { wa_id, user_id } => {
                typed("system", self.known.profile.moving(Some(wa_id), user_id.as_deref()))
            }
            WhatsappAction::UserIdChanged { user_id } => {
                typed("system", self.known.profile.moving(None, Some(user_id)))
            }
            WhatsappAction::IdentityChanged { hash } => {
                let identity =
                    json!({ "acknowledged": false, "created_timestamp": self.now(), "hash": hash });
                let system = json!({ "body": "The identity has changed", "type": "customer_identity_changed",
                    "identity": identity });
                typed("system", system)
            }
            WhatsappAction::InteractiveEmpty {} => json!({ "type": "interactive" }),
            WhatsappAction::Unknown { r#type, body } => {
                given([("type", r#type.as_str().into()), (r#type, body.clone())])
            }
            WhatsappAction::Raw { item } => item.clone(),
            _ => json!({}),
        }
    }

    /// A medium, kept for the download.
    fn media(&mut self, sent: &Sent) -> Value {
        let (kind, extension) = sent.media.names();
        let (id, word) = (self.world.mint.number(), self.world.mint.word());
        let name = format!("{word}.{extension}");
        let (own, file) = crate::media::file(&name);
        let mime = sent.mime_type.as_deref().unwrap_or(own);
        let bend = Bend { bytes: sent.bytes, status: sent.status, ..Bend::default() };
        let medium = Medium::received(mime, file, self.world.clock.now_ms(), bend);
        self.media_link = Some(self.link_without_token(&name, sent));
        let mut body = given([
            ("id", id.as_str().into()),
            ("mime_type", mime.into()),
            ("sha256", medium.sha256().into()),
            ("caption", or_null(&sent.caption)),
            ("filename", or_null(&sent.filename)),
        ]);
        match sent.media {
            super::WhatsappMedia::Audio => body["voice"] = false.into(),
            super::WhatsappMedia::VoiceNote => body["voice"] = true.into(),
            super::WhatsappMedia::Sticker => body["animated"] = sent.animated.into(),
            _ => {}
        }
        if sent.with_url {
            body["url"] = media::address(self.world, &id).into();
        }
        if !sent.gone {
            self.shop.lock().media.insert(id, medium);
        }
        typed(kind, body)
    }

    /// Where the reseller keeps a medium: bent as the medium itself is.
    fn link_without_token(&self, name: &str, sent: &Sent) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let status = if sent.gone { Some(404) } else { sent.status };
        let bends = [
            ("type", sent.mime_type.clone()),
            ("bytes", sent.bytes.map(|bytes| bytes.to_string())),
            ("status", status.map(|status| status.to_string())),
        ];
        query.extend_pairs(bends.into_iter().filter_map(|(name, value)| Some((name, value?))));
        format!("{}/cdn/{name}?{}", self.world.base_url, query.finish())
    }

    /// The button or row that the customer means: by its title, or by its place in the latest message.
    fn tap(&mut self, title: Option<&str>, index: Option<usize>) -> Result<Value, SandboxError> {
        let latest_only = title.is_none();
        let reach = if latest_only { 1 } else { usize::MAX };
        let index = index.or(latest_only.then_some(1));
        let found = self.known.offers.iter().rev().take(reach).find_map(|offer| {
            offer.choice(title, index).map(|choice| (offer.message_id.clone(), offer.kind, choice.clone()))
        });
        let (message_id, kind, choice) = found.ok_or_else(|| {
            let wanted = title.map_or_else(|| format!("number {}", index.unwrap_or(1)), str::to_owned);
            SandboxError::Unclear(format!("{} was offered nothing like {wanted}", self.who))
        })?;
        self.tapped = Some(message_id);
        let Choice { id, title, .. } = &choice;
        Ok(reply(kind, id, title, choice.description()))
    }

    fn preference(&self, value: &str, detail: &Option<String>) -> Part {
        let mut state = self.shop.lock();
        let known = state.people.meet(self.who);
        known.stopped = (value == "stop") || (known.stopped && value != "resume");
        drop(state);
        let now_s = self.world.clock.now_ms() / 1000;
        let detail = detail.clone().unwrap_or_else(|| format!("The customer asked to {value}"));
        let profile = &self.known.profile;
        let preference = given([
            ("wa_id", profile.shown_number().map_or(Value::Null, Value::from)),
            ("user_id", or_null(&profile.user_id)),
            ("detail", detail.into()),
            ("category", "marketing_messages".into()),
            ("value", value.into()),
            ("timestamp", now_s.into()),
        ]);
        let mut whole = envelope::metadata(self.shop);
        whole["contacts"] = json!([self.known.profile.contact()]);
        whole["user_preferences"] = json!([preference]);
        Part::change(self.shop, "user_preferences", whole)
    }

    fn status(&self, step: Step, message_id: &Option<String>) -> Composed {
        let message_id = message_id.clone().or(self.known.last_sent.clone()).unwrap_or_default();
        let profile = self.known.profile.clone();
        let told =
            Told { message_id: message_id.clone(), profile, callback: None, category: "service".into() };
        let part = told.part(self.world, self.shop, &step, self.timestamps);
        Composed { mid: Some(message_id), part }
    }

    fn echo(&self, text: &str) -> Composed {
        let mid = self.world.mint.wamid();
        let profile = &self.known.profile;
        let mut echo = given([
            ("from", self.shop.lock().account.display_phone_number.as_str().into()),
            ("to", or_null(&profile.wa_id)),
            ("to_user_id", or_null(&profile.user_id)),
            ("id", mid.as_str().into()),
            ("timestamp", self.now()),
        ]);
        merge(&mut echo, typed("text", json!({ "body": text })));
        let mut value = envelope::metadata(self.shop);
        value["message_echoes"] = json!([echo]);
        let mut state = self.shop.lock();
        state.mids.insert(mid.clone(), self.who.to_owned());
        state.people.meet(self.who).last_sent = Some(mid.clone());
        drop(state);
        Composed { mid: Some(mid), part: Part::change(self.shop, "smb_message_echoes", value) }
    }
}

/// `{"type": kind, kind: body}`.
fn typed(kind: &str, body: Value) -> Value {
    json!({ "type": kind, kind: body })
}

/// What a tap comes back as.
fn reply(kind: Kind, id: &str, title: &str, description: Value) -> Value {
    let chosen = given([("id", id.into()), ("title", title.into()), ("description", description)]);
    match kind {
        Kind::Button => typed("interactive", json!({ "type": "button_reply", "button_reply": chosen })),
        Kind::List => typed("interactive", json!({ "type": "list_reply", "list_reply": chosen })),
        Kind::Template => typed("button", json!({ "text": title, "payload": id })),
    }
}

fn card(name: &str, phones: &[String]) -> Value {
    let phone = |phone: &String| {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        json!({ "phone": phone, "wa_id": digits, "type": "CELL" })
    };
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let last = if last.is_empty() { Value::Null } else { last.into() };
    json!({ "name": given([("formatted_name", name.into()), ("first_name", first.into()), ("last_name", last)]),
        "phones": phones.iter().map(phone).collect::<Vec<_>>() })
}
