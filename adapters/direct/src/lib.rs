//! The direct channel: a server-side caller writes in a customer's name with an API key and reads what is answered.
//!
//! There is no provider behind it. A question enters the house as any other arrival does; the transcript in the store
//! *is* the delivery, so a line has reached its customer when it is written there as sent, and a caller who went away
//! can read it later. Who may ask stands in [`key`], what is asked in [`question`], and [`exchange`] waits for the
//! answer. The HTTP door around it is the gateway's.
#![forbid(unsafe_code)]

pub mod exchange;
pub mod key;
pub mod messenger;
pub mod question;

pub use exchange::{Exchange, Heard, Waiting};
pub use key::{Caller, Digest, Keys};
pub use messenger::Direct;
pub use question::{Question, Words};
use tradepost_domain::{AccountKey, StorefrontId};

/// The kind that stands before the colon of account keys.
pub const KIND: &str = "direct";

/// The direct account of a storefront: every storefront has one.
pub fn account_of(storefront: &StorefrontId) -> AccountKey {
    AccountKey::of(KIND, storefront.as_str())
}
