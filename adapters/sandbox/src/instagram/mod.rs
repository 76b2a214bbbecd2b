//! Instagram: the Graph API of both routes on one host, and the webhooks of both.
//!
//! Written from the reference page alone. `graph.instagram.com` and `graph.facebook.com` are the same host here; the token decides
//! which account, and with it which route, a call belongs to.

mod account;
mod action;
mod call;
mod check;
mod compose;
mod customer;
mod errors;
mod profile;
mod send;
mod shop;
mod template;
mod token;

pub use account::{AccountChange, Echo, InstagramAccount, Rate, Route};
pub use action::{Action, MediaKind, Referral, Shape, StoryRef};
pub use customer::{Customer, Staff, Standing};
pub use shop::Profile;

pub(crate) use call::answer;
pub(crate) use shop::{Shop, Shops};

/// The name under which the log knows this provider.
pub(crate) const PROVIDER: &str = "instagram";
