//! The turn: one commit or nothing, one worker at a time.

use tradepost_domain::{
    Capabilities, Content, Party, What,
    capabilities::{ChoiceLimit, TextUnit},
    conversation::Lease,
    message::About,
};
use tradepost_engine::TurnEnd;
use tradepost_ports::store::{StoreError, UnitWork};

use super::{
    hours, secs,
    shop::{Setup, Shop},
};
use futures::executor::block_on;

/// proves: CV-02
#[test]
fn a_turn_is_kept_whole_or_not_at_all() {
    let shop = Shop::new();
    shop.hears("say hello");
    shop.store.fail_next(StoreError::Away("a bad moment".into()));
    let id = shop.conversation().id;
    assert!(block_on(shop.house.turn(id, &"a".into())).is_err());
    let tables = shop.store.tables();
    assert_eq!((tables.inbox().len(), tables.outbox().len(), tables.journal().len()), (1, 0, 0));
    assert_eq!(tables.inbox()[0].tries, 0, "the store's trouble is not the event's fault");
    shop.rests();
    assert_eq!(shop.sent(), ["hello"]);
}

/// proves: CV-01
#[test]
fn a_commit_that_finds_another_version_keeps_nothing() {
    let shop = Shop::new();
    shop.hears("say hello");
    shop.store.overtake_next();
    let id = shop.conversation().id;
    assert_eq!(block_on(shop.house.turn(id, &"a".into())), Err(StoreError::Conflict));
    assert!(shop.store.tables().outbox().is_empty());
    shop.rests();
    assert_eq!((shop.told().len(), shop.sent()), (1, vec!["hello".to_owned()]));
}

/// A lease frees itself: no lock outlives a transaction, and what a dead process held is taken over.
///
/// proves: CV-01
#[test]
fn what_a_dead_worker_held_frees_itself() {
    let shop = Shop::new();
    shop.hears("say hello");
    let (id, now) = (shop.conversation().id, shop.now());
    let lease: UnitWork = Box::new(move |unit| {
        Box::pin(async move { unit.lease(&[id], &"dead".into(), now, now + secs(5)).await.map(drop) })
    });
    shop.within(lease);
    assert_eq!(shop.turns(), TurnEnd::Busy);
    shop.passes(secs(5));
    assert_eq!(shop.turns(), TurnEnd::Done);
}

#[test]
fn a_turn_gives_its_lease_back() {
    let shop = Shop::new();
    shop.hears("say hello");
    let (id, now) = (shop.conversation().id, shop.now());
    let lease: UnitWork = Box::new(move |unit| {
        Box::pin(async move { unit.lease(&[id], &"a".into(), now, now + secs(5)).await.map(drop) })
    });
    shop.within(lease);
    assert_eq!(shop.turns(), TurnEnd::Done);
    assert_eq!(shop.conversation().lease, None::<Lease>);
}

/// proves: IN-04
#[test]
fn what_was_heard_before_is_not_stepped() {
    let shop = Shop::new();
    let hello = What::Message {
        from: Party::new("ann"),
        reference: None,
        content: Content::text("say hello"),
        about: None,
        referral: None,
    };
    assert_eq!(shop.delivers("m-1", hello.clone()).taken, 1);
    shop.turns();
    shop.passes(hours(71));
    assert_eq!(shop.delivers("m-1", hello).known, 1);
    shop.turns();
    assert_eq!(shop.told(), ["said say hello"]);
}

#[test]
fn a_deed_that_finds_nothing_left_is_an_outcome() {
    let shop = Shop::new();
    shop.stocks(0);
    shop.answers("buy mug");
    assert_eq!(shop.told(), ["said buy mug", "sold out"]);
}

/// proves: CV-04
#[test]
fn an_idle_conversation_ends_and_its_customer_is_known_again() {
    let shop = Shop::new();
    shop.answers("begin");
    shop.passes(hours(24));
    shop.rests();
    assert_eq!(shop.told(), ["said begin", "woke idle"]);
    let inner = shop.conversation().inner;
    assert!(inner.state.is_none() && inner.returning && !inner.open);
    shop.answers("hello");
    let hop = shop.store.tables().journal().pop().expect("a hop");
    assert_eq!((hop.fresh, hop.context["contact"]["returning"].clone()), (true, true.into()));
}

#[test]
fn a_typed_number_is_the_tap_that_it_selects() {
    let shop = Shop::new();
    shop.answers("choose tea milk");
    shop.sends();
    shop.answers("2");
    assert_eq!(shop.told().last().expect("told"), "said tap pick:milk");
}

/// What was offered since is not what it answers.
///
/// proves: CV-09
#[test]
fn a_typed_number_selects_from_the_question_that_it_quotes() {
    let quick_replies = Some(ChoiceLimit { text: 1_000, ..ChoiceLimit::new(10, 20, 200) });
    let capabilities = Capabilities { quick_replies, ..Capabilities::text_only(1_000, TextUnit::Characters) };
    let shop = Shop::with(Setup { capabilities, ..Setup::default() });
    shop.answers("choose tea milk");
    shop.sends();
    shop.answers("choose cups mugs");
    shop.sends();
    let about = Some(About::Message { reference: "sim:1-line-1".into() });
    let content = Content::text("2");
    shop.arrives(What::Message { from: Party::new("ann"), reference: None, content, about, referral: None });
    shop.turns_all();
    assert_eq!(shop.told().last().expect("told"), "said tap pick:milk");
}
