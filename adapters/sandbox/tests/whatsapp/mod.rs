//! WhatsApp: what is taken and refused, what follows, what customers do, media, templates, the reseller's dialect.

mod line;
mod refusals;
mod sends;
mod statuses;
