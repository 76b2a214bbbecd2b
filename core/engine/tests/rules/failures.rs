//! What fails: a counted try in a commit of its own, a dead letter after the last one, and the conversation goes on.

use std::sync::Arc;

use tradepost_domain::{Body, Content, Context, Effect, Event, Flow, Staff, Stage, Step};
use tradepost_ports::store::{InboxBody, InboxRow, StaffWord};
use tradepost_testkit::script::{Play, ScriptedLlm};

use super::{
    flow::{TALK, ask},
    secs,
    shop::{MODEL, Setup, Shop},
};

/// Longer than any wait between two tries.
const A_WHILE: u64 = 300;

/// proves: CV-08
#[test]
fn an_event_that_fails_for_ever_is_a_dead_letter_and_the_conversation_goes_on() {
    let shop = Shop::new();
    shop.hears("boom");
    for _ in 0..8 {
        assert!(shop.store.tables().dead_letters().is_empty());
        shop.turns();
        shop.passes(secs(A_WHILE));
    }
    let letters = shop.store.tables().dead_letters();
    assert!(letters[0].0.reason.contains("the flow was told to"), "{}", letters[0].0.reason);
    shop.answers("say hello");
    shop.sends();
    assert_eq!((letters.len(), shop.sent()), (1, vec!["hello".to_owned()]));
}

/// proves: IN-05 CV-08
#[test]
fn a_bad_event_takes_no_other_of_its_burst_with_it() {
    let shop = Shop::new();
    shop.hears("boom");
    shop.hears("say hello");
    shop.turns();
    shop.passes(secs(1));
    shop.rests();
    assert_eq!(shop.sent(), ["hello"], "the good one does not wait for the bad one's last try");
}

#[test]
fn a_failing_conversation_keeps_no_other_from_going_on() {
    let shop = Shop::new();
    shop.hears("boom");
    shop.hears_from("bob", tradepost_domain::Content::text("say hello"));
    shop.turns_all();
    shop.sends();
    assert_eq!(shop.sent(), ["hello"]);
}

/// The fused turn could not be taken: the answer is stored alone, and the model is not asked again.
#[test]
fn an_answer_is_kept_though_its_turn_fails() {
    let shop = Shop::new();
    shop.llm.plan(Play::answer(ScriptedLlm::words("boom")));
    shop.answers("ask tea");
    shop.carries(shop.marks(MODEL));
    let waiting = shop.store.tables().inbox();
    assert_eq!((waiting.len(), waiting[0].tries), (1, 1));
    for _ in 0..8 {
        shop.passes(secs(A_WHILE));
        shop.rests();
    }
    assert_eq!((shop.llm.calls().len(), shop.store.tables().dead_letters().len()), (1, 1));
}

#[test]
fn a_failed_try_waits_longer_each_time() {
    let shop = Shop::new();
    shop.hears("boom");
    for wait in [1, 2, 4, 8] {
        shop.turns();
        let row = shop.store.tables().inbox().pop().expect("it waits");
        assert_eq!(row.ripe_at, shop.now() + secs(wait));
        shop.passes(secs(wait));
    }
}

/// A flow whose mistake is not in its step.
struct Fragile;

impl Flow for Fragile {
    const NAME: &'static str = "fragile";
    const SHAPE: u32 = 1;
    type State = bool;

    fn step(&self, _: &Context, state: bool, event: &Event) -> Step<bool> {
        let words = |body: &Body| match body {
            Body::Said(messages) => {
                messages.iter().find_map(|message| message.content.words().map(str::to_owned))
            }
            _ => None,
        };
        match words(&event.body).as_deref() {
            Some("boom") => Step::quiet(true),
            Some(words) => Step::with(state, vec![Effect::say(Content::text(words))]),
            None => Step::quiet(state),
        }
    }

    fn stage(&self, state: &bool) -> Stage {
        assert!(!state, "the flow cannot name its stage");
        Stage { name: "well".into(), open: false }
    }

    fn upgrade(&self, _: u32, _: serde_json::Value) -> Option<bool> {
        None
    }
}

/// proves: CV-08
#[test]
fn a_flow_that_panics_beside_its_step_is_a_dead_letter_too() {
    let shop = Shop::with(Setup { flow: Arc::new(Fragile), ..Setup::default() });
    shop.hears("boom");
    for _ in 0..8 {
        shop.turns();
        shop.passes(secs(A_WHILE));
    }
    shop.answers("hello");
    shop.sends();
    let letters = shop.store.tables().dead_letters();
    assert_eq!((letters.len(), shop.sent()), (1, vec!["hello".to_owned()]));
}

/// A flow that cannot hear that it has its conversation back, and asks a model about everything.
struct Sulky;

impl Flow for Sulky {
    const NAME: &'static str = "sulky";
    const SHAPE: u32 = 1;
    type State = ();

    fn step(&self, _: &Context, (): (), event: &Event) -> Step<()> {
        assert!(!matches!(event.body, Body::Staff(Staff::HandedBack { .. })), "the flow sulks");
        let asks = matches!(event.body, Body::Said(_));
        let call = || Effect::Call { slot: TALK, call: ask("tea") };
        Step::with((), asks.then(call).into_iter().collect::<Vec<_>>())
    }

    fn stage(&self, (): &()) -> Stage {
        Stage { name: "sulking".into(), open: false }
    }

    fn upgrade(&self, _: u32, _: serde_json::Value) -> Option<()> {
        None
    }
}

/// The take-over's time has passed and no sweep has said so: the answer's own turn would hand back.
#[test]
fn an_answer_is_kept_though_the_hand_back_before_it_fails() {
    let shop = Shop::with(Setup { flow: Arc::new(Sulky), ..Setup::default() });
    shop.llm.plan(Play::usual().answered_after(secs(8)));
    shop.answers("hello");
    let question = shop.marks(MODEL).remove(0);
    let carried = shop.under_way(shop.house.carry(question), || {
        let until = Some(shop.now() + secs(5));
        shop.staff(StaffWord::TakeOver { by: "Staff".into(), until });
        shop.turns();
        shop.passes(secs(8));
    });
    carried.expect("stored");
    let tables = shop.store.tables();
    assert!(tables.outbox().is_empty(), "the call is settled");
    assert!(matches!(tables.inbox()[..], [InboxRow { body: InboxBody::Answer { .. }, .. }]));
}
