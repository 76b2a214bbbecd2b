//! What all parts of one sandbox share.

use std::sync::Arc;

use bytes::Bytes;
use poem::Response;
use poem::http::StatusCode;
use serde::Serialize;

use crate::clock::Clock;
use crate::config::SandboxConfig;
use crate::error::SandboxError;
use crate::faults::Faults;
use crate::hooks::Hooks;
use crate::instagram::Shops;
use crate::log::Log;
use crate::mint::Mint;

/// One sandbox: clock, log, faults, post room, and each provider's accounts.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) log: Arc<Log>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) hooks: Hooks,
    pub(crate) mint: Mint,
    pub(crate) base_url: String,
    pub(crate) instagram: Shops,
}

impl World {
    pub(crate) fn new(config: SandboxConfig, base_url: String) -> Result<Self, SandboxError> {
        let faults = Arc::new(Faults::default());
        let log = Log::open(config.log_file.as_deref(), config.log_limit).map_err(SandboxError::Log)?;
        Ok(Self {
            clock: Clock::new(config.frozen_at_ms),
            log: Arc::new(log),
            hooks: Hooks::new(config.webhooks, faults.clone()),
            faults,
            mint: Mint::new(config.seed),
            base_url,
            instagram: Shops::new(config.instagram)?,
        })
    }
}

/// A JSON answer.
pub(crate) fn json_answer(status: u16, body: &impl Serialize) -> Response {
    raw_answer(status, serde_json::to_vec(body).unwrap_or_default())
}

/// An answer that says it is JSON, whatever it is.
pub(crate) fn raw_answer(status: u16, body: impl Into<Bytes>) -> Response {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .content_type("application/json; charset=UTF-8")
        .body(body.into())
}
