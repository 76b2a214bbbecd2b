//! The adapter from outside: payloads in, requests out.

mod batches;
mod conformance;
mod doors;
mod events;
mod fetching;
mod resold;
mod said;
mod sending;
mod settings;

use secrecy::SecretString;
use tradepost_domain::Arrival;
use tradepost_ports::{Headers, Unreadable, Unverified};
use tradepost_whatsapp::{CloudEndpoint, EndpointConfig, WapiEndpoint, WhatsAppWebhook, parse};

const ACCOUNT: &str = "555000111";
const CUSTOMER: &str = "5511987654321";

fn cloud() -> WhatsAppWebhook {
    let endpoint = CloudEndpoint {
        app_secret: SecretString::from("app-secret-0001"),
        verify_token: SecretString::from("greeting-0001"),
    };
    WhatsAppWebhook::new(EndpointConfig::Cloud(endpoint)).expect("good settings")
}

fn wapi() -> WhatsAppWebhook {
    resold(WapiEndpoint { token: SecretString::from(URL_TOKEN), signature: None, account: None })
}

const URL_TOKEN: &str = "c0ffee00c0ffee00c0ffee00";

fn resold(endpoint: WapiEndpoint) -> WhatsAppWebhook {
    WhatsAppWebhook::new(EndpointConfig::Wapi(endpoint)).expect("good settings")
}

fn read(body: impl Into<Vec<u8>>) -> Result<Vec<Arrival>, Unreadable> {
    let bytes = bytes::Bytes::from(body.into());
    parse(&Unverified::new(Headers::default(), Vec::new(), bytes).trusted_by_operator())
}

/// Of a dialect's folder, such as `cloud/text`.
fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of a dialect's fixtures, but for those.
fn fixtures(dialect: &str, but: &[&str]) -> Vec<String> {
    let folder = format!("{}/tests/fixtures/{dialect}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("fixtures").flatten();
    let files = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "json"));
    let names = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> =
        names.filter(|name| !but.contains(&name.as_str())).map(|name| format!("{dialect}/{name}")).collect();
    names.sort();
    names
}
