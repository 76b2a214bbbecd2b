//! The HTTP door: providers' webhooks, the API, health. Everything that enters is bounded in size, time and number.

mod accept;
mod admit;
mod api;
mod chat;
mod client;
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
pub use admit::Admission;
pub use desk::{Condition, Delivery, Desk, Spooled, Taken};
pub use document::document;
pub use envelope::{Door, Limits};
use ipnet::IpNet;
use poem::{
    EndpointExt, IntoEndpoint, Route,
    endpoint::BoxEndpoint,
    error::RouteError,
    http::{Method, header},
    middleware::Cors,
};
use poem_openapi::OpenApiService;
pub use refusal::Refusal;
use tokio::sync::watch;
use tradepost_domain::Timestamp;
use tradepost_ports::{Clock, Coordinator, Dice, Store};

use crate::{
    adapters::direct::Keys,
    settings::{EndpointSettings, Role},
    telemetry,
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
    /// Proxies whose word about a client's address is believed.
    pub trusted: Vec<IpNet>,
    /// Web pages that may use the API from a browser.
    pub origins: Vec<String>,
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
        let trusted = rooms.trusted.clone();
        let door = Arc::new(webhook::WebhookDoor::new(endpoint, Arc::clone(&rooms.desk), trusted));
        for path in paths {
            route = route.try_at(path, Arc::clone(&door))?;
        }
    }
    let origins = rooms.origins.clone();
    let api = document::service().into_endpoint().data(rooms);
    // Without origins no browser is told that it may.
    let api = match origins.is_empty() {
        true => api.boxed(),
        false => api.with(cors(origins)).boxed(),
    };
    Ok(route.try_nest_no_strip("/", api)?.map_to_response().boxed())
}

/// Pages of these origins may use the API; with a key in a header, never with cookies.
fn cors(origins: Vec<String>) -> Cors {
    let cors = Cors::new().allow_credentials(false).allow_methods([Method::GET, Method::POST]);
    let cors = cors.allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT]);
    cors.expose_header(correlation::HEADER).expose_header(header::RETRY_AFTER).allow_origins(origins)
}

/// These paths, and others before them.
pub(crate) fn beside(
    first: BoxEndpoint<'static>,
    rest: BoxEndpoint<'static>,
) -> Result<BoxEndpoint<'static>, RouteError> {
    let route = Route::new().try_at(telemetry::PAGE, first)?;
    Ok(route.try_nest_no_strip("/", rest)?.map_to_response().boxed())
}

/// All paths, as labels for figures: the endpoints' and the API's.
pub(crate) fn paths(endpoints: &[EndpointSettings]) -> Vec<String> {
    let ours = endpoints.iter().flat_map(|endpoint| [vec![endpoint.path()], endpoint.paths.clone()].concat());
    let spec: serde_json::Value = serde_json::from_str(&document::service().spec()).unwrap_or_default();
    let api = spec["paths"].as_object().into_iter().flat_map(|paths| paths.keys().cloned());
    ours.chain(api).chain([telemetry::PAGE.to_owned()]).collect()
}

/// The paths of a process that takes neither webhooks nor requests: how it is.
pub fn health_routes(rooms: Arc<Rooms>) -> BoxEndpoint<'static> {
    let api = OpenApiService::new(health::HealthApi, "Tradepost", env!("CARGO_PKG_VERSION"));
    Route::new().nest_no_strip("/", api.into_endpoint().data(rooms)).map_to_response().boxed()
}
