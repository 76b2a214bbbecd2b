//! WhatsApp: what is taken and refused, what follows, what customers do, media, templates, the reseller's dialect.

mod control;
mod delivery;
mod faults;
mod inbound;
mod line;
mod media;
mod numbers;
mod refusals;
mod sends;
mod statuses;
mod taps;
mod templates;
mod wapi;
mod windows;
