//! The way out: there is nowhere to send to, so everything arrives at once.

use std::time::Duration;

use async_trait::async_trait;
use tradepost_domain::{
    AccountKey, Capabilities, Content, ErrorKind, MediaKind, PortError,
    capabilities::{CardLimit, ChoiceLimit, MediaLimit, TextUnit},
    fit::fit,
};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, Terms, terms::Repeat};

use crate::KIND;

/// The direct account of one storefront.
pub struct Direct {
    terms: Terms,
    capabilities: Capabilities,
}

impl Direct {
    /// The account of that key.
    pub fn new(account: AccountKey) -> Self {
        let terms = Terms {
            time_limit: Duration::from_secs(1),
            concurrency: 64,
            per_second: 10_000,
            repeat: Repeat::Keyed,
            ..Terms::of(account)
        };
        Self { terms, capabilities: capabilities() }
    }
}

impl Direct {
    /// Only what is fitted to the channel is shown on it.
    fn admit(&self, content: &Content) -> PortResult<()> {
        match fit(content, &self.capabilities) {
            Ok(fitted) if fitted.pieces.iter().eq([content]) => Ok(()),
            Ok(_) => Err(unfit("it is not fitted to the channel")),
            Err(unshown) => Err(unfit(unshown)),
        }
    }
}

fn unfit(why: impl ToString) -> PortError {
    PortError::new(ErrorKind::Invalid, KIND, why.to_string())
}

/// What a caller may be handed: everything that JSON can say. The limits only keep answers of a sane size.
pub fn capabilities() -> Capabilities {
    let choice = ChoiceLimit { description: 200, ..ChoiceLimit::new(50, 200, 1_000) };
    let media = |kind| MediaLimit { kind, bytes: 25 * 1024 * 1024, caption: 20_000 };
    Capabilities {
        quick_replies: Some(choice),
        buttons: Some(choice),
        list: Some(choice),
        cards: Some(CardLimit { most: 20, title: 200, buttons: 10, button_title: 200 }),
        media: [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::File].map(media).into(),
        location: true,
        ..Capabilities::text_only(20_000, TextUnit::Characters)
    }
}

#[async_trait]
impl Messenger for Direct {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The effect is the line's name here, too: a repeated send is the same line.
    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        self.admit(&outbound.content)?;
        Ok(Receipt { reference: outbound.effect.to_string(), at: None })
    }

    async fn signal(&self, _: &str, _: Option<&str>, _: Signal) -> PortResult<()> {
        Ok(())
    }
}
