//! Tokens that end: exchanged once, kept before they are used, and never shown.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use futures::executor::block_on;
use rstest::rstest;
use secrecy::SecretString;
use tradepost_domain::{Content, Delivery, ErrorKind};
use tradepost_engine::{TokenState, Unopened, look_over};
use tradepost_ports::store::{Sealed, StoreError};
use tradepost_testkit::script::Play;

use super::{
    hours, secs,
    shop::{Setup, Shop},
    town::{FIRST, KEY, OTHER_KEY, Source, Town, WRONG_KEY, days, keyring},
};

/// proves: PL-21
#[test]
fn a_first_token_is_kept_under_seal_and_exchanged_since_nobody_knows_its_end() {
    let town = Town::new();
    let house = town.house_of("a");
    assert_eq!((town.stored().version, town.stored().expires_at), (1, None));
    house.tends();
    assert_eq!((town.provider.asked(), house.uses()), (vec![FIRST.to_owned()], "SECRET-1".to_owned()));
    let stored = town.stored();
    assert_eq!((stored.name.as_str(), stored.key_id.as_str()), ("account:sim:1/token", "one"));
    assert_eq!((stored.version, stored.expires_at), (2, Some(town.now() + days(60))));
    assert_eq!((house.health().state, house.health().expires_at), (TokenState::Good, stored.expires_at));
    town.passes(days(49));
    house.tends();
    assert_eq!(town.provider.asked().len(), 1, "eleven days are enough");
    town.passes(days(1));
    house.tends();
    assert_eq!((town.provider.asked().len(), house.uses().as_str()), (2, "SECRET-2"));
}

/// proves: PL-21
#[test]
fn two_houses_exchange_a_token_once() {
    let town = Town::new();
    let (one, other) = (town.house_of("a"), town.house_of("b"));
    *town.provider.takes.lock() = secs(2);
    // Both look at their tokens again.
    town.passes(secs(60));
    {
        let (mut first, mut cx) = (pin!(one.house.tend_tokens()), Context::from_waker(Waker::noop()));
        assert!(first.as_mut().poll(&mut cx).is_pending(), "it waits for the provider");
        let second = pin!(other.house.tend_tokens());
        assert!(second.poll(&mut cx).is_ready(), "the other waits for nobody");
        assert_eq!(town.provider.asked().len(), 1, "the other has not got the lock");
        town.passes(secs(2));
        assert!(first.as_mut().poll(&mut cx).is_ready());
    }
    assert_eq!((one.uses().as_str(), other.uses().as_str()), ("SECRET-1", FIRST));
    town.passes(secs(60));
    other.tends();
    one.tends();
    assert_eq!((one.uses().as_str(), other.uses().as_str()), ("SECRET-1", "SECRET-1"));
    assert_eq!(town.provider.asked().len(), 1);
}

/// proves: PL-21
#[test]
fn a_house_that_comes_second_finds_the_new_one_before_it_asks() {
    let town = Town::new();
    let (one, other) = (town.house_of("a"), town.house_of("b"));
    one.tends();
    town.passes(secs(60));
    other.tends();
    assert_eq!((town.provider.asked().len(), other.uses().as_str()), (1, "SECRET-1"));
}

/// proves: PL-21
#[test]
fn a_token_that_could_not_be_kept_is_not_used() {
    let town = Town::new();
    let house = town.house_of("a");
    town.store.fail_next(StoreError::Away("the disk is full".into()));
    house.tends();
    assert_eq!((house.uses().as_str(), town.stored().version), (FIRST, 1));
    let health = house.health();
    assert!(
        health
            .reason
            .is_some_and(|reason| reason.contains("could not be kept") && !reason.contains("SECRET"))
    );
    town.passes(secs(60));
    house.tends();
    assert_eq!(town.provider.asked(), [FIRST, FIRST], "the old one is exchanged again");
    assert_eq!((house.uses().as_str(), town.stored().version), ("SECRET-2", 2));
}

/// proves: PL-21
#[test]
fn a_process_that_dies_after_the_answer_loses_nothing_that_matters() {
    let town = Town::new();
    let house = town.house_of("a");
    *town.provider.takes.lock() = secs(2);
    {
        let (mut round, mut cx) = (pin!(house.house.tend_tokens()), Context::from_waker(Waker::noop()));
        assert!(round.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!((house.uses().as_str(), town.stored().version), (FIRST, 1));
}

/// proves: PL-21
#[test]
fn what_another_has_kept_meanwhile_stays() {
    let town = Town::new();
    let (house, late) = (town.house_of("a"), town.opens("b", "SECRET-b", KEY));
    assert_eq!(town.stored().version, 2, "the settings of b have another token");
    let before = town.stored();
    house.tends();
    assert_eq!(house.uses(), "SECRET-b", "it is taken up before anything is asked");
    assert_eq!((town.provider.asked().len(), town.stored()), (0, before));
    *town.provider.takes.lock() = secs(2);
    let newer = town.opens("c", "SECRET-b", KEY);
    {
        let (mut round, mut cx) = (pin!(late.house.tend_tokens()), Context::from_waker(Waker::noop()));
        assert!(round.as_mut().poll(&mut cx).is_pending());
        town.opens("d", "SECRET-d", KEY);
        town.passes(secs(2));
        assert!(round.as_mut().poll(&mut cx).is_ready());
    }
    assert_eq!((late.uses().as_str(), town.stored().version), ("SECRET-b", 3), "its answer came too late");
    late.tends();
    town.passes(secs(60));
    newer.tends();
    assert_eq!((late.uses().as_str(), newer.uses().as_str()), ("SECRET-d", "SECRET-d"));
}

/// proves: PL-21
#[rstest]
#[case::refused(ErrorKind::Invalid, hours(6))]
#[case::denied(ErrorKind::Denied, hours(6))]
#[case::away(ErrorKind::Unavailable, secs(60))]
fn an_exchange_that_fails_is_tried_again_in_time(#[case] kind: ErrorKind, #[case] wait: Duration) {
    let town = Town::new();
    let house = town.house_of("a");
    town.provider.refuses(kind, 1);
    house.tends();
    assert_eq!((house.uses().as_str(), house.health().state), (FIRST, TokenState::Failing));
    town.passes(wait - secs(1));
    house.tends();
    assert_eq!(town.provider.asked().len(), 1);
    town.passes(secs(61));
    house.tends();
    assert_eq!((town.provider.asked().len(), house.health().state), (2, TokenState::Good));
}

/// proves: PL-21
#[test]
fn an_end_that_cannot_be_put_off_is_told_a_week_before() {
    let town = Town::new();
    let house = town.house_of("a");
    house.tends();
    town.provider.refuses(ErrorKind::Denied, 1_000);
    let state_after = |time| {
        town.passes(time);
        house.tends();
        house.health().state
    };
    assert_eq!(state_after(days(50)), TokenState::Failing);
    assert_eq!(state_after(days(2)), TokenState::Failing);
    assert_eq!(state_after(days(1)), TokenState::Expiring);
    let reason = house.health().reason;
    assert_eq!(reason.as_deref(), Some("script says denied: as planned"));
    assert_eq!(state_after(days(7)), TokenState::Expired);
    let asked = town.provider.asked().len();
    assert_eq!(
        (state_after(days(1)), town.provider.asked().len()),
        (TokenState::Expired, asked),
        "it is over"
    );
}

/// proves: PL-21
#[test]
fn a_token_whose_end_nobody_knows_is_told_when_it_cannot_be_exchanged_for_two_days() {
    let town = Town::new();
    let house = town.house_of("a");
    town.provider.refuses(ErrorKind::Invalid, 100);
    house.tends();
    assert_eq!(house.health().state, TokenState::Failing, "it may be too young");
    town.passes(days(2));
    house.tends();
    assert_eq!(house.health().state, TokenState::Expiring);
}

/// proves: PL-21
#[test]
fn after_a_restart_the_stored_token_is_used_unless_the_settings_hold_another() {
    let town = Town::new();
    town.house_of("a").tends();
    assert_eq!(town.house_of("b").uses(), "SECRET-1");
    let replaced = town.opens("c", "SECRET-replaced", KEY);
    assert_eq!((replaced.uses().as_str(), town.stored().version), ("SECRET-replaced", 3));
    assert_eq!(town.stored().expires_at, None);
}

/// A process that starts with older settings undoes nothing.
///
/// proves: PL-21
#[test]
fn a_token_whose_place_another_has_taken_does_not_come_back() {
    let town = Town::new();
    town.house_of("a").tends();
    town.opens("b", "SECRET-replaced", KEY);
    let (version, stale) = (town.stored().version, town.house_of("c"));
    assert_eq!((stale.uses().as_str(), town.stored().version), ("SECRET-replaced", version));
    stale.tends();
    assert_eq!(town.opens("d", "SECRET-replaced", KEY).uses(), stale.uses());
    assert_eq!(town.opens("e", "SECRET-third", KEY).uses(), "SECRET-third");
    assert_eq!(town.opens("f", "SECRET-replaced", KEY).uses(), "SECRET-third");
}

/// proves: PL-21
#[test]
fn a_store_that_is_away_at_the_start_is_asked_again() {
    let town = Town::new();
    town.house_of("a").tends();
    town.store.go_away(true);
    let house = town.house_of("b");
    house.tends();
    assert_eq!(house.uses(), FIRST);
    town.store.go_away(false);
    house.tends();
    assert_eq!((house.uses().as_str(), town.provider.asked().len()), ("SECRET-1", 1));
}

/// proves: PL-21
#[test]
fn a_token_that_was_taken_away_is_not_exchanged_until_the_next_start() {
    let town = Town::new();
    let house = town.house_of("a");
    house.tends();
    block_on(tradepost_testkit::store::write(&town.store, |unit| {
        Box::pin(async move { unit.drop_secret("account:sim:1/token").await })
    }))
    .expect("dropped");
    town.passes(days(55));
    house.tends();
    assert_eq!((house.uses().as_str(), town.provider.asked().len()), ("SECRET-1", 1));
    assert_eq!((town.house_of("b").uses().as_str(), town.stored().version), (FIRST, 1));
}

/// proves: PL-21
#[rstest]
#[case::missing(OTHER_KEY, Unopened::NoKey { name: "account:sim:1/token".into(), key_id: "one".into() })]
#[case::another_of_that_name(WRONG_KEY, Unopened::Wrong { name: "account:sim:1/token".into(), key_id: "one".into() })]
fn what_does_not_open_is_told_and_neither_used_nor_overwritten(#[case] keys: &str, #[case] why: Unopened) {
    let town = Town::new();
    town.house_of("a").tends();
    let before = town.stored();
    let house = town.opens("b", FIRST, keys);
    town.passes(days(70));
    house.tends();
    assert_eq!((house.uses().as_str(), town.stored()), (FIRST, before));
    assert_eq!(
        (house.health().state, house.health().reason),
        (TokenState::Unreadable, Some(why.to_string()))
    );
    let told = block_on(look_over(&town.store, Some(&keyring(keys)))).expect("looked over");
    assert_eq!(told, [why]);
    assert_eq!(block_on(look_over(&town.store, Some(&keyring(KEY)))), Ok(Vec::new()));
    assert_eq!(block_on(look_over(&town.store, None)).map(|told| told.len()), Ok(1), "without any key");
    let back = town.opens("c", FIRST, KEY);
    assert_eq!(back.uses(), "SECRET-1", "its key has come back");
}

/// proves: PL-21
#[test]
fn a_row_that_was_renamed_or_changed_does_not_open() {
    let town = Town::new();
    town.house_of("a");
    let kept = town.stored();
    let mut flipped = kept.ciphertext.clone();
    flipped[0] ^= 1;
    let changed = [
        Sealed { name: "renamed".into(), ..kept.clone() },
        Sealed { name: "cut".into(), ciphertext: Vec::new(), nonce: Vec::new(), ..kept.clone() },
        Sealed { version: 2, ciphertext: flipped, ..kept },
    ];
    block_on(tradepost_testkit::store::write(&town.store, move |unit| {
        Box::pin(async move {
            for row in &changed {
                assert!(unit.keep_secret(row).await?);
            }
            Ok(())
        })
    }))
    .expect("kept");
    let told = block_on(look_over(&town.store, Some(&keyring(KEY)))).expect("looked over");
    let names: Vec<_> = told.iter().map(Unopened::name).collect();
    assert_eq!(names, ["account:sim:1/token", "cut", "renamed"]);
}

/// proves: PL-21
#[test]
fn a_refused_account_looks_for_a_newer_token_at_once() {
    let town = Town::new();
    let source = Arc::new(Source::new(FIRST, &town.provider));
    let shop =
        Shop::with(Setup { tokens: Some((keyring(KEY), Arc::clone(&source) as _)), ..Setup::default() });
    block_on(shop.house.take_up_tokens());
    block_on(shop.house.tend_tokens());
    let elsewhere = Town { store: shop.store.clone(), ..town };
    let other = elsewhere.house_of("b");
    elsewhere.passes(secs(60));
    other.tends();
    block_on(shop.house.tend_tokens());
    assert_eq!(
        (other.uses().as_str(), source.shown().as_str()),
        ("SECRET-1", FIRST),
        "its next look is to come"
    );
    shop.messenger.plan(Play::fail_as(ErrorKind::Denied));
    shop.answers("say hello");
    shop.sends();
    block_on(shop.house.tend_tokens());
    assert_eq!(source.shown(), "SECRET-1", "refused, it looks at once");
    shop.hears_from("bob", Content::text("say two"));
    shop.turns_all();
    shop.sends();
    assert_eq!(shop.line("two"), Delivery::Sent, "and what was not refused yet does not wait for a probe");
    shop.passes(secs(60));
    shop.sends();
    assert_eq!(shop.line("hello"), Delivery::Sent);
}

/// proves: PL-21
#[test]
fn nothing_shows_a_token_or_a_key() {
    let town = Town::new();
    let house = town.house_of("a");
    house.tends();
    let health = block_on(house.house.health());
    let rows = town.store.tables().secrets();
    let bad = tradepost_engine::Keyring::read(&SecretString::from("one:SECRET-key")).err();
    let shown = format!(
        "{health:?} {rows:?} {bad:?} {:?} {:?}",
        house.source.cell,
        bad.as_ref().map(ToString::to_string)
    );
    assert!(!shown.contains("SECRET"), "{shown}");
    let sealed = rows.iter().flat_map(|row| row.ciphertext.clone()).collect::<Vec<_>>();
    assert!(!sealed.windows(6).any(|bytes| bytes == b"SECRET"));
}
