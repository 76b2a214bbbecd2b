//! What all parts of one sandbox share.

use std::sync::Arc;

use bytes::Bytes;
use poem::Response;
use poem::http::StatusCode;
use serde::Serialize;

use crate::agenda::Agenda;
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
use crate::telegram::{self, TelegramAccount};
use crate::whatsapp::{self, WhatsappAccount};

/// One sandbox: clock, agenda, log, faults, post room, and each provider's accounts.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) log: Arc<Log>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) hooks: Hooks,
    pub(crate) mint: Mint,
    pub(crate) base_url: String,
    pub(crate) agenda: Agenda,
    pub(crate) instagram: instagram::Shops,
    pub(crate) whatsapp: whatsapp::Shops,
    pub(crate) telegram: telegram::Shops,
}

/// Whose protocol an account speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Instagram,
    Whatsapp,
    Telegram,
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
            agenda: Agenda::default(),
            instagram: instagram::Shops::default(),
            whatsapp: whatsapp::Shops::default(),
            telegram: telegram::Shops::default(),
        };
        config.instagram.into_iter().try_for_each(|account| world.add_instagram(account))?;
        config.whatsapp.into_iter().try_for_each(|account| world.add_whatsapp(account))?;
        config.telegram.into_iter().try_for_each(|account| world.add_telegram(account))?;
        Ok(world)
    }

    /// Adds an Instagram account. Its token tells it from others.
    pub(crate) fn add_instagram(&self, account: InstagramAccount) -> Result<(), SandboxError> {
        let account = account.completed();
        let (id, token) = (account.id.clone(), account.access_token.clone());
        self.is_free(&id)?;
        let same_token = |shop: &instagram::Shop| shop.lock().account.access_token == token;
        self.instagram.add(id, instagram::Shop::new(account), same_token)
    }

    /// Adds a WhatsApp number. Several may share a token: the path tells which is meant.
    pub(crate) fn add_whatsapp(&self, account: WhatsappAccount) -> Result<(), SandboxError> {
        let mut account = account.completed();
        let id = account.id.clone();
        self.is_free(&id)?;
        let nameless = account.templates.iter_mut().filter(|template| template.id.is_empty());
        nameless.for_each(|template| template.id = self.mint.number());
        self.whatsapp.add(id, whatsapp::Shop::new(account), |_| false)
    }

    /// Adds a Telegram bot. Its id stands in its token, which tells it from others.
    pub(crate) fn add_telegram(&self, account: TelegramAccount) -> Result<(), SandboxError> {
        let account = account.completed();
        let id = account.id.clone();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SandboxError::Unclear(format!("a bot's id is digits, not {id:?}")));
        }
        self.is_free(&id)?;
        self.telegram.add(id, telegram::Shop::new(account, self.clock.now_ms()), |_| false)
    }

    fn is_free(&self, id: &str) -> Result<(), SandboxError> {
        match self.provider_of(id) {
            Ok(_) => Err(SandboxError::Taken(id.into())),
            Err(_) => Ok(()),
        }
    }

    /// Whose account that is. Ids are told apart across channels.
    pub(crate) fn provider_of(&self, account: &str) -> Result<Provider, SandboxError> {
        if self.whatsapp.find(account).is_some() {
            return Ok(Provider::Whatsapp);
        }
        if self.telegram.find(account).is_some() {
            return Ok(Provider::Telegram);
        }
        self.instagram.get(account).map(|_| Provider::Instagram)
    }

    /// Whether an account of any channel has this id.
    pub(crate) fn knows(&self, account: &str) -> Result<(), SandboxError> {
        self.provider_of(account).map(drop)
    }

    /// Where an account's webhooks go, and the token of its handshake.
    pub(crate) fn door_of(&self, account: &str) -> Result<(Target, Secret), SandboxError> {
        let usual = Delivery::default();
        match self.provider_of(account)? {
            Provider::Whatsapp => {
                let shop = self.whatsapp.get(account)?;
                Ok((shop.target(&usual)?, shop.verify_token()))
            }
            Provider::Instagram => {
                let shop = self.instagram.get(account)?;
                Ok((shop.target(&usual)?, shop.verify_token()))
            }
            Provider::Telegram => Err(SandboxError::Unclear("Telegram makes no handshake".into())),
        }
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
