//! Who may use the API.

use std::sync::Arc;

use poem::Request;
use poem_openapi::{SecurityScheme, Tags, auth::Bearer};

use super::Rooms;
use crate::adapters::direct::Caller;

/// The parts of the document.
#[derive(Tags)]
pub(super) enum Tag {
    /// Server-side callers ask in a customer's name.
    Chat,
    /// Is the house alive, and can it do its work?
    Health,
}

/// An API key, as `Authorization: Bearer …`. Keys are set under `[[key]]` in the settings.
#[derive(SecurityScheme)]
#[oai(rename = "ApiKey", ty = "bearer", checker = "known")]
pub(super) struct Known(pub(super) Caller);

async fn known(request: &Request, bearer: Bearer) -> Option<Caller> {
    let rooms = request.data::<Arc<Rooms>>()?;
    let key = rooms.keys.find(&bearer.token).cloned();
    if key.is_none() {
        tracing::warn!("a request with an unknown API key was refused");
    }
    key
}
