//! The kit's own ports pass the suites, so that they cannot drift from what the others do.

mod memory;
mod pigeon;
mod ports;
