//! What Meta's channels share: one host, one envelope for errors, one way to hand a token, one desk where sends are taken.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod desk;
pub(crate) mod error;
pub(crate) mod json;
pub(crate) mod rules;

use std::sync::Arc;

use poem::web::Data;
use poem::{Request, Response, handler};

use crate::instagram;
use crate::world::World;
use call::Call;

/// Answers every path that is neither control nor media.
#[handler]
pub(crate) async fn serve(request: &Request, body: poem::Body, world: Data<&Arc<World>>) -> Response {
    let path = request.uri().path();
    let answer = match Call::read(request, body).await {
        Ok(call) => instagram::answer(&world, request.method(), path, call).await,
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(|error| error.answer(&world.mint))
}
