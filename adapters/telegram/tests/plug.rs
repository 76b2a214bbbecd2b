//! What a gateway makes of the settings, and what it tells of wrong ones.

use std::time::Duration;

use rstest::rstest;
use tradepost_ports::{
    Adapter,
    adapter::{BadValue, Value, Values},
    terms::Repeat,
};
use tradepost_telegram::{KIND, Plug};
use tradepost_testkit::{messenger::SECRET, webhook::Signed};

const GOOD: &str = "a-secret_of-the-endpoint";

fn secret(values: &mut Values, key: &'static str, secret: &str) {
    values.put(key, Value::Secret(secret.to_owned().into()));
}

fn endpoint(account: &str, token: &str) -> Values {
    let mut values = Values::default();
    values.put("account", Value::Text(account.into()));
    secret(&mut values, "secret_token", token);
    values
}

fn token(token: &str) -> Values {
    let mut values = Values::default();
    secret(&mut values, "token", token);
    values
}

fn keys(faults: &[BadValue]) -> Vec<&str> {
    faults.iter().map(|fault| fault.key.as_str()).collect()
}

fn faults(id: &str, values: &Values) -> Vec<BadValue> {
    Plug.account(id, values).err().unwrap_or_default()
}

#[test]
fn an_account_is_made_of_its_settings() {
    let account = Plug.account("4711", &token("4711:AAx_-9")).expect("an account");
    let terms = account.messenger.terms();
    assert_eq!(terms.account.as_str(), format!("{KIND}:4711"));
    assert_eq!((terms.per_second, terms.concurrency, terms.repeat), (25, 8, Repeat::Never));
    assert_eq!(terms.pair.map(|pair| pair.every), Some(Duration::from_secs(1)));
    let media = account.media.expect("files are fetched");
    assert_ne!(media.fetch_terms().account, terms.account);
    assert_ne!(media.fetch_terms().lane, terms.lane);
    assert!(account.tokens.is_none(), "a token never ends");
}

#[test]
fn rates_and_limits_are_settings() {
    let mut values = token("4711:AAx_-9");
    values.put("base", Value::Text("http://127.0.0.1:8081".into()));
    values.put("time_limit", Value::Duration(Duration::from_secs(7)));
    values.put("concurrency", Value::Number(2));
    values.put("per_second", Value::Number(1000));
    values.put("pair_every", Value::Duration(Duration::ZERO));
    let account = Plug.account("4711", &values).expect("an account");
    let terms = account.messenger.terms();
    assert_eq!((terms.time_limit, terms.concurrency), (Duration::from_secs(7), 2));
    assert_eq!((terms.per_second, terms.pair), (1000, None));
}

#[rstest]
#[case::nothing(" ", "", &["id", "token"])]
#[case::no_form("4711", "AAx", &["token"])]
#[case::no_digits("4711", "bot:AAx", &["token"])]
#[case::a_path("4711", "4711:AAx/../getMe", &["token"])]
#[case::another_bot("4712", "4711:AAx", &["id"])]
#[case::good("4711", "4711:AAx", &[])]
fn every_fault_of_an_account_is_told(#[case] id: &str, #[case] given: &str, #[case] expected: &[&str]) {
    assert_eq!(keys(&faults(id, &token(given))), expected);
}

#[rstest]
#[case::plain("http://bots.example", &["base"])]
#[case::no_address("bots", &["base"])]
#[case::with_a_query("https://bots.example/?a=1", &["base"])]
#[case::own_server("https://bots.example/api/", &[])]
#[case::this_machine("http://localhost:8081", &[])]
fn a_base_is_https_or_here(#[case] base: &str, #[case] expected: &[&str]) {
    let mut values = token("4711:AAx");
    values.put("base", Value::Text(base.into()));
    assert_eq!(keys(&faults("4711", &values)), expected);
}

#[test]
fn numbers_that_stop_everything_are_told() {
    let mut values = token("4711:AAx");
    values.put("time_limit", Value::Duration(Duration::ZERO));
    values.put("concurrency", Value::Number(0));
    values.put("per_second", Value::Number(0));
    assert_eq!(keys(&faults("4711", &values)), ["time_limit", "concurrency", "per_second"]);
}

#[test]
fn no_fault_shows_the_secret() {
    let told = format!("{:?}", faults("4712", &token(&format!("4711:{SECRET}/"))));
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn what_the_plug_signs_its_webhook_verifies() {
    let (values, body) = (endpoint("4711", GOOD), br#"{"update_id":1,"moon_rose":{}}"#);
    let signature = Plug.sign(&values, body).expect("it signs");
    let webhook = Plug.webhook(&values).expect("good settings").expect("it is called");
    let signed = Signed { headers: signature.headers, query: signature.query };
    let verified = webhook.verify(signed.with(body.to_vec())).expect("it is ours");
    assert_eq!(webhook.parse(&verified).expect("an update")[0].account, "4711", "the endpoint's own bot");
}

#[rstest]
#[case::nothing(" ", " ", &["account", "secret_token"])]
#[case::short("4711", "short", &["secret_token"])]
#[case::odd("4711", "a secret with blanks in it", &["secret_token"])]
#[case::good("4711", GOOD, &[])]
fn every_fault_of_an_endpoint_is_told(#[case] account: &str, #[case] token: &str, #[case] expected: &[&str]) {
    let faults = Plug.webhook(&endpoint(account, token)).err().unwrap_or_default();
    assert_eq!(keys(&faults), expected);
}

#[test]
fn the_reader_reads_and_believes_nobody() {
    let reader = Plug.reader().expect("it is called");
    assert!(reader.verify(Signed::header("x-telegram-bot-api-secret-token", GOOD).with("{}")).is_err());
    let signed = Signed::default().with(&br#"{"update_id":1,"moon_rose":{}}"#[..]);
    assert_eq!(reader.parse(&signed.trusted_by_operator()).map(|arrivals| arrivals.len()), Ok(1));
}
