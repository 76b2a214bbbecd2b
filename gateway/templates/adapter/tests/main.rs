//! The adapter from outside. Beside the suites stand the tables that only this provider has.

mod conformance;
mod plug;
// <webhook>

/// Payloads, composed from the documented fields, one per kind of event; beside each what is expected of it.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
// </webhook>
