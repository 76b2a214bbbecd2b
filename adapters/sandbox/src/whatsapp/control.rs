//! The control API's calls, where they are about WhatsApp's numbers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::action::WhatsappAction;
use super::customer::{Crowd, WhatsappCustomer, together};
use super::event::WhatsappEvent;
use super::person::WhatsappProfile;
use super::registered::{self, TemplateNews};
use super::template::Template;
use crate::error::SandboxError;
use crate::hooks::Delivered;
use crate::wish::{Introduction, Wish, taken, understood};
use crate::world::World;

/// `POST /customer/{account}/{who}`.
pub(crate) async fn act(
    world: &Arc<World>,
    account: &str,
    who: &str,
    wish: Value,
) -> Result<Delivered, SandboxError> {
    let customer = WhatsappCustomer::new(world.clone(), account, who)?;
    let Wish { events, delivery } = Wish::read(wish)?;
    let events = events.into_iter().map(WhatsappEvent::read).collect::<Result<_, _>>()?;
    customer.does_all(events, &delivery).await
}

/// `POST /together`: each event says whose it is, by `account` and `who`.
pub(crate) async fn act_together(world: &Arc<World>, wish: Value) -> Result<Delivered, SandboxError> {
    let Wish { events, delivery } = Wish::read(wish)?;
    let mut crowd: Crowd = Vec::new();
    for mut event in events {
        let mut take = |name: &str| {
            let word = taken(&mut event, name).as_ref().and_then(Value::as_str).map(str::to_owned);
            word.ok_or_else(|| SandboxError::Unclear(format!("an event needs {name}")))
        };
        let (account, who) = (take("account")?, take("who")?);
        let customer = WhatsappCustomer::new(world.clone(), &account, &who)?;
        crowd.push((customer, WhatsappEvent::read(event)?));
    }
    together(crowd, &delivery).await
}

/// `PUT /customer/{account}/{who}`.
pub(crate) fn introduce(
    world: &Arc<World>,
    account: &str,
    who: &str,
    wish: Value,
) -> Result<Value, SandboxError> {
    let customer = WhatsappCustomer::new(world.clone(), account, who)?;
    let introduction: Introduction<WhatsappProfile> = understood(wish)?;
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
pub(crate) async fn becomes(world: &World, account: &str, wish: Value) -> Result<Delivered, SandboxError> {
    let (news, delivery) = Wish::read(wish)?.only()?;
    let news: TemplateNews = understood(news)?;
    let posts = registered::becomes(world, account, news, &delivery).await?;
    Ok(Delivered { mids: vec![], posts })
}
