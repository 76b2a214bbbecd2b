//! WhatsApp: what is taken and refused, what follows, what customers do, media, templates, the reseller's dialect.

mod delivery;
mod inbound;
mod line;
mod numbers;
mod refusals;
mod sends;
mod statuses;
mod taps;
mod windows;
