//! What Meta's channels share: one host, one envelope for errors, one way to hand a token.

pub(crate) mod call;
pub(crate) mod error;
pub(crate) mod rules;

use std::sync::Arc;

use poem::{Request, Response};

use crate::faults::On;
use crate::world::World;
use crate::{answer, instagram, whatsapp};
use call::Call;
use rules::Verdict;

/// Lets the scripted faults meet a call that sends nothing.
pub(crate) async fn met_by_faults(world: &World, account: &str, on: On) -> Verdict<Option<Response>> {
    answer::met_by_faults(world, account, on).await
}

/// Answers every path that is nobody else's.
pub(crate) async fn serve(request: &Request, body: poem::Body, world: &Arc<World>) -> Response {
    let path = request.uri().path();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let Some(shop) = whatsapp::media::upload_target(world, request.method(), &parts) {
        return whatsapp::media::upload(world, &shop, request, body).await;
    }
    let answer = match Call::read(request, body).await {
        Ok(call) => match whatsapp::answer(world, request.method(), &parts, &call).await {
            Some(answer) => answer,
            None => instagram::answer(world, request.method(), path, call).await,
        },
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(|error| error.answer(&world.mint))
}
