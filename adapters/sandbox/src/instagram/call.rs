//! The Graph API's paths: a call is read whole, its token looked up, and handed to the room that answers it.

use std::sync::Arc;

use bytes::Bytes;
use poem::http::Method;
use poem::web::Data;
use poem::{Request, Response, handler};
use serde_json::Value;

use super::errors::GraphError;
use super::shop::Shop;
use super::{profile, send, token};
use crate::faults::{On, What};
use crate::server::Cut;
use crate::world::World;

/// Bytes of a request's body that are read.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// A call, read whole.
pub(super) struct Call {
    pub(super) query: Vec<(String, String)>,
    bearer: Option<String>,
    pub(super) raw: Bytes,
    pub(super) body: Option<Value>,
}

impl Call {
    async fn read(request: &Request, body: poem::Body) -> Result<Self, GraphError> {
        let query = request.uri().query().unwrap_or_default();
        let bearer = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        let raw = body.into_bytes_limit(BODY_BYTES).await;
        let raw = raw.map_err(|_| {
            GraphError::new(413, 1, None, "Please reduce the amount of data you're asking for.")
        })?;
        Ok(Self {
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            bearer: bearer.map(|bearer| bearer.trim().to_owned()),
            body: serde_json::from_slice(&raw).ok(),
            raw,
        })
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The token: Bearer header, query, or body.
    pub(super) fn token(&self) -> Option<&str> {
        let in_body = || self.body.as_ref()?.get("access_token")?.as_str();
        self.bearer.as_deref().or_else(|| self.query("access_token")).or_else(in_body)
    }
}

/// Answers every path that is neither control nor media.
#[handler]
pub(crate) async fn serve(request: &Request, body: poem::Body, world: Data<&Arc<World>>) -> Response {
    let answer = match Call::read(request, body).await {
        Ok(call) => answer(&world, request.method(), request.uri().path(), call).await,
        Err(error) => Err(error),
    };
    answer.unwrap_or_else(|error| error.answer(&world.mint))
}

async fn answer(world: &Arc<World>, method: &Method, path: &str, call: Call) -> Result<Response, GraphError> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["refresh_access_token"]) => token::refresh(world, &call).await,
        ("GET", [version, "refresh_access_token"]) if is_version(version) => {
            token::refresh(world, &call).await
        }
        ("POST", [version, node, "messages"]) if is_version(version) => {
            send::messages(world, node, &call).await
        }
        ("POST" | "GET", [version, node, "subscribed_apps"]) if is_version(version) => {
            profile::subscribed_apps(world, method == Method::POST, node, &call).await
        }
        ("GET", [version, node]) if is_version(version) => profile::look_up(world, node, &call).await,
        _ => Err(GraphError::unknown_node(path)),
    }
}

/// `v25.0` and the like.
fn is_version(part: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    part.strip_prefix('v')
        .and_then(|part| part.split_once('.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor))
}

/// The account a call belongs to, provided the path names it.
pub(super) fn account_of(world: &World, node: &str, call: &Call) -> Result<Arc<Shop>, GraphError> {
    let shop = world.instagram.by_token(call.token(), world.clock.now_ms())?;
    let named = shop.lock().account.answers_to(node);
    if named { Ok(shop) } else { Err(GraphError::unknown_node(node)) }
}

/// Lets the scripted faults meet a call that sends nothing: look-ups and token refresh.
pub(super) async fn met_by_faults(
    world: &World,
    shop: &Shop,
    on: On,
) -> Result<Option<Response>, GraphError> {
    let Some(fault) = world.faults.take(&shop.id(), on, None) else { return Ok(None) };
    tokio::time::sleep(std::time::Duration::from_millis(fault.delay_ms)).await;
    match fault.what {
        What::Fail { .. } | What::ErrorIn200 => return Err(send::scripted(&fault.what)),
        What::SlowAnswer { ms } => tokio::time::sleep(std::time::Duration::from_millis(ms)).await,
        What::DropBefore | What::DropAfter => return Ok(Some(cut())),
        what => return Ok(send::garbled(&what, Value::Null)),
    }
    Ok(None)
}

/// A response that is never written.
pub(super) fn cut() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Cut);
    response
}
