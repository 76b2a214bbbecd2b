//! WhatsApp: Meta's Cloud API, and the reseller's dialect of it; the webhooks of both.
//!
//! Written from the reference page alone. It shares its host with Instagram: the node of a path decides, a number or a business
//! account or a medium of ours, and the token where the node is nobody's.

mod account;
mod action;
mod call;
mod check;
mod compose;
pub(crate) mod control;
mod customer;
mod envelope;
mod errors;
mod event;
mod interactive;
pub(crate) mod media;
mod person;
mod registered;
mod send;
mod shop;
mod status;
mod tap;
mod template;
pub(crate) mod wapi;

pub use account::{Dialect, Failures, WhatsappAccount, WhatsappChange, WhatsappRate};
pub use action::{OrderItem, Sent, WhatsappAction, WhatsappMedia};
pub use customer::{Crowd, WhatsappCustomer, WhatsappStanding};
pub use event::{Beside, WhatsappEvent};
pub use person::WhatsappProfile;
pub use registered::TemplateNews;
pub use status::Step;
pub use template::Template;

pub(crate) use call::answer;
pub(crate) use customer::together;
pub(crate) use registered::becomes;
pub(crate) use shop::{Shop, Shops};

/// The name under which the log knows this provider.
pub(crate) const PROVIDER: &str = "whatsapp";
