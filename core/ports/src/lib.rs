//! The doors between the core and the world.
//!
//! A port is a small trait, named by its role. An adapter implements it for one account and holds its own credentials;
//! what an adapter can do it declares as data ([`Capabilities`], [`Terms`]). Every failure is one [`PortError`], whose
//! kind is in the caller's words; what is business as usual ("sold out", "not there") is not an error.
#![forbid(unsafe_code)]

pub mod adapter;
pub mod clock;
pub mod coordinator;
pub mod correlation;
pub mod llm;
pub mod media;
pub mod messenger;
pub mod observer;
pub mod payments;
pub mod store;
pub mod terms;
pub mod token;
pub mod webhook;

pub use adapter::{Account, Adapter};
pub use clock::{Clock, Dice};
pub use coordinator::{Coordinator, Wake};
pub use llm::Llm;
pub use media::{Fetched, MediaSource};
pub use messenger::{Messenger, Outbound, Receipt, Signal};
pub use observer::{Happening, Observer};
pub use payments::Payments;
pub use store::{Store, StoreError, Unit};
pub use terms::Terms;
pub use token::{FreshToken, TokenCell, TokenHabits, TokenSource};
pub use tradepost_domain::{Capabilities, ErrorKind, PortError};
pub use webhook::{Greeting, Headers, Refused, Unreadable, Unverified, Verified, Webhook, WebhookSchema};

/// The result of a port.
pub type PortResult<T> = Result<T, PortError>;
