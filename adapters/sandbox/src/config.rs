//! Settings of a sandbox, for Rust callers and as the JSON file of the binary.

use std::path::PathBuf;

use serde::Deserialize;

use crate::instagram::InstagramAccount;
use crate::telegram::TelegramAccount;
use crate::whatsapp::WhatsappAccount;

/// What a sandbox starts with. Every field has a default; accounts may be added later over the control API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SandboxConfig {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// A file that each log line is appended to, as JSON lines.
    pub log_file: Option<PathBuf>,
    /// Entries kept in memory; older ones are forgotten (and counted).
    pub log_limit: usize,
    /// A clock that stands still at this time (ms since 1970) until it is moved. Without it the clock runs with the machine.
    pub frozen_at_ms: Option<i64>,
    /// Makes message ids repeatable. Without it every start mints others, as a restarted provider must.
    pub seed: Option<u64>,
    /// How webhooks are posted.
    pub webhooks: WebhookSettings,
    /// Instagram accounts.
    pub instagram: Vec<InstagramAccount>,
    /// WhatsApp numbers.
    pub whatsapp: Vec<WhatsappAccount>,
    /// Telegram bots.
    pub telegram: Vec<TelegramAccount>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            port: 0,
            log_file: None,
            log_limit: 1_000_000,
            frozen_at_ms: None,
            seed: None,
            webhooks: WebhookSettings::default(),
            instagram: Vec::new(),
            whatsapp: Vec::new(),
            telegram: Vec::new(),
        }
    }
}

impl SandboxConfig {
    /// The same settings with one more Instagram account.
    pub fn with_instagram(mut self, account: InstagramAccount) -> Self {
        self.instagram.push(account);
        self
    }

    /// The same settings with one more WhatsApp number.
    pub fn with_whatsapp(mut self, account: WhatsappAccount) -> Self {
        self.whatsapp.push(account);
        self
    }

    /// The same settings with one more Telegram bot.
    pub fn with_telegram(mut self, account: TelegramAccount) -> Self {
        self.telegram.push(account);
        self
    }
}

/// How webhooks are posted. Meta repeats for hours, Telegram for a while; the sandbox repeats a few times, quickly.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// Repeats after an answer other than 200, or none.
    pub retries: u32,
    /// Pause before each repeat, in milliseconds of real time.
    pub pause_ms: u64,
    /// How long one post may take, in milliseconds of real time.
    pub timeout_ms: u64,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { retries: 3, pause_ms: 50, timeout_ms: 10_000 }
    }
}
