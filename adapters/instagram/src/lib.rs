//! Instagram messaging.
//!
//! Two routes of Meta lead to the same inbox: Instagram Login (`graph.instagram.com`) and a linked Facebook Page
//! (`graph.facebook.com`). Their webhooks are alike, so one [`InstagramWebhook`] serves both and any number of
//! accounts; what is sent leaves through an [`Instagram`] made by [`connect`] for one account.
//!
//! The provider's own words stay in `wire`; what is assumed rather than documented is listed in the README.
#![forbid(unsafe_code)]

mod config;
mod media;
mod messenger;
mod plug;
mod token;
mod webhook;
mod wire;

pub use config::{AccountConfig, EndpointConfig, Route};
pub use messenger::Instagram;
pub use plug::Plug;
use tradepost_domain::{
    Capabilities, MediaKind,
    capabilities::{CardLimit, ChoiceLimit, MediaLimit, TextUnit, Window},
};
use tradepost_http::Http;
pub use tradepost_meta::settings::Fault;
pub use webhook::{InstagramWebhook, parse, schema};

/// The channel's kind, which account keys and the webhook path carry.
pub const KIND: &str = "instagram";

/// Makes one account ready to write, or says what is wrong with its settings.
pub fn connect(config: AccountConfig, http: Http) -> Result<Instagram, Vec<Fault>> {
    match config.faults() {
        faults if faults.is_empty() => Ok(Instagram::new(config, http)),
        faults => Err(faults),
    }
}

const MIB: u64 = 1024 * 1024;
const HOUR: i64 = 3600;

/// What Instagram shows, and the limits of it.
/// developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
pub fn capabilities(human_agent: bool, button_template: bool) -> Capabilities {
    let media = |kind, bytes| MediaLimit { kind, bytes, caption: 0 };
    Capabilities {
        quick_replies: Some(ChoiceLimit::new(13, 20, 1000)),
        buttons: button_template.then_some(ChoiceLimit { text: 640, ..ChoiceLimit::new(3, 20, 1000) }),
        cards: Some(CardLimit { most: 10, title: 80, buttons: 3, button_title: 20 }),
        media: vec![
            media(MediaKind::Image, 8 * MIB),
            media(MediaKind::Video, 25 * MIB),
            media(MediaKind::Audio, 25 * MIB),
            media(MediaKind::File, 25 * MIB),
        ],
        window: Some(Window {
            staff_seconds: if human_agent { 7 * 24 * HOUR } else { 0 },
            ..Window::hours(24)
        }),
        typing: true,
        seen: true,
        ..Capabilities::text_only(1000, TextUnit::Bytes)
    }
}
