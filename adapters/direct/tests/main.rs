//! The channel from outside.

mod conformance;
