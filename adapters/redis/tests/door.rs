//! The first connection: what is wrong is said plainly, and never with the password in it.

use std::{path::PathBuf, time::Duration};

use rstest::rstest;
use tokio::time::Instant;
use tradepost_domain::{ErrorKind, PortError};
use tradepost_ports::{Coordinator as _, Wake};
use tradepost_redis::{Options, RedisCoordinator};
use tradepost_testkit::run;
use tradepost_tests_servers::{Redis, RedisOptions};

use crate::{connect, heard, namespace, options};

const PASSWORD: &str = "open-sesame";

fn asks_for_a_password(tls: bool) -> Redis {
    Redis::start_with(RedisOptions { password: Some(PASSWORD.to_owned()), tls, ..RedisOptions::default() })
}

/// Why it does not connect.
fn refused(options: Options) -> PortError {
    let shown = format!("{options:?}");
    assert!(!shown.contains(PASSWORD), "{shown}");
    let begun = Instant::now();
    let error = run(RedisCoordinator::connect(options)).err().expect("it should be refused");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
    error
}

#[track_caller]
fn says(error: &PortError, kind: ErrorKind, words: &[&str]) {
    assert_eq!(error.kind, kind, "{error}");
    for word in words {
        assert!(error.detail.contains(word), "`{word}` is not in: {error}");
    }
}

#[test]
fn the_right_password_opens() {
    let server = asks_for_a_password(false);
    run(async { connect(&server, "house").await.cached("a").await.expect("an answer") });
}

#[rstest]
#[case::wrong(|url: String| url.replace(PASSWORD, "open-sesame-2"), "refuses the password")]
#[case::of_nobody(|url: String| url.replace("//:", "//nobody:"), "refuses the password")]
#[case::missing(|url: String| url.replace(":open-sesame@", ""), "asks for a password")]
fn a_wrong_password_is_told(#[case] spoil: fn(String) -> String, #[case] words: &str) {
    let server = asks_for_a_password(false);
    let error = refused(Options::new(spoil(server.url()), "house"));
    says(&error, ErrorKind::Denied, &[words, "the address", &format!("127.0.0.1:{}", server.port())]);
}

#[test]
fn nobody_there_is_told() {
    let mut server = Redis::start();
    server.stop();
    let error = refused(options(&server, "house"));
    let place = format!("127.0.0.1:{}", server.port());
    says(&error, ErrorKind::Unavailable, &[&place, "see that it runs"]);
}

#[test]
fn nobody_who_answers_is_told() {
    let server = asks_for_a_password(false);
    server.pause();
    let error = refused(options(&server, "house"));
    says(&error, ErrorKind::Unavailable, &["did not answer", "see that it runs"]);
    server.resume();
}

#[rstest]
#[case::no_address("open-sesame", "house", None, "the address cannot be read")]
#[case::another_scheme("http://:open-sesame@127.0.0.1", "house", None, "the address cannot be read")]
#[case::a_password_with_a_slash("redis://:open-sesame/x@127.0.0.1", "house", None, "%…")]
#[case::anybody_may_vouch("rediss://:open-sesame@127.0.0.1#insecure", "house", None, "#insecure")]
#[case::no_namespace("redis://127.0.0.1", "", None, "namespace")]
#[case::braces("redis://127.0.0.1", "a}{b", None, "namespace")]
#[case::what_parts_keys("redis://127.0.0.1", "a:b", None, "namespace")]
#[case::no_authority("rediss://127.0.0.1", "house", Some("nowhere.pem"), "cannot be read")]
#[case::no_certificate("rediss://127.0.0.1", "house", Some("Cargo.toml"), "holds no certificate")]
#[case::no_tls("redis://127.0.0.1", "house", Some("Cargo.toml"), "not `rediss://…`")]
fn bad_settings_are_told(
    #[case] url: &str,
    #[case] house: &str,
    #[case] file: Option<&str>,
    #[case] words: &str,
) {
    let options = Options { authority: file.map(PathBuf::from), ..Options::new(url, house) };
    let faults = options.faults();
    assert!(faults.len() == 1 && faults[0].contains(words), "{faults:?}");
    says(&refused(options), ErrorKind::Config, &[words]);
}

#[test]
fn it_speaks_tls() {
    let server = asks_for_a_password(true);
    run(async {
        let house = namespace();
        let (one, other) = (connect(&server, &house).await, connect(&server, &house).await);
        let mut listener = other.listen();
        one.wake(Wake::Dispatch);
        assert_eq!(heard(&mut *listener).await, [Wake::Dispatch]);
        one.cache("a", "b".into(), Duration::from_secs(60)).await.expect("an answer");
        assert_eq!(other.cached("a").await.expect("an answer").as_deref(), Some(&b"b"[..]));
    });
}

#[test]
fn another_authority_vouches_for_nobody() {
    let (server, stranger) = (asks_for_a_password(true), asks_for_a_password(true));
    let options = Options { authority: stranger.authority(), ..options(&server, "house") };
    says(&refused(options), ErrorKind::Unavailable, &["certificate", "name the file of its authority"]);
}

#[test]
fn the_systems_authorities_do_not_vouch_for_a_private_one() {
    let server = asks_for_a_password(true);
    let error = refused(Options::new(server.url(), "house"));
    says(&error, ErrorKind::Unavailable, &["certificate", "name the file of its authority"]);
}

#[test]
fn a_server_without_tls_is_told() {
    let server = Redis::start();
    let error = refused(Options::new(server.url().replace("redis:", "rediss:"), "house"));
    says(&error, ErrorKind::Unavailable, &["see that it runs and that the address is right"]);
}
