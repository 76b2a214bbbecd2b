//! The control API's calls, where they are about WhatsApp's numbers.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::action::WhatsappAction;
use super::customer::{Crowd, WhatsappCustomer, together};
use super::event::WhatsappEvent;
use super::person::WhatsappProfile;
use super::registered::{self, TemplateNews};
use super::template::Template;
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::hooks::Delivered;
use crate::world::World;

fn unclear(error: serde_json::Error) -> SandboxError {
    SandboxError::Unclear(error.to_string())
}

/// Takes `deliver` out of a wish.
fn delivery_of(wish: &mut Value) -> Result<Delivery, SandboxError> {
    let delivery = wish.as_object_mut().and_then(|wish| wish.remove("deliver"));
    delivery.map_or(Ok(Delivery::default()), serde_json::from_value).map_err(unclear)
}

/// `{"events": […]}`, or one event.
fn events_of(mut wish: Value) -> Result<Vec<Value>, SandboxError> {
    match wish.as_object_mut().and_then(|wish| wish.remove("events")) {
        Some(Value::Array(events)) => Ok(events),
        Some(_) => Err(SandboxError::Unclear("events must be an array".into())),
        None => Ok(vec![wish]),
    }
}

/// `POST /customer/{account}/{who}`.
pub(crate) async fn act(
    world: &Arc<World>,
    account: &str,
    who: &str,
    mut wish: Value,
) -> Result<Delivered, SandboxError> {
    let customer = WhatsappCustomer::new(world.clone(), account, who)?;
    let delivery = delivery_of(&mut wish)?;
    let events = events_of(wish)?.into_iter().map(WhatsappEvent::read);
    customer.does_all(events.collect::<Result<_, _>>().map_err(unclear)?, &delivery).await
}

/// `POST /together`: each event says whose it is, by `account` and `who`.
pub(crate) async fn act_together(world: &Arc<World>, mut wish: Value) -> Result<Delivered, SandboxError> {
    let delivery = delivery_of(&mut wish)?;
    let mut crowd: Crowd = Vec::new();
    for mut event in events_of(wish)? {
        let mut take = |name: &str| {
            let word = event.as_object_mut().and_then(|event| event.remove(name));
            word.as_ref()
                .and_then(Value::as_str)
                .map(str::to_owned)
                .ok_or_else(|| SandboxError::Unclear(format!("an event needs {name}")))
        };
        let (account, who) = (take("account")?, take("who")?);
        let customer = WhatsappCustomer::new(world.clone(), &account, &who)?;
        crowd.push((customer, WhatsappEvent::read(event).map_err(unclear)?));
    }
    together(crowd, &delivery).await
}

/// How a customer is made known without a webhook.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Introduction {
    #[serde(default)]
    profile: Option<WhatsappProfile>,
    #[serde(default)]
    wrote_ms_ago: Option<i64>,
}

/// `PUT /customer/{account}/{who}`.
pub(crate) fn introduce(
    world: &Arc<World>,
    account: &str,
    who: &str,
    wish: Value,
) -> Result<Value, SandboxError> {
    let customer = WhatsappCustomer::new(world.clone(), account, who)?;
    let introduction: Introduction = serde_json::from_value(wish).map_err(unclear)?;
    if let Some(profile) = introduction.profile {
        customer.has_profile(profile);
    }
    if let Some(ago_ms) = introduction.wrote_ms_ago {
        customer.wrote_ms_ago(ago_ms);
    }
    Ok(json!(customer.standing()))
}

/// `POST /staff/{account}/{who}`.
pub(crate) async fn staff(
    world: &Arc<World>,
    account: &str,
    who: &str,
    text: String,
) -> Result<Delivered, SandboxError> {
    WhatsappCustomer::new(world.clone(), account, who)?.does(WhatsappAction::Echo { text }).await
}

/// `GET /templates/{account}`.
pub(crate) fn templates(world: &World, account: &str) -> Result<Vec<Value>, SandboxError> {
    Ok(world.whatsapp.get(account)?.lock().account.templates.iter().map(Template::listed).collect())
}

/// `PUT /templates/{account}`.
pub(crate) fn register(world: &World, account: &str, template: Template) -> Result<(), SandboxError> {
    let shop = world.whatsapp.get(account)?;
    registered::register(world, &shop, template);
    Ok(())
}

/// `POST /templates/{account}`.
pub(crate) async fn becomes(
    world: &World,
    account: &str,
    mut wish: Value,
) -> Result<Delivered, SandboxError> {
    let delivery = delivery_of(&mut wish)?;
    let news: TemplateNews = serde_json::from_value(wish).map_err(unclear)?;
    let posts = registered::becomes(world, account, news, &delivery).await?;
    Ok(Delivered { mids: vec![], posts })
}
