//! Every fault of the settings is named at once, with its mending and without secrets.

use std::time::Duration;

use rstest::rstest;
use secrecy::SecretString;
use tradepost_http::Reach;
use tradepost_ports::{
    Adapter,
    adapter::{KeyKind, Value, Values},
};
use tradepost_whatsapp::{
    AccountConfig, CloudEndpoint, Dialect, EndpointConfig, Plug, WapiEndpoint, WapiSignature,
};

use crate::{
    URL_TOKEN,
    sending::{cloud_account, wapi_account},
};

fn faults(config: &AccountConfig) -> Vec<&'static str> {
    config.faults().into_iter().map(|fault| fault.key).collect()
}

/// proves: PL-02
#[rstest]
#[case::meta("https://graph.facebook.com/", &[], Reach::Public)]
#[case::sandbox("http://127.0.0.1:4010", &[], Reach::Any)]
#[case::plain_elsewhere("http://graph.facebook.com/", &["base"], Reach::Public)]
#[case::no_address("graph.facebook.com", &["base"], Reach::Public)]
fn a_base_is_https_or_on_this_machine(#[case] base: &str, #[case] expected: &[&str], #[case] reach: Reach) {
    for config in [cloud_account(base), wapi_account(base)] {
        assert_eq!((faults(&config), config.reach()), (expected.to_vec(), reach));
    }
}

/// proves: PL-02
#[test]
fn all_faults_are_listed_at_once() {
    let dialect = Dialect::Cloud { version: "25".into(), preview_url: true, media_hosts: vec!["a b".into()] };
    let config = AccountConfig {
        account: "me/../x".into(),
        dialect,
        base: String::new(),
        token: SecretString::from("two words"),
        time_limit: Duration::ZERO,
        concurrency: 0,
        per_second: 0,
        pair_every: Duration::ZERO,
        ..cloud_account("")
    };
    let expected = [
        "account",
        "base",
        "token",
        "version",
        "media_hosts",
        "time_limit",
        "concurrency",
        "per_second",
        "pair_every",
    ];
    assert_eq!(faults(&config), expected);
    let shown: String = config.faults().iter().map(ToString::to_string).collect();
    assert!(shown.contains("write it like `v25.0`") && !shown.contains("two words"), "{shown}");
    let vendor = AccountConfig::wapi("1", "a/b", SecretString::from("t"));
    assert_eq!(faults(&vendor), ["vendor"]);
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// proves: PL-02, IN-01
#[rstest]
#[case::cloud(EndpointConfig::Cloud(CloudEndpoint { app_secret: secret(" "), verify_token: secret("") }), &["app_secret", "verify_token"])]
#[case::short_token(EndpointConfig::Wapi(WapiEndpoint { token: secret("short"), signature: None, account: None }), &["token"])]
#[case::odd_token(
    EndpointConfig::Wapi(WapiEndpoint { token: secret("a token with blanks in it"), signature: None, account: Some("a b".into()) }),
    &["token", "account"]
)]
#[case::half_a_signature(
    EndpointConfig::Wapi(WapiEndpoint {
        token: secret(URL_TOKEN),
        signature: Some(WapiSignature { header: String::new(), secret: secret("") }),
        account: None,
    }),
    &["hmac_header", "hmac_secret"]
)]
fn an_endpoint_that_anybody_could_call_is_refused(#[case] config: EndpointConfig, #[case] expected: &[&str]) {
    let keys: Vec<_> = config.faults().into_iter().map(|fault| fault.key).collect();
    assert_eq!(keys, expected);
}

fn values(pairs: &[(&'static str, Value)]) -> Values {
    let mut values = Values::default();
    for (key, value) in pairs {
        let value = match value {
            Value::Text(text) => Value::Text(text.clone()),
            Value::Secret(secret) => Value::Secret(secret.clone()),
            Value::Flag(flag) => Value::Flag(*flag),
            Value::Number(number) => Value::Number(*number),
            Value::Duration(time) => Value::Duration(*time),
        };
        values.put(key, value);
    }
    values
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn hidden(text: &str) -> Value {
    Value::Secret(secret(text))
}

/// proves: PL-02
#[test]
fn a_number_is_plugged_in_either_dialect() {
    let account = |pairs: &[(&'static str, Value)]| Plug.account("555000111", &values(pairs));
    let cloud = account(&[
        ("token", hidden("EAAG")),
        ("coexistence", Value::Flag(true)),
        ("pair_burst", Value::Number(0)),
    ]);
    let cloud = cloud.map_err(|bad| format!("{bad:?}")).expect("good settings");
    let terms = cloud.messenger.terms();
    assert!(
        terms.per_second == 20 && terms.pair.is_none() && cloud.media.is_some() && cloud.tokens.is_none()
    );
    assert!(cloud.messenger.capabilities().uploads);
    let wapi = [
        ("dialect", text("wapi")),
        ("vendor", text("v1")),
        ("token", hidden("t")),
        ("lists", Value::Flag(true)),
    ];
    let wapi = account(&wapi).map_err(|bad| format!("{bad:?}")).expect("good settings");
    let can = wapi.messenger.capabilities();
    assert!(can.list.is_some() && !can.uploads && !can.typing && wapi.messenger.terms().per_second == 10);
}

/// proves: PL-02
#[rstest]
#[case::of_wapi(&[("token", hidden("EAAG")), ("vendor", text("v1")), ("lists", Value::Flag(true))], &["vendor", "lists"])]
#[case::of_cloud(
    &[("dialect", text("wapi")), ("vendor", text("v1")), ("token", hidden("t")), ("version", text("v25.0"))],
    &["version"]
)]
#[case::no_vendor(&[("dialect", text("wapi")), ("token", hidden("t"))], &["vendor"])]
#[case::odd_id(&[("token", hidden(""))], &["token"])]
fn what_a_dialect_does_not_know_is_a_fault(
    #[case] pairs: &[(&'static str, Value)],
    #[case] expected: &[&str],
) {
    let Err(bad) = Plug.account("555000111", &values(pairs)) else { panic!("it was taken") };
    assert_eq!(bad.iter().map(|bad| bad.key.as_str()).collect::<Vec<_>>(), expected);
}

/// proves: PL-02, IN-01
#[test]
fn an_endpoint_is_plugged_in_either_dialect() {
    let cloud = values(&[("app_secret", hidden("s")), ("verify_token", hidden("v"))]);
    assert!(Plug.sign(&cloud, b"{}").is_some_and(|made| made.headers.len() == 1 && made.query.is_empty()));
    assert!(Plug.webhook(&cloud).is_ok_and(|webhook| webhook.is_some_and(|webhook| webhook.schema().greets)));
    let wapi = values(&[("dialect", text("wapi")), ("token", hidden(URL_TOKEN))]);
    assert!(Plug.sign(&wapi, b"{}").is_some_and(|made| made.headers.is_empty() && made.query.len() == 1));
    assert!(Plug.webhook(&wapi).is_ok_and(|webhook| webhook.is_some_and(|webhook| !webhook.schema().greets)));
    let mixed =
        values(&[("app_secret", hidden("s")), ("verify_token", hidden("v")), ("token", hidden(URL_TOKEN))]);
    let Err(bad) = Plug.webhook(&mixed) else { panic!("it was taken") };
    assert_eq!(bad[0].key, "token");
}

/// Names of the settings are told apart by the dialect that reads them; nothing that is a secret is plain.
/// proves: PL-02
#[test]
fn secrets_are_declared_as_such() {
    let keys = Plug.endpoint_keys().iter().chain(Plug.account_keys());
    let secret = |name: &str| ["token", "app_secret", "verify_token", "hmac_secret"].contains(&name);
    for key in keys {
        assert_eq!(matches!(key.kind, KeyKind::Secret), secret(key.name), "{}", key.name);
    }
}
