//! Every fault of the settings is named at once, with its mending and without secrets.

use std::time::Duration;

use rstest::rstest;
use secrecy::SecretString;
use tradepost_http::{Http, HttpConfig, Reach};
use tradepost_instagram::{AccountConfig, EndpointConfig, InstagramWebhook, Route, connect};

use crate::sending::account;

fn faults(config: AccountConfig) -> Vec<&'static str> {
    config.faults().into_iter().map(|fault| fault.key).collect()
}

/// proves: PL-02
#[rstest]
#[case::meta("https://graph.instagram.com/", &[])]
#[case::sandbox("http://127.0.0.1:4010", &[])]
#[case::sandbox_v6("http://[::1]:4010", &[])]
#[case::sandbox_by_name("http://localhost:4010/graph/", &[])]
#[case::plain_elsewhere("http://graph.instagram.com/", &["base"])]
#[case::looks_like_here("http://localhost.example/", &["base"])]
#[case::no_address("graph.instagram.com", &["base"])]
#[case::another_scheme("ftp://graph.instagram.com", &["base"])]
fn a_base_is_https_or_on_this_machine(#[case] base: &str, #[case] expected: &[&str]) {
    assert_eq!(faults(account(base)), expected);
}

/// proves: PL-02
#[test]
fn all_faults_are_listed_at_once() {
    let config = AccountConfig {
        account: "me/../x".into(),
        base: String::new(),
        version: "25".into(),
        token: SecretString::from("two words"),
        media_base: Some("here".into()),
        time_limit: Duration::ZERO,
        concurrency: 0,
        per_second: 0,
        ..account("")
    };
    let all = connect(config, Http::new(HttpConfig::default()).expect("a client")).expect_err("faults");
    let keys: Vec<_> = all.iter().map(|fault| fault.key).collect();
    let expected =
        ["account", "version", "base", "media_base", "token", "time_limit", "concurrency", "per_second"];
    assert_eq!(keys, expected);
    let shown: String = all.iter().map(ToString::to_string).collect();
    assert!(shown.contains("write it like `v25.0`") && !shown.contains("two words"), "{shown}");
}

#[test]
fn an_endpoint_without_secrets_is_refused() {
    let config = EndpointConfig { app_secret: SecretString::from(" "), verify_token: SecretString::from("") };
    let keys: Vec<_> =
        InstagramWebhook::new(config).expect_err("faults").iter().map(|fault| fault.key).collect();
    assert_eq!(keys, ["app_secret", "verify_token"]);
}

#[rstest]
#[case::meta("https://graph.instagram.com/", Reach::Public)]
#[case::sandbox("http://127.0.0.1:4010", Reach::Any)]
#[case::nonsense("", Reach::Public)]
fn only_a_local_api_names_local_media(#[case] base: &str, #[case] reach: Reach) {
    assert_eq!(account(base).reach(), reach);
}

#[rstest]
#[case::login("instagram_login", Some(Route::InstagramLogin))]
#[case::page("page", Some(Route::Page))]
#[case::other("facebook", None)]
fn a_route_has_a_word(#[case] word: &str, #[case] route: Option<Route>) {
    assert_eq!(Route::of_word(word), route);
}
