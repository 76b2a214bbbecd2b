//! What the channels at Meta share: the way in, how its JSON is read, and what the Graph API's errors say.
//!
//! Meta's own words stay in the adapters; here stands only what is the same in all of them.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod events;
pub mod graph;
pub mod lenient;
pub mod mark;
pub mod settings;
pub mod signature;
