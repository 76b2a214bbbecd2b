//! The `GET` handshake, made by the sandbox as Meta makes it when a callback is entered in the dashboard.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::SandboxError;
use crate::hooks::fetch;
use crate::world::World;

/// How the handshake is made; the default is the proper one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Handshake {
    /// Another mode than `subscribe`.
    pub mode: Option<String>,
    /// Another token than the account's.
    pub verify_token: Option<String>,
}

/// What the gateway answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// HTTP status, if it answered.
    pub status: Option<u16>,
    /// The body, or why there was none.
    pub body: String,
    /// Whether Meta would take it: 200, and the challenge is the whole body.
    pub verified: bool,
}

/// Asks the account's webhook address to prove itself.
pub(crate) async fn shake(world: &World, account: &str, how: &Handshake) -> Result<Greeting, SandboxError> {
    let (target, token) = world.door_of(account)?;
    let challenge = world.mint.number();
    let mut url = Url::parse(&target.url).map_err(|error| SandboxError::Unclear(error.to_string()))?;
    url.query_pairs_mut()
        .append_pair("hub.mode", how.mode.as_deref().unwrap_or("subscribe"))
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", how.verify_token.as_deref().unwrap_or(token.expose()));
    let request = Request::get("/")
        .body(Full::new(Bytes::new()))
        .map_err(|error| SandboxError::Unclear(error.to_string()))?;
    Ok(match fetch(url.as_str(), request).await {
        Ok((status, body)) => {
            let body = String::from_utf8_lossy(&body).into_owned();
            Greeting { status: Some(status), verified: status == 200 && body == challenge, body }
        }
        Err(error) => Greeting { status: None, body: error, verified: false },
    })
}
