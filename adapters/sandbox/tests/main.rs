//! The sandbox over real HTTP on loopback: every refusal, every fault, every inbound kind, its clock and its control API.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod control;
mod delivery;
mod faults;
mod inbound;
mod lookups;
mod media;
mod process;
mod refusals;
mod sends;
mod stage;
mod telegram;
mod whatsapp;
mod windows;
