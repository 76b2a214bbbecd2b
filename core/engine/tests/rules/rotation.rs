//! Stored secrets under a new master key.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
};

use futures::executor::block_on;
use tradepost_engine::{look_over, rotate};
use tradepost_ports::store::{Sealed, StoreError};
use tradepost_testkit::{chance::SeededDice, make};

use super::{
    secs,
    town::{FIRST, KEY, OTHER_KEY, Torn, Town, keyring},
};

const BOTH_KEYS: &str = "two:3e2d1f00aabbccddeeff00112233445566778899aabbccddeeff001122334455, one:9ayiPGUe0SWv3Oo4nBLqTLTZKxzPPWrYJOrpmSwfBSk";

/// Sealed rows, as many as two pages of a rotation and a half.
fn fill(town: &Town) {
    town.house_of("a");
    // Nobody can open these: they stand for others' secrets.
    block_on(tradepost_testkit::store::write(&town.store, |unit| {
        Box::pin(async move {
            for n in 0..45 {
                let name = format!("other/{n:02}");
                assert!(unit.keep_secret(&Sealed { key_id: "lost".into(), ..make::sealed(&name) }).await?);
            }
            Ok(())
        })
    }))
    .expect("kept");
}

/// proves: PL-21
#[test]
fn a_rotation_seals_what_opens_under_the_first_key_and_tells_the_rest() {
    let town = Town::new();
    fill(&town);
    let dice = Arc::new(SeededDice::new(7));
    let rotated = block_on(rotate(&town.store, keyring(BOTH_KEYS), dice)).expect("rotated");
    assert_eq!((rotated.resealed, rotated.unopened.len(), rotated.left), (1, 45, 45));
    let token = town.store.tables().secrets().remove(0);
    assert_eq!((token.key_id.as_str(), token.version), ("two", 2));
    assert_eq!(town.opens("b", FIRST, OTHER_KEY).uses(), FIRST, "the old key may be dropped");
}

/// proves: PL-21
#[test]
fn a_torn_rotation_goes_on_where_it_was() {
    let town = Town::new();
    town.keeps_many(50, KEY);
    let torn = Torn { store: town.store.clone(), left: 1.into() };
    let rotated = block_on(rotate(&torn, keyring(BOTH_KEYS), Arc::new(SeededDice::new(8))));
    assert_eq!(rotated, Err(StoreError::Away("cut off".into())));
    let under = |key: &str| town.store.tables().secrets().iter().filter(|row| row.key_id == key).count();
    assert_eq!((under("two"), under("one")), (20, 30));
    let rotated = block_on(rotate(&town.store, keyring(BOTH_KEYS), Arc::new(SeededDice::new(9))));
    let rotated = rotated.expect("it goes on");
    assert_eq!((rotated.resealed, rotated.left, under("two")), (30, 0, 50));
    assert_eq!(block_on(look_over(&town.store, Some(&keyring(OTHER_KEY)))), Ok(Vec::new()));
}

/// proves: PL-21
#[test]
fn a_rotation_beside_an_exchange_loses_neither() {
    let town = Town::new();
    let house = town.opens("a", FIRST, &format!("{KEY},{OTHER_KEY}"));
    *town.provider.takes.lock() = secs(2);
    let (mut round, mut cx) = (pin!(house.house.tend_tokens()), Context::from_waker(Waker::noop()));
    assert!(round.as_mut().poll(&mut cx).is_pending());
    let rotated = block_on(rotate(&town.store, keyring(BOTH_KEYS), Arc::new(SeededDice::new(7))));
    assert_eq!(rotated.map(|rotated| (rotated.resealed, rotated.left)), Ok((1, 0)));
    assert_eq!((town.stored().key_id.as_str(), town.stored().version), ("two", 2));
    town.passes(secs(2));
    assert!(round.as_mut().poll(&mut cx).is_ready());
    assert_eq!((house.uses().as_str(), town.stored().version), ("SECRET-1", 3));
}
