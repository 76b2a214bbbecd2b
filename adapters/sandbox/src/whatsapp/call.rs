//! WhatsApp's paths on the Graph API: numbers, business accounts, media.

use std::sync::Arc;

use poem::Response;
use poem::http::Method;
use serde_json::json;

use super::account::Dialect;
use super::shop::Shop;
use super::{media, registered, send};
use crate::faults::On;
use crate::graph::call::{Call, is_version};
use crate::graph::error::GraphError;
use crate::graph::met_by_faults;
use crate::graph::rules::Verdict;
use crate::world::{World, json_answer};

/// The path without its version, which is optional.
pub(super) fn unversioned<'a, 'b>(parts: &'a [&'b str]) -> &'a [&'b str] {
    match parts {
        [version, rest @ ..] if is_version(version) => rest,
        parts => parts,
    }
}

/// The number that a node is, belongs to, or keeps.
pub(super) fn owner_of(world: &World, node: &str) -> Option<Arc<Shop>> {
    world.whatsapp.find(node).or_else(|| {
        world.whatsapp.pick(|shop| {
            let state = shop.lock();
            (state.account.waba_id == node || state.media.contains_key(node)).then(|| shop.clone())
        })
    })
}

/// Answers a call, if it is WhatsApp's: its node is one of WhatsApp's, or its token is a number's.
pub(crate) async fn answer(
    world: &Arc<World>,
    method: &Method,
    parts: &[&str],
    call: &Call,
) -> Option<Result<Response, GraphError>> {
    let parts = unversioned(parts);
    let node = parts.first()?;
    let shop = match owner_of(world, node) {
        Some(shop) => shop,
        None => {
            // A token of ours with a node that nobody knows.
            world.whatsapp.pick(|shop| shop.judges(call.token(), Dialect::Cloud).ok())?;
            return Some(Err(GraphError::unknown_node(node).detailed()));
        }
    };
    Some(of_owner(world, &shop, method, parts, call).await.map_err(GraphError::detailed))
}

async fn of_owner(
    world: &Arc<World>,
    shop: &Arc<Shop>,
    method: &Method,
    parts: &[&str],
    call: &Call,
) -> Verdict<Response> {
    let is_number = parts.first().is_some_and(|node| *node == shop.id());
    if let ("POST", [_, "messages"], true) = (method.as_str(), parts, is_number) {
        return Ok(send::messages(world, shop, call).await);
    }
    shop.judges(call.token(), Dialect::Cloud)?;
    match (method.as_str(), parts) {
        ("GET", [_]) if is_number => {
            if let Some(response) = met_by_faults(world, &shop.id(), On::Profile).await? {
                return Ok(response);
            }
            Ok(json_answer(200, &number(shop)))
        }
        ("GET", [id]) if shop.lock().media.contains_key(*id) => media::look_up(world, shop, id).await,
        ("DELETE", [id]) if shop.lock().media.contains_key(*id) => media::delete(world, shop, id).await,
        ("GET", [_, "message_templates"]) if !is_number => Ok(registered::list(shop, call)),
        ("POST", [_, "message_templates"]) if !is_number => registered::create(world, shop, call),
        ("POST" | "DELETE", [_, "subscribed_apps"]) if !is_number => {
            Ok(json_answer(200, &json!({ "success": true })))
        }
        _ => Err(GraphError::unknown_node(&parts.join("/"))),
    }
}

fn number(shop: &Shop) -> serde_json::Value {
    let account = &shop.lock().account;
    json!({ "id": account.id, "display_phone_number": account.display_phone_number,
        "verified_name": format!("Shop {}", account.id), "quality_rating": "GREEN" })
}
