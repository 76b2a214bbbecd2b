//! The HTTP door: providers' webhooks, the API, health. Everything that enters is bounded in size, time and number.

mod accept;
mod api;
mod chat;
mod correlation;
mod desk;
mod document;
mod envelope;
mod health;
mod linger;
mod process;
mod refusal;
mod webhook;

use std::sync::Arc;

pub use accept::{bind, serve};
pub use desk::{Condition, Delivery, Desk, Spooled};
pub use document::document;
pub use envelope::{Door, Limits};
use poem::{EndpointExt, IntoEndpoint, Route, endpoint::BoxEndpoint, error::RouteError};
use poem_openapi::OpenApiService;
pub use refusal::Refusal;
use tokio::sync::watch;
use tradepost_domain::Timestamp;
use tradepost_ports::{Clock, Coordinator, Dice, Store};

use crate::{
    adapters::direct::Keys,
    settings::{EndpointSettings, Role},
};

/// The rooms behind the door.
pub struct Rooms {
    /// Takes what came, and tells how the house is.
    pub desk: Arc<dyn Desk>,
    /// Where answers are read.
    pub store: Arc<dyn Store>,
    /// Who tells that an answer has left, and counts requests.
    pub coordinator: Arc<dyn Coordinator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Since when the house is open.
    pub opened: Timestamp,
    /// Chance, for ids.
    pub dice: Arc<dyn Dice>,
    /// Who may use the API.
    pub keys: Keys,
    /// What the process does.
    pub role: Role,
    /// Is the process stopping?
    pub stop: watch::Receiver<bool>,
}

/// All paths of the door.
pub fn routes(
    rooms: Arc<Rooms>,
    endpoints: Vec<EndpointSettings>,
) -> Result<BoxEndpoint<'static>, RouteError> {
    let mut route = Route::new();
    for endpoint in endpoints {
        let paths = [vec![endpoint.path()], endpoint.paths.clone()].concat();
        let door = Arc::new(webhook::WebhookDoor::new(endpoint, Arc::clone(&rooms.desk)));
        for path in paths {
            route = route.try_at(path, Arc::clone(&door))?;
        }
    }
    let api = document::service().into_endpoint().data(rooms);
    Ok(route.try_nest_no_strip("/", api)?.map_to_response().boxed())
}

/// The paths of a process that takes neither webhooks nor requests: how it is.
pub fn health_routes(rooms: Arc<Rooms>) -> BoxEndpoint<'static> {
    let api = OpenApiService::new(health::HealthApi, "Tradepost", env!("CARGO_PKG_VERSION"));
    Route::new().nest_no_strip("/", api.into_endpoint().data(rooms)).map_to_response().boxed()
}
