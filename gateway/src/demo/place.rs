//! Where a scene is played, and who plays in it.

use super::stage::Stage;
use crate::adapters::sandbox::{
    Action, Customer, Delivered, Delivery, SandboxError, TelegramCustomer, TelegramEvent, WhatsappCustomer,
    WhatsappEvent, WhatsappProfile,
};

/// A channel that the demo plays on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Instagram,
    WhatsApp,
    Telegram,
}

impl Place {
    pub(super) const ALL: [Self; 3] = [Self::Instagram, Self::WhatsApp, Self::Telegram];

    /// The channel kind.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::WhatsApp => "whatsapp",
            Self::Telegram => "telegram",
        }
    }

    /// The shop's account at the sandbox.
    pub(super) fn account(self) -> &'static str {
        match self {
            Self::Instagram => "17841400000000001",
            Self::WhatsApp => "555000111",
            Self::Telegram => "7000000001",
        }
    }

    /// The settings of its endpoint: what proves a webhook.
    pub(super) fn proof(self) -> String {
        let account = self.account();
        match self {
            Self::Instagram | Self::WhatsApp => {
                format!("app_secret = \"secret-{account}\"\nverify_token = \"verify-{account}\"")
            }
            Self::Telegram => {
                format!("account = \"{account}\"\nsecret_token = \"secret-token-of-{account}\"")
            }
        }
    }

    /// A token of the account's, with that word in it.
    pub(super) fn token(self, word: &str) -> String {
        match self {
            Self::Instagram | Self::WhatsApp => format!("token-{}-{word}", self.kind()),
            Self::Telegram => format!("{}:{word}", self.account()),
        }
    }

    /// Does the provider tell that a line was read?
    pub(super) fn tells_of_reading(self) -> bool {
        self != Self::Telegram
    }

    /// Its name, as wide as the others'.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Instagram => "Instagram",
            Self::WhatsApp => "WhatsApp ",
            Self::Telegram => "Telegram ",
        }
    }

    /// The customer's id in a scene of that number; unlike those of an earlier run on the same store.
    pub(super) fn id(self, run: u32, number: u8) -> String {
        match self {
            Self::Instagram | Self::Telegram => format!("99{run:08}{number:02}"),
            Self::WhatsApp => format!("49151{:06}{number:02}", run % 1_000_000),
        }
    }
}

/// What a customer does, in the words of their channel.
#[derive(Clone)]
pub(super) enum Doing {
    Instagram(Vec<Action>),
    WhatsApp(Vec<WhatsappEvent>),
    Telegram(Vec<TelegramEvent>),
}

/// A customer of the sandbox.
pub(super) enum Somebody {
    Instagram(Customer),
    WhatsApp(WhatsappCustomer),
    Telegram(TelegramCustomer),
}

impl Somebody {
    pub(super) fn of(stage: &Stage, place: Place, id: &str) -> Result<Self, SandboxError> {
        Ok(match place {
            Place::Instagram => Self::Instagram(stage.sandbox.customer(place.account(), id)?),
            Place::WhatsApp => {
                let customer = stage.sandbox.whatsapp_customer(place.account(), id)?;
                if id.contains('.') {
                    customer.has_profile(WhatsappProfile::by_user_id(id));
                }
                Self::WhatsApp(customer)
            }
            Place::Telegram => Self::Telegram(stage.sandbox.telegram_customer(place.account(), id)?),
        })
    }

    pub(super) async fn does(&self, doing: Doing, delivery: &Delivery) -> Result<Delivered, SandboxError> {
        match (self, doing) {
            (Self::Instagram(customer), Doing::Instagram(actions)) => {
                customer.does_all(actions, delivery).await
            }
            (Self::WhatsApp(customer), Doing::WhatsApp(events)) => customer.does_all(events, delivery).await,
            (Self::Telegram(customer), Doing::Telegram(events)) => customer.does_all(events, delivery).await,
            _ => Ok(Delivered { mids: Vec::new(), posts: Vec::new() }),
        }
    }

    /// Reads the latest message. On WhatsApp that happens by itself, and on Telegram nobody is told.
    pub(super) async fn reads(&self) -> Result<(), SandboxError> {
        match self {
            Self::Instagram(customer) => customer.does(Action::Read { mid: None }).await.map(drop),
            Self::WhatsApp(_) | Self::Telegram(_) => Ok(()),
        }
    }
}
