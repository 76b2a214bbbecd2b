//! Journeys: stories that a shopkeeper can read (`stories`, by channel), played against the whole house in one process.
//!
//! Words travel the whole route: a customer of the sandbox, a signed webhook over TCP, the gateway's door, the engine
//! on SQLite, the rules flow, the channel's adapter, the sandbox's log. Only time is advanced by hand. At the end of
//! every story each expected reply has arrived exactly once and in order, the provider had nothing to refuse, the
//! queues are empty, every journal replays without a difference, and nothing was given up unless the story says so.
//!
//! A story is a line per happening; [`story`] tells what a line may say. To add one: a file, and a test that names it
//! in `tests/main.rs`.
#![forbid(unsafe_code)]

mod ask;
mod bots;
mod check;
mod clumsy;
mod desk;
mod house;
mod keep;
mod numbers;
mod play;
mod probe;
pub mod story;

pub use play::play;
pub use probe::play_probe;
