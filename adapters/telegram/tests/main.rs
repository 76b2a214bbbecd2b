//! The adapter from outside. Beside the suites stand the tables that only this provider has.

mod conformance;
mod media;
mod parsing;
mod plug;
mod refusals;
mod sent;

use std::time::Duration;

use secrecy::SecretString;
use tradepost_http::{Http, HttpConfig};
use tradepost_telegram::AccountConfig;
use tradepost_testkit::messenger::SECRET;

/// Payloads, composed from the documented fields, one per kind of event; beside each what is expected of it.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// The bot of the tests; its token is `BOT:SECRET`.
const BOT: &str = "7000000001";

/// The bot, at an address of a test.
fn config(base: &str, time_limit: Duration) -> AccountConfig {
    let usual = AccountConfig::new(BOT, SecretString::from(format!("{BOT}:{SECRET}")));
    AccountConfig { base: base.into(), time_limit, ..usual }
}

fn http() -> Http {
    Http::new(HttpConfig::default()).expect("a client")
}
