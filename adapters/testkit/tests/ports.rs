//! The ports that play along do what their documents say.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use parking_lot::Mutex;
use tradepost_domain::{Author, CheckoutRequest, Content, ErrorKind, capabilities::Passage};
use tradepost_ports::{
    Clock as _, Dice as _, Messenger as _, Outbound, Payments as _, Terms, store::StoreError, terms::Repeat,
};
use tradepost_testkit::{
    chance::SeededDice,
    make,
    memory::{Gate, MemoryStore},
    script::{Play, ScriptedMessenger, ScriptedPayments},
    store::write,
    time::HandClock,
};

fn messenger(repeat: Repeat, clock: &HandClock) -> ScriptedMessenger {
    let terms = Terms { repeat, ..make::terms("sandbox:1") };
    ScriptedMessenger::new(terms, make::capabilities(), Arc::new(clock.clone()))
}

fn outbound(n: u64) -> Outbound {
    Outbound {
        effect: make::effect_id(n),
        line: make::message_id(n),
        peer: make::peer(1),
        content: Content::text("Hello."),
        attached: Vec::new(),
        author: Author::Bot,
        passage: Passage::Open,
    }
}

#[test]
fn sleepers_wake_when_their_time_has_come() {
    let clock = HandClock::default();
    let sleeper = clock.clone();
    let mut sleep = sleeper.sleep(Duration::from_secs(5));
    assert_eq!((&mut sleep).now_or_never(), None);
    assert_eq!(clock.next_alarm(), clock.now().checked_add(Duration::from_secs(5)).ok());
    clock.advance(Duration::from_secs(4));
    assert_eq!((&mut sleep).now_or_never(), None);
    clock.advance(Duration::from_secs(1));
    assert_eq!((&mut sleep).now_or_never(), Some(()));
    assert_eq!(clock.sleep(Duration::from_secs(1)).now_or_never(), None);
    assert_eq!(clock.sleepers(), 0, "who gave up sleeping is forgotten");
}

#[test]
fn dice_of_one_seed_roll_the_same() {
    let rolls = |seed| {
        let dice = SeededDice::new(seed);
        [dice.roll(), dice.roll()]
    };
    assert_eq!(rolls(7), rolls(7));
    assert_ne!(rolls(7), rolls(8));
    assert_ne!(rolls(7)[0], rolls(7)[1]);
}

#[test]
fn a_lost_answer_was_taken_and_a_kept_key_is_answered_again() {
    for (repeat, taken) in [(Repeat::Keyed, 1), (Repeat::Never, 2)] {
        let messenger = messenger(repeat, &HandClock::default());
        messenger.plan(Play::lose());
        let send = || messenger.send(&outbound(1)).now_or_never().expect("nothing to wait for");
        let lost = send().expect_err("the answer is lost");
        assert_eq!(lost.kind, ErrorKind::Uncertain);
        assert!(send().is_ok());
        assert_eq!((messenger.calls().len(), messenger.taken().len()), (2, taken), "{repeat:?}");
    }
}

#[test]
fn a_caller_that_leaves_early_was_not_heard() {
    let clock = HandClock::default();
    let messenger = messenger(Repeat::Never, &clock);
    messenger.behave(|_| Play::usual().after(Duration::from_secs(3)));
    assert!(messenger.send(&outbound(1)).now_or_never().is_none());
    assert_eq!((messenger.calls().len(), messenger.taken().len()), (1, 0));
    let line = outbound(2);
    let mut sending = messenger.send(&line);
    assert!((&mut sending).now_or_never().is_none());
    clock.advance(Duration::from_secs(3));
    assert!((&mut sending).now_or_never().is_some_and(|result| result.is_ok()));
    assert_eq!(messenger.taken(), std::slice::from_ref(&line));
}

#[test]
fn pages_are_opened_found_paid_and_closed() {
    let payments = ScriptedPayments::new(make::terms("pay:1"), Arc::new(HandClock::default()));
    let request = |n| CheckoutRequest {
        order: make::order_id(n),
        title: "A book".into(),
        amount: make::dollars(1250),
        ends: make::at(900),
    };
    let open = |n| payments.open_checkout(make::effect_id(n), &request(n)).now_or_never();
    let (first, second) = (open(1).expect("ready").expect("open"), open(2).expect("ready").expect("open"));
    let found = payments.find_checkout(make::order_id(1)).now_or_never().expect("ready");
    assert_eq!(found, Ok(Some(first.clone())));
    assert_eq!(payments.pay(make::order_id(1)).map(|paid| paid.reference), Some(first.reference));
    assert_eq!(payments.close_checkout(&second.reference).now_or_never(), Some(Ok(())));
    assert_eq!(payments.close_checkout("unknown").now_or_never(), Some(Ok(())));
    assert_eq!(payments.pay(make::order_id(2)), None, "a closed page");
    assert!(payments.pages().iter().all(|page| !page.open));
}

/// Notes when it is passed.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<&'static str>>>);

impl Gate for Notes {
    fn before_commit(&self) -> BoxFuture<'_, ()> {
        async { self.0.lock().push("before") }.boxed()
    }

    fn after_commit(&self) -> BoxFuture<'_, ()> {
        async { self.0.lock().push("after") }.boxed()
    }
}

#[test]
fn a_store_stops_at_its_gate_and_fails_when_told() {
    let notes = Notes::default();
    let store = MemoryStore::with_gate(notes.clone());
    let keep = |hash: &'static str| {
        let unit = write(&store, move |unit| Box::pin(async move { unit.keep_part(hash, "part").await }));
        unit.now_or_never().expect("nothing to wait for")
    };
    store.fail_next(StoreError::Conflict);
    assert_eq!(keep("a1"), Err(StoreError::Conflict));
    assert_eq!(keep("b2"), Ok(()));
    store.go_away(true);
    assert!(matches!(keep("c3"), Err(StoreError::Away(_))));
    assert_eq!(store.tables().parts().into_keys().collect::<Vec<_>>(), ["b2"]);
    assert_eq!(*notes.0.lock(), ["before", "before", "after", "before"]);
}

#[test]
fn a_unit_that_waits_is_broken() {
    let store = MemoryStore::new();
    let unit = write(&store, |_| Box::pin(async { std::future::pending().await }));
    let result: Result<(), _> = unit.now_or_never().expect("nothing to wait for");
    assert!(matches!(result, Err(StoreError::Broken(_))));
}
