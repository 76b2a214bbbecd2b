//! Secrets that the house keeps: sealed before the store sees them, sealed anew when the master key changes; and its first
//! user, the tokens that end.
//!
//! What is sealed is the secret's value behind 32 bytes that say of what it was first made ([`keyring::Origin`]). Name and
//! key id are bound to it: a row that was renamed or exchanged does not open.

mod keyring;
mod rotate;
mod tend;
mod tokens;

pub use keyring::{BadKeyring, Keyring, Unopened};
pub use rotate::{Rotated, look_over, rotate};
pub(crate) use tokens::Tokens;
pub use tokens::{TokenHealth, TokenState};
