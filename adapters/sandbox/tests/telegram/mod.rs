//! Telegram: what is taken and refused, its limits, files, what customers do, how updates travel.

mod control;
mod delivery;
mod faults;
mod files;
mod inbound;
mod limits;
mod line;
mod refusals;
mod sends;
mod taps;
mod webhook;
