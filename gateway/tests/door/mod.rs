//! The door, over real TCP.

mod chat;
mod health;
mod limits;
mod problems;
mod stop;
mod webhooks;
