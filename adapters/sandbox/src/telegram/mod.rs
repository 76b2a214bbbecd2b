//! Telegram: the Bot API server, and the updates that it posts. core.telegram.org/bots/api
//!
//! Written from Telegram's pages alone. A call names its bot by the token in the path: `/bot<token>/METHOD`, `/file/bot<token>/PATH`.

mod account;
mod action;
mod call;
mod compose;
mod content;
pub(crate) mod control;
mod customer;
mod event;
mod files;
mod markup;
mod person;
mod refusal;
mod send;
mod serve;
mod shop;
mod webhook;

pub use account::{TelegramAccount, TelegramChange, TelegramRate};
pub use action::{TelegramAction, TelegramMedia, TelegramSent};
pub use customer::{TelegramCustomer, TelegramStanding};
pub use event::{TelegramBeside, TelegramEvent};
pub use person::TelegramProfile;

pub(crate) use serve::{Place, serve};
pub(crate) use shop::{Shop, Shops};

/// The name under which the log knows this provider.
pub(crate) const PROVIDER: &str = "telegram";
