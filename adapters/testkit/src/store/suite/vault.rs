//! What every store promises of sealed secrets.

use futures::future::join_all;
use tradepost_ports::{Store, store::Sealed};

use crate::{make, store};

/// proves: PL-21
pub async fn kept_whole(store: &dyn Store) {
    let every_byte: Vec<u8> = (0..=255).collect();
    let sealed = Sealed { ciphertext: every_byte, expires_at: Some(make::at(60)), ..make::sealed("a/token") };
    let put = sealed.clone();
    assert!(within!(store, |unit| unit.keep_secret(&put).await));
    assert_eq!(seen!(store, |unit| unit.secret("a/token").await), Some(sealed.clone()));
    assert_eq!(seen!(store, |unit| unit.secret("A/token").await), None);
    let next = Sealed { version: 2, key_id: "k2".into(), nonce: vec![0; 24], expires_at: None, ..sealed };
    let put = next.clone();
    assert!(within!(store, |unit| unit.keep_secret(&put).await));
    assert_eq!(seen!(store, |unit| unit.secret("a/token").await), Some(next));
}

/// proves: PL-21
pub async fn a_late_writer_changes_nothing(store: &dyn Store) {
    let of = |version, key: &str| Sealed { version, key_id: key.into(), ..make::sealed("a/token") };
    for (version, key, kept) in [
        (2, "early", false),
        (1, "one", true),
        (1, "late", false),
        (3, "gap", false),
        (2, "two", true),
        (2, "late", false),
    ] {
        let put = of(version, key);
        assert_eq!(within!(store, |unit| unit.keep_secret(&put).await), kept, "{key} {version}");
    }
    assert_eq!(seen!(store, |unit| unit.secret("a/token").await), Some(of(2, "two")));
}

/// proves: PL-21
pub async fn one_of_many_writers_is_first(store: &dyn Store) {
    for version in 1..=2 {
        let writers = (0..8).map(|n| {
            let put = Sealed { version, key_id: format!("k{n}"), ..make::sealed("a/token") };
            store::write(store, move |unit| Box::pin(async move { unit.keep_secret(&put).await }))
        });
        let kept = join_all(writers).await.into_iter().filter(|kept| *kept == Ok(true)).count();
        assert_eq!(kept, 1, "version {version}");
    }
}

pub async fn dropped_and_begun_anew(store: &dyn Store) {
    keep(store, ["a", "b"].map(make::sealed)).await;
    let put = Sealed { version: 2, ..make::sealed("a") };
    assert!(within!(store, |unit| unit.keep_secret(&put).await));
    assert!(within!(store, |unit| unit.drop_secret("a").await));
    assert!(!within!(store, |unit| unit.drop_secret("a").await), "there is none");
    assert_eq!(names(seen!(store, |unit| unit.secrets(None, 9).await)), ["b"]);
    keep(store, [make::sealed("a")]).await;
}

pub async fn listed_by_name(store: &dyn Store) {
    keep(store, ["b", "a", "c", "ab"].map(make::sealed)).await;
    assert_eq!(names(seen!(store, |unit| unit.secrets(None, 9).await)), ["a", "ab", "b", "c"]);
    assert_eq!(names(seen!(store, |unit| unit.secrets(None, 2).await)), ["a", "ab"]);
    assert_eq!(names(seen!(store, |unit| unit.secrets(Some("ab"), 9).await)), ["b", "c"]);
    assert_eq!(names(seen!(store, |unit| unit.secrets(Some("c"), 9).await)), [""; 0]);
}

/// proves: PL-21
pub async fn known_by_key(store: &dyn Store) {
    assert_eq!(seen!(store, |unit| unit.sealing_keys().await), []);
    let under = |name, key: &str| Sealed { key_id: key.into(), ..make::sealed(name) };
    keep(store, [under("b", "old"), under("a", "old"), under("c", "new"), under("d", "old")]).await;
    let keys = seen!(store, |unit| unit.sealing_keys().await);
    assert_eq!(keys, [("new".to_owned(), 1), ("old".to_owned(), 3)]);
    assert_eq!(names(seen!(store, |unit| unit.secrets_under("old", None, 9).await)), ["a", "b", "d"]);
    assert_eq!(names(seen!(store, |unit| unit.secrets_under("old", Some("a"), 1).await)), ["b"]);
    assert_eq!(names(seen!(store, |unit| unit.secrets_under("none", None, 9).await)), [""; 0]);
}

pub async fn the_earliest_end_first(store: &dyn Store) {
    let ending = |name, at: Option<i64>| Sealed { expires_at: at.map(make::at), ..make::sealed(name) };
    keep(store, [ending("c", Some(10)), ending("b", None), ending("a", Some(20)), ending("d", Some(30))])
        .await;
    assert_eq!(names(seen!(store, |unit| unit.secrets_expiring(make::at(20), 9).await)), ["c", "a"]);
    assert_eq!(names(seen!(store, |unit| unit.secrets_expiring(make::at(99), 1).await)), ["c"]);
}

async fn keep<const N: usize>(store: &dyn Store, secrets: [Sealed; N]) {
    within!(store, |unit| {
        for secret in &secrets {
            assert!(unit.keep_secret(secret).await?);
        }
        Ok(())
    });
}

fn names(secrets: Vec<Sealed>) -> Vec<String> {
    secrets.into_iter().map(|secret| secret.name).collect()
}
