//! Is the house alive, and can it do its work?

use poem::web::Data;
use poem_openapi::{ApiResponse, OpenApi, payload::Json};
use tradepost_openapi::health::{Health, Readiness, Ready};

use super::{Rooms, api::Tag, process};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) struct HealthApi;

#[derive(ApiResponse)]
enum ReadyResponse {
    /// It can do its work.
    #[oai(status = 200)]
    Ready(Json<Ready>),
    /// It cannot now.
    #[oai(status = 503)]
    NotReady(Json<Ready>),
}

#[OpenApi(tag = "Tag::Health")]
impl HealthApi {
    /// Is the process alive?
    #[oai(path = "/health", method = "get", operation_id = "health")]
    async fn health(&self, Data(rooms): Data<&std::sync::Arc<Rooms>>) -> Json<Health> {
        Json(Health {
            status: "ok".into(),
            version: VERSION.into(),
            timestamp: rooms.clock.now().to_string(),
        })
    }

    /// Can it do its work?
    ///
    /// Only the store and a stop make it 503; where webhooks can be spooled until the store is back, it is `degraded`
    /// instead. Redis, providers, breakers, queues and the process's figures are reported.
    #[oai(path = "/health/ready", method = "get", operation_id = "ready")]
    async fn ready(&self, Data(rooms): Data<&std::sync::Arc<Rooms>>) -> ReadyResponse {
        let condition = rooms.desk.condition().await;
        let spools = condition.spool.as_ref().is_some_and(|spool| spool.full.is_none());
        let status = match (*rooms.stop.borrow(), &condition.store) {
            (true, _) => Readiness::Stopping,
            (false, None) => Readiness::Ready,
            (false, Some(_)) if rooms.role.takes() && spools => Readiness::Degraded,
            (false, Some(_)) => Readiness::NotReady,
        };
        let now = rooms.clock.now();
        let ready = Ready {
            status,
            version: VERSION.into(),
            timestamp: now.to_string(),
            store: condition.store.is_none(),
            store_reason: condition.store,
            coordinator: !condition.away,
            inbox: condition.inbox,
            outbox: condition.outbox,
            providers: condition.providers,
            spool: condition.spool,
            tokens: condition.tokens,
            process: process::figures(rooms.opened, now),
        };
        match status {
            Readiness::Ready | Readiness::Degraded => ReadyResponse::Ready(Json(ready)),
            Readiness::NotReady | Readiness::Stopping => ReadyResponse::NotReady(Json(ready)),
        }
    }
}
