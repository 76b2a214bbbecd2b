//! Instagram's paths: a call's token is looked up, and it is handed to the room that answers it.

use std::sync::Arc;

use poem::Response;
use poem::http::Method;

use super::shop::Shop;
use super::{profile, send, token};
use crate::graph::call::{Call, is_version};
use crate::graph::error::GraphError;
use crate::world::World;

/// Answers a path of Instagram's.
pub(crate) async fn answer(
    world: &Arc<World>,
    method: &Method,
    path: &str,
    call: Call,
) -> Result<Response, GraphError> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["refresh_access_token"]) => token::refresh(world, &call).await,
        ("GET", [version, "refresh_access_token"]) if is_version(version) => {
            token::refresh(world, &call).await
        }
        ("POST", [version, node, "messages"]) if is_version(version) => {
            send::messages(world, node, &call).await
        }
        ("POST" | "GET", [version, node, "subscribed_apps"]) if is_version(version) => {
            profile::subscribed_apps(world, method == Method::POST, node, &call).await
        }
        ("GET", [version, node]) if is_version(version) => profile::look_up(world, node, &call).await,
        _ => Err(GraphError::unknown_node(path)),
    }
}

/// The account a call belongs to, provided the path names it.
pub(super) fn account_of(world: &World, node: &str, call: &Call) -> Result<Arc<Shop>, GraphError> {
    let shop = world.instagram.by_token(call.token(), world.clock.now_ms())?;
    let named = shop.lock().account.answers_to(node);
    if named { Ok(shop) } else { Err(GraphError::unknown_node(node)) }
}
