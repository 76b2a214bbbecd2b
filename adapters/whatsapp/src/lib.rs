//! WhatsApp, in two dialects: Meta's Cloud API, and the reseller variant that is called WAPI here.
//!
//! Both carry Meta's own events, so one parser reads them; what is sent is written in the dialect of the account. A
//! [`WhatsAppWebhook`] serves one app or vendor and any number of numbers; a [`WhatsApp`], made by [`connect`], is one number.
//!
//! The providers' own words stay in `wire`; what is assumed rather than documented is listed in the README.
#![forbid(unsafe_code)]

mod cloud;
mod config;
mod media;
mod messenger;
mod plug;
mod wapi;
mod webhook;
mod wire;

pub use config::{
    AccountConfig, CloudEndpoint, Dialect, EndpointConfig, WapiConfig, WapiEndpoint, WapiSignature,
};
pub use messenger::WhatsApp;
pub use plug::Plug;
use tradepost_domain::{
    Capabilities, MediaKind,
    capabilities::{ChoiceLimit, MediaLimit, TextUnit, Window},
};
use tradepost_http::Http;
pub use tradepost_meta::settings::Fault;
pub use webhook::{WhatsAppWebhook, parse, schema};

/// The channel's kind, which account keys and the webhook path carry.
pub const KIND: &str = "whatsapp";

/// Makes one number ready to write, or says what is wrong with its settings.
pub fn connect(config: AccountConfig, http: Http) -> Result<WhatsApp, Vec<Fault>> {
    match config.faults() {
        faults if faults.is_empty() => Ok(WhatsApp::new(config, http)),
        faults => Err(faults),
    }
}

const MIB: u64 = 1024 * 1024;

/// What the Cloud API shows, and the limits of it.
/// developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
pub fn cloud_capabilities() -> Capabilities {
    Capabilities {
        location: true,
        people: true,
        typing: true,
        seen: true,
        uploads: true,
        list: Some(LIST),
        ..shared()
    }
}

/// What is known to work through the reseller. Lists have a shape that no document shows, so they are off unless they are
/// asked for; then choices are written as numbered lines.
pub fn wapi_capabilities(lists: bool) -> Capabilities {
    Capabilities { list: lists.then_some(LIST), ..shared() }
}

/// Documents of today allow a list's question four times as much; 1,024 is what every one of them allows.
const LIST: ChoiceLimit =
    ChoiceLimit { text: 1024, description: 72, button: 20, ..ChoiceLimit::new(10, 24, 200) };

fn shared() -> Capabilities {
    let media = |kind, bytes, caption| MediaLimit { kind, bytes, caption };
    Capabilities {
        buttons: Some(ChoiceLimit { text: 1024, ..ChoiceLimit::new(3, 20, 256) }),
        media: vec![
            media(MediaKind::Image, 5 * MIB, 1024),
            media(MediaKind::Video, 16 * MIB, 1024),
            media(MediaKind::Audio, 16 * MIB, 0),
            media(MediaKind::File, 100 * MIB, 1024),
        ],
        templates: true,
        window: Some(Window::hours(24)),
        ..Capabilities::text_only(4096, TextUnit::Characters)
    }
}
