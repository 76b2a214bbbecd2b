//! The guard: what a provider's bad day costs.

use futures::executor::block_on;
use tradepost_domain::ErrorKind;
use tradepost_engine::{BreakerState, BreakerTuning};
use tradepost_testkit::script::Play;

use super::{
    secs,
    shop::{LINES, MODEL, PICTURES, Setup, Shop},
};

/// proves: FI-09 PL-11
#[test]
fn an_open_breaker_rejects_without_an_attempt() {
    let breaker = Some(BreakerTuning { failures: 2, ..BreakerTuning::default() });
    let shop = Shop::with(Setup { breaker, ..Setup::default() });
    shop.messenger.behave(|_| Play::fail_as(ErrorKind::Unavailable));
    shop.answers("say hello");
    for _ in 0..5 {
        shop.sends();
        shop.passes(secs(10));
    }
    let row = shop.store.tables().outbox().pop().expect("it waits");
    assert_eq!((shop.messenger.calls().len(), row.failures), (2, 2));
    let health = block_on(shop.house.health());
    assert!(health.providers.iter().any(|provider| provider.breaker == BreakerState::Open));
}

/// proves: PL-11
#[test]
fn an_account_that_needs_attention_waits_and_others_go_on() {
    let shop = Shop::new();
    shop.llm.plan(Play::fail_as(ErrorKind::Denied));
    shop.answers("ask tea");
    shop.rests();
    assert_eq!(shop.sent(), ["sorry: denied"], "the flow has its degraded answer");
    let needs = |shop: &Shop| {
        let providers = block_on(shop.house.health()).providers;
        providers.into_iter().filter(|known| known.attention.is_some()).count()
    };
    assert_eq!(needs(&shop), 1);
    shop.answers("ask milk");
    shop.rests();
    assert_eq!(shop.llm.calls().len(), 1, "it is not called");
    assert_eq!(shop.sent().len(), 2, "the channel's account goes on");
    shop.passes(secs(60));
    shop.answers("ask bread");
    shop.rests();
    assert_eq!((shop.llm.calls().len(), needs(&shop)), (2, 0), "a probe has found it well");
}

/// proves: PL-11
#[test]
fn a_line_of_an_account_that_needs_attention_waits_for_it() {
    let shop = Shop::new();
    shop.messenger.plan(Play::fail_as(ErrorKind::Denied));
    shop.answers("say hello");
    for _ in 0..20 {
        shop.sends();
        shop.passes(secs(10));
    }
    assert_eq!(shop.sent(), ["hello"]);
    assert_eq!(shop.messenger.calls().len(), 2, "once, and once more when it was tried again");
}

#[test]
fn a_call_that_exceeds_its_time_is_given_up() {
    let shop = Shop::new();
    shop.messenger.plan(Play::usual().answered_after(secs(60)));
    shop.answers("say hello");
    let line = shop.marks(LINES).remove(0);
    let carried = shop.under_way(shop.house.carry(line), || shop.passes(secs(10)));
    carried.expect("settled");
    assert_eq!(shop.line("hello"), tradepost_domain::Delivery::Uncertain);
}

#[test]
fn a_question_is_tried_again_quickly() {
    let shop = Shop::new();
    shop.llm.plan(Play::fail_as(ErrorKind::Unavailable));
    shop.answers("ask tea");
    let question = shop.marks(MODEL).remove(0);
    let carried = shop.under_way(shop.house.carry(question), || shop.passes(secs(1)));
    carried.expect("settled");
    assert_eq!(shop.told().last().expect("told"), "reply Answer 2.");
}

/// Media are fetched under a guard and on a lane of their own.
///
/// proves: IN-11 PL-11
#[test]
fn pictures_that_cannot_be_fetched_hold_up_no_reply() {
    let breaker = Some(BreakerTuning { failures: 1, ..BreakerTuning::default() });
    let shop = Shop::with(Setup { breaker, ..Setup::default() });
    shop.pictures.behave(|_| Play::fail_as(ErrorKind::Invalid));
    shop.pictures.plan(Play::fail_as(ErrorKind::Unavailable));
    shop.hears_picture();
    let fetch = shop.marks(PICTURES).remove(0);
    shop.under_way(shop.house.carry(fetch), || shop.passes(secs(1))).expect("settled");
    assert_eq!((shop.pictures.calls().len(), shop.marks(PICTURES).len()), (1, 0), "its breaker is open");
    shop.answers("say hello");
    assert_eq!((shop.sends(), shop.sent()), (1, vec!["hello".to_owned()]));
}

/// proves: PL-11
#[test]
fn a_picture_that_was_fetched_proves_nothing_of_the_channels_account() {
    let shop = Shop::new();
    shop.messenger.plan(Play::fail_as(ErrorKind::Denied));
    shop.hears_picture();
    shop.answers("say hello");
    shop.sends();
    assert_eq!(shop.sends_on(PICTURES), 1);
    let providers = block_on(shop.house.health()).providers;
    assert_eq!(providers.iter().filter(|known| known.attention.is_some()).count(), 1);
}
