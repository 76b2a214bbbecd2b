//! The kit's own ports pass the suites, so that they cannot drift from what the others do; and broken adapters do not.

mod broken;
mod memory;
mod pigeon;
mod ports;
