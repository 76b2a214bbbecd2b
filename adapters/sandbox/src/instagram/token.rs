//! `GET /refresh_access_token` of route L: a new token for sixty days.

use std::sync::Arc;

use poem::Response;
use serde_json::json;

use super::account::Route;
use super::shop::{Former, State};
use crate::faults::On;
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::met_by_faults;
use crate::world::{World, json_answer};

const DAY_MS: i64 = 86_400_000;
const LIFE_MS: i64 = 60 * DAY_MS;

pub(super) async fn refresh(world: &Arc<World>, call: &Call) -> Result<Response, GraphError> {
    let now_ms = world.clock.now_ms();
    let shop = world.instagram.by_token(call.token(), now_ms)?;
    if let Some(response) = met_by_faults(world, &shop.id(), On::Token).await? {
        return Ok(response);
    }
    let mut state = shop.lock();
    refreshable(&state, call, now_ms)?;
    let token = format!("IGAA{}{}", world.mint.word(), world.mint.word());
    replace(&mut state, token.clone(), now_ms);
    Ok(json_answer(
        200,
        &json!({ "access_token": token, "token_type": "bearer", "expires_in": LIFE_MS / 1000 }),
    ))
}

fn refreshable(state: &State, call: &Call, now_ms: i64) -> Result<(), GraphError> {
    // Whichever token is shown: one that was exchanged before may be exchanged again.
    let shown = call.token().unwrap_or_default().into();
    let age_ms = state.issued_at_ms(&shown).map_or(i64::MAX, |issued| now_ms - issued);
    match call.query("grant_type") {
        _ if state.account.route == Route::P => {
            Err(GraphError::invalid("A Page token is not refreshed here"))
        }
        Some("ig_refresh_token") if age_ms >= DAY_MS => Ok(()),
        Some("ig_refresh_token") => Err(GraphError::invalid("The token must be at least 24 hours old")),
        _ => Err(GraphError::invalid("grant_type must be ig_refresh_token")),
    }
}

/// The former token stays good until its own end, or as long as the script says.
fn replace(state: &mut State, token: String, now_ms: i64) {
    let former = std::mem::replace(&mut state.account.access_token, token.into());
    let own_end = state.account.token_expires_at_ms;
    let scripted = state.account.former_token_life_ms.map(|life_ms| now_ms + life_ms);
    state.former_tokens.push(Former {
        token: former,
        issued_at_ms: state.account.token_issued_at_ms,
        expires_at_ms: scripted.into_iter().chain(own_end).min(),
    });
    state.account.token_issued_at_ms = Some(now_ms);
    state.account.token_expires_at_ms = Some(now_ms + LIFE_MS);
}
