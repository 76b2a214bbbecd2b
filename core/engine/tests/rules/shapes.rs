//! Deploys: a state of a newer shape is left for a newer worker; one that cannot be read gives way to a fresh one.

use std::sync::Arc;

use serde_json::{Value, json};
use tradepost_domain::{Content, Context, Effect, Event, Flow, Stage, Step, Stored};
use tradepost_engine::TurnEnd;

use super::{secs, shop::Shop};

/// The obedient flow of the next release.
struct Next;

impl Flow for Next {
    const NAME: &'static str = "obedient";
    const SHAPE: u32 = 2;
    type State = String;

    fn step(&self, _: &Context, _: String, _: &Event) -> Step<String> {
        Step::with("new".to_owned(), [Effect::say(Content::text("from the newer"))])
    }

    fn stage(&self, _: &String) -> Stage {
        Stage { name: "new".into(), open: false }
    }

    fn upgrade(&self, _: u32, _: Value) -> Option<String> {
        Some("upgraded".into())
    }
}

#[test]
fn rows_of_a_newer_shape_are_left_for_a_newer_worker() {
    let shop = Shop::new();
    shop.answers("hello");
    let newer = shop.another_with("b", Arc::new(Next));
    shop.hears("hello");
    assert_eq!(shop.turns_by(&newer, "b"), TurnEnd::Done, "the older shape is upgraded");
    shop.hears("say hello");
    assert_eq!(shop.turns(), TurnEnd::NotOurs);
    assert_eq!(shop.store.tables().inbox().len(), 1);
    shop.passes(secs(5));
    assert_eq!(shop.turns_by(&newer, "b"), TurnEnd::Done);
    shop.sends();
    assert_eq!(shop.sent(), ["from the newer", "from the newer"]);
}

#[test]
fn a_state_that_cannot_be_read_gives_way_to_a_fresh_one() {
    let shop = Shop::new();
    shop.answers("begin");
    let mut conversation = shop.conversation();
    let spoiled = Stored { flow: "obedient".into(), shape: 1, data: json!("?") };
    conversation.inner.state = Some(spoiled);
    shop.within(Box::new(move |unit| {
        Box::pin(async move { unit.keep(&conversation).await.map(|kept| assert!(kept)) })
    }));
    shop.answers("say hello");
    let hop = shop.store.tables().journal().pop().expect("a hop");
    assert!(hop.fresh && hop.context["contact"]["returning"] == json!(true));
    assert_eq!(hop.context["thread"].as_array().map(Vec::len), Some(2), "it has the latest lines");
    shop.sends();
    assert_eq!(shop.sent(), ["hello"]);
}
