//! What the product is, as values and decisions.
//!
//! Everything from outside is an [`Event`]; a [`Flow`] turns *state + event* into *state + [`Effect`]s*. Nothing here
//! awaits, reads a clock or touches the world: time, ids and randomness come in as values, so that a conversation can
//! be tested as a table and replayed bit for bit.
#![forbid(unsafe_code)]

pub mod arrival;
pub mod call;
pub mod capabilities;
pub mod consent;
pub mod contact;
pub mod content;
pub mod context;
pub mod conversation;
pub mod correlation;
pub mod deed;
pub mod delivery;
pub mod effect;
pub mod error;
pub mod event;
pub mod fit;
pub mod flow;
pub mod id;
pub mod keyword;
pub mod ledger;
pub mod media;
pub mod message;
pub mod model;
pub mod money;
pub mod phone;
pub mod rule;
pub mod slot;
pub mod storefront;
pub mod template;
pub mod trace;

pub use arrival::{Arrival, Party, What};
pub use call::{Answer, Answered, Call, Checkout, CheckoutRequest};
pub use capabilities::Capabilities;
pub use consent::Purpose;
pub use contact::{Contact, Fact, Identity};
pub use content::{BasketItem, Card, Choice, Content, Link, Person};
pub use context::Context;
pub use conversation::{Conversation, Mode};
pub use correlation::Correlation;
pub use deed::{Deed, Outcome};
pub use delivery::Delivery;
pub use effect::{Effect, Reason};
pub use error::{ErrorKind, PortError};
pub use event::{Body, Event, Notice, Staff};
pub use flow::{ErasedFlow, Flow, Stage, Step, Stored};
pub use id::*;
pub use jiff::{SignedDuration, Timestamp};
pub use keyword::Keyword;
pub use media::{Media, MediaKind, Source};
pub use message::{Author, Line, Message};
pub use money::Money;
pub use phone::Phone;
pub use rule::{MatchKind, Rule};
pub use slot::{Region, Slot};
pub use storefront::Storefront;
pub use template::Template;
pub use trace::{Trace, TraceParent};
