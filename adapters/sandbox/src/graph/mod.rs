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

use crate::world::World;
use crate::{instagram, whatsapp};
use call::Call;

/// Answers every path that is neither control nor media.
#[handler]
pub(crate) async fn serve(request: &Request, body: poem::Body, world: Data<&Arc<World>>) -> Response {
    let path = request.uri().path();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let Some(shop) = whatsapp::media::upload_target(&world, request.method(), &parts) {
        return whatsapp::media::upload(&world, &shop, request, body).await;
    }
    let answer = match Call::read(request, body).await {
        Ok(call) => match whatsapp::answer(&world, request.method(), &parts, &call).await {
            Some(answer) => answer,
            None => instagram::answer(&world, request.method(), path, call).await,
        },
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(|error| error.answer(&world.mint))
}
