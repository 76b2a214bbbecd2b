//! What a person does about it: try again, look back.

use std::sync::Arc;

use futures::executor::block_on;
use serde_json::Value;
use tradepost_domain::{Content, Context, Effect, Event, Flow, Stage, Step};

use super::{secs, shop::Shop};

/// proves: IN-06
#[test]
fn a_retried_event_is_a_new_one_that_names_the_old() {
    let shop = Shop::new();
    let old = shop.hears("say hello").events[0];
    shop.rests();
    let new = block_on(shop.house.retry_event(old)).expect("retried");
    shop.rests();
    assert_eq!(shop.sent(), ["hello", "hello"]);
    assert_eq!(shop.store.tables().event(new).and_then(|event| event.repeats), Some(old));
    let effects: Vec<_> = shop.messenger.taken().into_iter().map(|line| line.effect).collect();
    assert_ne!(effects[0], effects[1], "a provider does not mistake it for the old one");
}

/// proves: CV-08
#[test]
fn a_dead_letter_is_tried_again_once() {
    let shop = Shop::new();
    shop.hears("boom");
    for _ in 0..8 {
        shop.turns();
        shop.passes(secs(300));
    }
    let letter = shop.store.tables().dead_letters().remove(0).0.id;
    block_on(shop.house.retry_dead_letter(letter)).expect("retried");
    assert_eq!(shop.store.tables().inbox().len(), 1);
    assert!(block_on(shop.house.retry_dead_letter(letter)).is_err());
}

/// A flow that has changed its mind about what to say.
struct Changed;

impl Flow for Changed {
    const NAME: &'static str = "obedient";
    const SHAPE: u32 = 1;
    type State = Value;

    fn step(&self, _: &Context, state: Value, _: &Event) -> Step<Value> {
        Step::with(state, [Effect::say(Content::text("something else"))])
    }

    fn stage(&self, _: &Value) -> Stage {
        Stage { name: "changed".into(), open: false }
    }

    fn upgrade(&self, _: u32, _: Value) -> Option<Value> {
        None
    }
}

/// proves: FI-07
#[test]
fn a_replay_comes_to_the_same_and_shows_a_difference_as_one() {
    let shop = Shop::new();
    shop.stocks(1);
    for words in ["say hello", "buy mug", "ask tea"] {
        shop.answers(words);
        shop.rests();
    }
    let id = shop.conversation().id;
    let same = block_on(shop.house.replay(id)).expect("replayed");
    assert_eq!((same.hops, same.differences.len()), (shop.told().len(), 0));
    let changed = shop.another_with("b", Arc::new(Changed));
    let other = block_on(changed.replay(id)).expect("replayed");
    assert!(other.differences.iter().any(|difference| difference.hop == 0 && difference.what == "effects"));
    assert_eq!(shop.told().len(), same.hops, "it only reads");
}
