//! The adapter from outside: payloads in, requests out.

mod batches;
mod conformance;
mod doors;
mod events;
mod fetching;
mod sending;
mod settings;
mod tokens;

use secrecy::SecretString;
use tradepost_domain::Arrival;
use tradepost_instagram::{EndpointConfig, InstagramWebhook, parse};
use tradepost_ports::{Headers, Unreadable, Unverified};

const ACCOUNT: &str = "17841400000000001";
const CUSTOMER: &str = "9900112233";

fn endpoint() -> InstagramWebhook {
    let config = EndpointConfig {
        app_secret: SecretString::from("app-secret-0001"),
        verify_token: SecretString::from("greeting-0001"),
    };
    InstagramWebhook::new(config).expect("good settings")
}

fn read(body: impl Into<Vec<u8>>) -> Result<Vec<Arrival>, Unreadable> {
    let bytes = bytes::Bytes::from(body.into());
    parse(&Unverified::new(Headers::default(), Vec::new(), bytes).trusted_by_operator())
}

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
