//! Acme: say in a sentence what it is.
//!
//! Written by `tradepost new-adapter` for a provider that is made up. Each `TODO` says what to put in its place.
//! The provider's own words stay in `wire`; what is assumed rather than documented is listed in the README.
#![forbid(unsafe_code)]

mod config;
// <messenger>
mod messenger;
// </messenger>
mod plug;
// <webhook>
mod webhook;
// </webhook>
mod wire;

// <messenger>
pub use config::AccountConfig;
// </messenger>
// <webhook>
pub use config::EndpointConfig;
// </webhook>
// <messenger>
pub use messenger::Acme;
// </messenger>
pub use plug::Plug;
// <messenger>
use tradepost_domain::{
    Capabilities,
    capabilities::{ChoiceLimit, TextUnit},
};
use tradepost_http::Http;
use tradepost_ports::adapter::BadValue;
// </messenger>
// <webhook>
pub use webhook::AcmeWebhook;
// </webhook>

/// The channel's kind: stands in settings, account keys and the webhook's path.
pub const KIND: &str = "acme";
// <messenger>

/// Makes one account ready to write, or says what is wrong with its settings.
pub fn connect(config: AccountConfig, http: Http) -> Result<Acme, Vec<BadValue>> {
    match config.faults() {
        faults if faults.is_empty() => Ok(Acme::new(config, http)),
        faults => Err(faults),
    }
}

/// What the channel shows, and the limits of it. What is left out cannot be sent: the engine writes it as text.
// TODO: the provider's own limits, and the page that states them.
pub fn capabilities() -> Capabilities {
    Capabilities {
        buttons: Some(ChoiceLimit::new(3, 20, 200)),
        ..Capabilities::text_only(1000, TextUnit::Characters)
    }
}
// </messenger>
