//! Telegram: the private chats of a bot, through the Bot API (core.telegram.org/bots/api).
//!
//! A webhook that carries a secret token brings updates, methods of the Bot API send lines, and media are files that
//! the bot asks for. The provider's own words stay in `wire`; what is assumed rather than documented is listed in the
//! README.
#![forbid(unsafe_code)]

mod config;
mod media;
mod messenger;
mod plug;
mod webhook;
mod wire;

pub use config::AccountConfig;
pub use config::EndpointConfig;
pub use media::TelegramMedia;
pub use messenger::Telegram;
pub use plug::Plug;
use tradepost_domain::{
    Capabilities, MediaKind,
    capabilities::{ChoiceLimit, MediaLimit, TextUnit},
};
use tradepost_http::Http;
use tradepost_ports::adapter::BadValue;
pub use webhook::TelegramWebhook;

/// The channel's kind: stands in settings, account keys and the webhook's path.
pub const KIND: &str = "telegram";

/// Makes one bot ready to write, or says what is wrong with its settings.
pub fn connect(config: AccountConfig, http: Http) -> Result<Telegram, Vec<BadValue>> {
    match config.faults() {
        faults if faults.is_empty() => Ok(Telegram::new(config, http)),
        faults => Err(faults),
    }
}

/// Makes what fetches the media that customers sent to a bot, or says what is wrong with its settings.
pub fn connect_media(config: AccountConfig, http: Http) -> Result<TelegramMedia, Vec<BadValue>> {
    match config.faults() {
        faults if faults.is_empty() => Ok(TelegramMedia::new(config, http)),
        faults => Err(faults),
    }
}

/// Half of the 4096 that a text may have: Telegram counts in UTF-16, where one character is two units at most.
const TEXT: usize = 2048;
/// Half of 1024, likewise.
const CAPTION: usize = 512;
const MEGABYTE: u64 = 1_000_000;

/// What the channel shows, and the limits of it. What is left out cannot be sent: the engine writes it as text.
/// core.telegram.org/bots/api
pub fn capabilities() -> Capabilities {
    // A button's value has at most 64 bytes; one that has more in 64 characters is refused by its bytes.
    let keyboard = ChoiceLimit::new(20, 60, wire::outbound::VALUE);
    let medium = |kind, megabytes| MediaLimit { kind, bytes: megabytes * MEGABYTE, caption: CAPTION };
    Capabilities {
        quick_replies: Some(keyboard),
        buttons: Some(keyboard),
        media: vec![
            medium(MediaKind::Image, 10),
            medium(MediaKind::Video, 50),
            medium(MediaKind::Audio, 50),
            medium(MediaKind::File, 50),
        ],
        location: true,
        people: true,
        typing: true,
        uploads: true,
        ..Capabilities::text_only(TEXT, TextUnit::Characters)
    }
}
