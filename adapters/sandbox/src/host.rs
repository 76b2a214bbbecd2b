//! One host for all providers: the path tells whose call it is.

use std::sync::Arc;

use poem::web::Data;
use poem::{Body, Request, Response, handler};

use crate::world::World;
use crate::{graph, telegram};

/// Answers every path that is neither control nor media.
#[handler]
pub(crate) async fn serve(request: &Request, body: Body, world: Data<&Arc<World>>) -> Response {
    match telegram::Place::of(request.uri().path()) {
        Some(place) => telegram::serve(request, body, &world, place).await,
        None => graph::serve(request, body, &world).await,
    }
}
