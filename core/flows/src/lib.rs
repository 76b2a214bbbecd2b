//! The behaviours that come with the house. Each is a [`Flow`](tradepost_domain::Flow): a pure function over its
//! state, which knows no channel, no store and no clock.
#![forbid(unsafe_code)]

pub mod rules;
