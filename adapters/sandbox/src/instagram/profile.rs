//! Look-ups: the account itself, a customer's profile, and the app's subscription.

use std::sync::Arc;

use poem::Response;
use serde_json::{Map, Value, json};

use super::account::Route;
use super::call::account_of;
use super::shop::{Known, State};
use crate::faults::On;
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::met_by_faults;
use crate::world::{World, json_answer};

/// How long a picture's address lasts.
const PICTURE_MS: i64 = 3_600_000;

/// Webhook fields that can be subscribed.
const FIELDS: [&str; 12] = [
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "standby",
    "messaging_optins",
    "messaging_handover",
    "message_edit",
    "comments",
    "live_comments",
    "mentions",
];

/// `GET /{version}/{node}`: the account (by `me` or an id of its), else a customer.
pub(super) async fn look_up(world: &Arc<World>, node: &str, call: &Call) -> Result<Response, GraphError> {
    let shop = world.instagram.by_token(call.token(), world.clock.now_ms())?;
    if let Some(response) = met_by_faults(world, &shop.id(), On::Profile).await? {
        return Ok(response);
    }
    let state = shop.lock();
    let all = match state.account.answers_to(node) {
        true => account(&state),
        false => match state.customers.get(node) {
            Some(known) if known.wrote_at_ms.is_some() => customer(world, node, known),
            _ => return Err(GraphError::not_yet_written()),
        },
    };
    Ok(json_answer(200, &chosen(all, call.query("fields"))?))
}

fn account(state: &State) -> Value {
    let account = &state.account;
    match account.route {
        Route::L => json!({ "id": account.app_scoped_id, "user_id": account.id, "username": account.username,
            "name": account.username, "account_type": "BUSINESS" }),
        Route::P => json!({ "id": account.page_id, "name": account.username, "username": account.username,
            "instagram_business_account": { "id": account.id } }),
    }
}

fn customer(world: &World, id: &str, known: &Known) -> Value {
    let profile = &known.profile;
    let expires = world.clock.now_ms() + PICTURE_MS;
    json!({
        "id": id,
        "name": profile.name,
        "username": profile.username.clone().unwrap_or_else(|| format!("person_{id}")),
        "profile_pic": format!("{}/cdn/profile-{id}.png?expires={expires}", world.base_url),
        "follower_count": profile.follower_count,
        "is_user_follow_business": profile.is_user_follow_business,
        "is_business_follow_user": profile.is_business_follow_user,
        "is_verified_user": profile.is_verified_user,
    })
}

/// The fields asked for, and always the id; those without a value are left out, as Graph does.
fn chosen(all: Value, fields: Option<&str>) -> Result<Value, GraphError> {
    let mut chosen = Map::from_iter([("id".to_owned(), all["id"].clone())]);
    for field in fields.unwrap_or("id").split(',').filter(|field| !field.is_empty()) {
        match all.get(field) {
            None => return Err(GraphError::invalid(format!("Tried accessing nonexisting field ({field})"))),
            Some(Value::Null) => {}
            Some(value) => drop(chosen.insert(field.to_owned(), value.clone())),
        }
    }
    Ok(chosen.into())
}

/// `POST` subscribes the app, `GET` tells what is subscribed. The sandbox posts every kind either way.
pub(super) async fn subscribed_apps(
    world: &Arc<World>,
    post: bool,
    node: &str,
    call: &Call,
) -> Result<Response, GraphError> {
    let shop = account_of(world, node, call)?;
    if let Some(response) = met_by_faults(world, &shop.id(), On::Profile).await? {
        return Ok(response);
    }
    if !post {
        let fields = shop.lock().subscribed.clone();
        let data = if fields.is_empty() { json!([]) } else { json!([{ "subscribed_fields": fields }]) };
        return Ok(json_answer(200, &json!({ "data": data })));
    }
    let in_body = || call.body.as_ref()?.get("subscribed_fields")?.as_str();
    let fields = call.query("subscribed_fields").or_else(in_body).unwrap_or_default();
    let fields: Vec<String> =
        fields.split(',').filter(|field| !field.is_empty()).map(str::to_owned).collect();
    match fields.iter().find(|field| !FIELDS.contains(&field.as_str())) {
        Some(field) => return Err(GraphError::invalid(format!("Unknown webhook field {field}"))),
        None if fields.is_empty() => return Err(GraphError::invalid("subscribed_fields is required")),
        None => shop.lock().subscribed = fields,
    }
    Ok(json_answer(200, &json!({ "success": true })))
}
