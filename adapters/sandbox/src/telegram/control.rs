//! The control API's calls, where they are about Telegram's bots.

use std::sync::Arc;

use serde_json::{Value, json};

use super::customer::TelegramCustomer;
use super::event::TelegramEvent;
use super::person::TelegramProfile;
use crate::error::SandboxError;
use crate::hooks::Delivered;
use crate::wish::{Introduction, Wish, understood};
use crate::world::World;

/// `POST /customer/{account}/{who}`.
pub(crate) async fn act(
    world: &Arc<World>,
    account: &str,
    who: &str,
    wish: Value,
) -> Result<Delivered, SandboxError> {
    let customer = TelegramCustomer::new(world.clone(), account, who)?;
    let Wish { events, delivery } = Wish::read(wish)?;
    let events = events.into_iter().map(TelegramEvent::read).collect::<Result<_, _>>()?;
    customer.does_all(events, &delivery).await
}

/// `PUT /customer/{account}/{who}`.
pub(crate) fn introduce(
    world: &Arc<World>,
    account: &str,
    who: &str,
    wish: Value,
) -> Result<Value, SandboxError> {
    let customer = TelegramCustomer::new(world.clone(), account, who)?;
    let introduction: Introduction<TelegramProfile> = understood(wish)?;
    if let Some(profile) = introduction.profile {
        customer.has_profile(profile);
    }
    if let Some(ago_ms) = introduction.wrote_ms_ago {
        customer.wrote_ms_ago(ago_ms);
    }
    Ok(json!(customer.standing()))
}
