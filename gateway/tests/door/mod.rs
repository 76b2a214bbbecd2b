//! The door, over real TCP.

mod away;
mod chat;
mod counts;
mod health;
mod limits;
mod problems;
mod stop;
mod webhooks;
