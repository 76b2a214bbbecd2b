//! What all parts of one sandbox share.

use std::sync::Arc;

use bytes::Bytes;
use poem::Response;
use poem::http::StatusCode;
use serde::Serialize;

use crate::clock::Clock;
use crate::config::SandboxConfig;
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::faults::Faults;
use crate::hooks::{Hooks, Target};
use crate::instagram::{self, InstagramAccount};
use crate::log::Log;
use crate::mint::Mint;
use crate::secret::Secret;

/// One sandbox: clock, log, faults, post room, and each provider's accounts.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) log: Arc<Log>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) hooks: Hooks,
    pub(crate) mint: Mint,
    pub(crate) base_url: String,
    pub(crate) instagram: instagram::Shops,
}

impl World {
    pub(crate) fn new(config: SandboxConfig, base_url: String) -> Result<Self, SandboxError> {
        let faults = Arc::new(Faults::default());
        let log = Log::open(config.log_file.as_deref(), config.log_limit).map_err(SandboxError::Log)?;
        let world = Self {
            clock: Clock::new(config.frozen_at_ms),
            log: Arc::new(log),
            hooks: Hooks::new(config.webhooks, faults.clone()),
            faults,
            mint: Mint::new(config.seed),
            base_url,
            instagram: instagram::Shops::default(),
        };
        config.instagram.into_iter().try_for_each(|account| world.add_instagram(account))?;
        Ok(world)
    }

    /// Adds an Instagram account. Its token tells it from others.
    pub(crate) fn add_instagram(&self, account: InstagramAccount) -> Result<(), SandboxError> {
        let account = account.completed();
        let (id, token) = (account.id.clone(), account.access_token.clone());
        let same_token = |shop: &instagram::Shop| shop.lock().account.access_token == token;
        self.instagram.add(id, instagram::Shop::new(account), same_token)
    }

    /// Where an account's webhooks go, and the token of its handshake.
    pub(crate) fn door_of(&self, account: &str) -> Result<(Target, Secret), SandboxError> {
        let shop = self.instagram.get(account)?;
        Ok((shop.target(&Delivery::default())?, shop.verify_token()))
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
