//! What is kept for a time goes when nothing happens any more; and nothing else goes with it.

use std::time::Duration;

use futures::executor::block_on;
use rstest::rstest;
use tradepost_domain::{Conversation, ConversationId, Mode, What, ledger::Payment};
use tradepost_engine::{Forgotten, Intake, RepairError, ReplayError};
use tradepost_ports::store::{Fate, Inbox, InboxBody, InboxRow, StaffWord, UnitWork};
use tradepost_testkit::make;

use super::{
    hours, secs,
    shop::{PICTURES, Setup, Shop},
};

fn days(days: u64) -> Duration {
    hours(24 * days)
}

fn forgets(shop: &Shop) -> Forgotten {
    block_on(shop.house.forget()).expect("forgotten")
}

/// A shop whose customer has written, was answered, and has not written since: the conversation has ended, a day ago.
fn with_ended(setup: Setup) -> Shop {
    let shop = Shop::with(setup);
    shop.answers("say hello");
    ends(&shop);
    shop
}

fn ends(shop: &Shop) {
    shop.rests();
    shop.passes(hours(24));
    shop.rests();
}

/// proves: PL-13 PL-16
#[test]
fn what_nothing_happens_in_any_more_is_forgotten_with_its_history() {
    let shop = Shop::new();
    shop.stocks(1);
    let event = shop.hears("buy mug").events[0];
    shop.rests();
    shop.hears_picture();
    shop.sends_on(PICTURES);
    ends(&shop);
    let (id, before) = (shop.conversation().id, shop.store.tables());
    assert_eq!((before.events().len(), before.media().len()), (2, 1));
    shop.passes(days(365));
    assert_eq!(forgets(&shop), Forgotten::default(), "it is kept for so long");
    shop.passes(secs(1));
    assert_eq!(forgets(&shop), Forgotten { conversations: 1, events: 2 });
    let after = shop.store.tables();
    assert!(after.conversations().is_empty() && after.messages().is_empty() && after.journal().is_empty());
    assert!(after.events().is_empty() && after.media().is_empty() && after.timers().is_empty());
    assert_eq!((after.contacts(), after.orders()), (before.contacts(), before.orders()));
    assert_eq!(block_on(shop.house.replay(id)), Err(ReplayError::Forgotten(id)));
    let retried = block_on(shop.house.retry_event(event)).expect_err("forgotten");
    assert!(
        matches!(&retried, RepairError::Forgotten(_)) && retried.to_string().contains("not there any more")
    );
}

/// proves: PL-13
#[test]
fn a_message_that_comes_afterwards_begins_a_new_conversation() {
    let shop = with_ended(Setup::default());
    let old = shop.conversation();
    shop.passes(days(366));
    assert_eq!(forgets(&shop).conversations, 1);
    shop.answers("say welcome");
    shop.rests();
    let new = shop.conversation();
    assert_ne!(new.id, old.id);
    assert_eq!(new.contact, old.contact, "its customer is known");
    assert_eq!(shop.sent(), ["hello", "ring idle", "welcome"]);
    assert_eq!(block_on(shop.house.replay(new.id)).expect("replayed").hops, 1);
}

fn as_it_would_be(change: impl FnOnce(&mut Conversation) + Send + 'static, id: ConversationId) -> UnitWork {
    Box::new(move |unit| {
        Box::pin(async move {
            let mut known = unit.conversation(id).await?.expect("there");
            change(&mut known);
            unit.keep(&known).await.map(drop)
        })
    })
}

fn words_wait(id: ConversationId) -> UnitWork {
    Box::new(move |unit| Box::pin(async move { Inbox::file(unit, &make::inbox_row(1, id)).await }))
}

fn a_line_is_to_leave(id: ConversationId) -> UnitWork {
    Box::new(move |unit| Box::pin(async move { unit.put(&make::outbox_row(1, id)).await }))
}

fn an_alarm_is_to_ring(id: ConversationId) -> UnitWork {
    Box::new(move |unit| {
        Box::pin(async move { unit.set_timer(&make::timer(id, "talk", make::at(1 << 40))).await })
    })
}

fn an_order_is_held(id: ConversationId) -> UnitWork {
    Box::new(move |unit| {
        Box::pin(async move {
            unit.stock(&make::storefront(), &make::item("mug", "Mug"), 1).await?;
            unit.reserve(&make::order(1, id, "mug"), make::at(0)).await.map(drop)
        })
    })
}

fn a_person_has_it(id: ConversationId) -> UnitWork {
    let change = |known: &mut Conversation| {
        known.mode = Mode::Person { by: "Staff".into(), since: make::at(0), until: None };
    };
    as_it_would_be(change, id)
}

fn it_has_not_ended(id: ConversationId) -> UnitWork {
    as_it_would_be(|known| known.idle_at = Some(make::at(0)), id)
}

/// proves: PL-13
#[rstest]
#[case::words(words_wait)]
#[case::a_line(a_line_is_to_leave)]
#[case::an_alarm(an_alarm_is_to_ring)]
#[case::an_order(an_order_is_held)]
#[case::a_person(a_person_has_it)]
#[case::a_state(it_has_not_ended)]
fn one_that_waits_for_something_is_kept(#[case] open: fn(ConversationId) -> UnitWork) {
    let shop = with_ended(Setup::default());
    shop.within(open(shop.conversation().id));
    shop.passes(days(400));
    let before = shop.store.tables();
    assert_eq!(forgets(&shop), Forgotten::default());
    let after = shop.store.tables();
    assert_eq!((after.conversations().len(), after.events().len()), (1, 1));
    assert_eq!((after.messages(), after.journal()), (before.messages(), before.journal()));
}

fn is_handed_back(shop: &Shop) {
    shop.takes_over();
    shop.staff(StaffWord::HandBack);
}

fn is_written_to(shop: &Shop) {
    let line = make::written(900, shop.conversation().id);
    let at = shop.now();
    shop.within(Box::new(move |unit| {
        Box::pin(async move {
            let mut line = line;
            line.line.at = at;
            unit.write(&line).await
        })
    }));
}

/// proves: PL-13
#[rstest]
#[case::her_word(|shop: &Shop| shop.answers("hello"))]
#[case::our_word(is_written_to)]
#[case::staff(is_handed_back)]
fn whatever_happens_in_it_keeps_it(#[case] happens: fn(&Shop)) {
    let shop = with_ended(Setup::default());
    shop.passes(days(300));
    happens(&shop);
    shop.rests();
    shop.passes(days(100));
    shop.rests();
    shop.passes(days(200));
    assert_eq!(forgets(&shop), Forgotten::default());
    shop.passes(days(200));
    assert_eq!(forgets(&shop).conversations, 1);
}

/// It is looked at again when it is locked.
///
/// proves: PL-13 CV-01
#[test]
fn a_word_that_comes_meanwhile_keeps_it() {
    let shop = with_ended(Setup::default());
    let id = shop.conversation().id;
    shop.passes(days(366));
    let forgotten = shop.held_at_the_door(shop.house.forget(), || {
        shop.hears("say welcome");
    });
    assert_eq!(forgotten, Ok(Forgotten::default()));
    shop.rests();
    assert_eq!((shop.conversation().id, shop.told().len()), (id, 3));
    assert_eq!(shop.sent(), ["hello", "ring idle", "welcome"]);
}

/// proves: PL-13
#[test]
fn two_processes_forget_it_once() {
    let shop = with_ended(Setup::default());
    let other = shop.another("b");
    shop.passes(days(366));
    let mut others = None;
    let ours = shop.held_at_the_door(shop.house.forget(), || others = Some(block_on(other.forget())));
    assert_eq!(others, Some(Ok(Forgotten { conversations: 1, events: 1 })));
    assert_eq!(ours, Ok(Forgotten::default()));
}

/// What no storefront of ours has is kept for the usual time.
///
/// proves: PL-13 PL-16
#[test]
fn each_storefront_keeps_for_its_own_time() {
    let shop = with_ended(Setup { keep: days(7), ..Setup::default() });
    let (id, created_at) = (ConversationId::new(shop.now(), 9), shop.now());
    let idle_at = Some(created_at);
    let gone = Conversation { id, storefront: "gone".into(), created_at, idle_at, ..make::conversation(9) };
    let idle = InboxRow::new(make::event_id(99), id, make::correlation(), created_at, InboxBody::Idle);
    shop.within(Box::new(move |unit| {
        Box::pin(async move {
            unit.begin(&gone).await?;
            unit.file(&idle).await
        })
    }));
    shop.arrives(What::Test);
    let intake = Intake { endpoint: "sim".into(), kind: "sim".into(), correlation: make::correlation() };
    let mut arrival = crate::sim::message("ann", 1, "hello");
    arrival.account = "nobody".into();
    block_on(shop.house.accept(&intake, vec![arrival])).expect("accepted");
    shop.passes(days(8));
    assert_eq!(forgets(&shop), Forgotten { conversations: 1, events: 2 });
    let left = shop.store.tables();
    assert_eq!(left.conversations().iter().map(|known| known.id).collect::<Vec<_>>(), [id]);
    assert_eq!(left.events().iter().map(|event| event.fate).collect::<Vec<_>>(), [Fate::Unrouted]);
    shop.passes(days(358));
    assert_eq!(forgets(&shop), Forgotten { conversations: 1, events: 1 });
    assert!(shop.store.tables().inbox().is_empty(), "what waited for a turn that never came goes with it");
}

/// More than one page, more than one unit.
///
/// proves: PL-13
#[test]
fn all_that_are_old_are_forgotten_however_many_they_are() {
    let shop = Shop::new();
    let now = shop.now();
    shop.within(Box::new(move |unit| {
        Box::pin(async move {
            for n in 0..1_200_u64 {
                let id = ConversationId::new(now, n.into());
                unit.begin(&Conversation { id, created_at: now, ..make::conversation(n) }).await?;
                unit.write(&make::heard(n, id)).await?;
            }
            Ok(())
        })
    }));
    shop.passes(days(366));
    assert_eq!(forgets(&shop), Forgotten { conversations: 1_200, events: 0 });
    assert!(shop.store.tables().messages().is_empty());
}

/// A row that nobody would ever step is not filed.
///
/// proves: PL-13 FI-05
#[test]
fn money_for_an_order_whose_conversation_is_forgotten_is_written_down_and_shown() {
    let shop = Shop::new();
    shop.stocks(1);
    shop.answers("buy mug");
    ends(&shop);
    let page = shop.payments.pages().remove(0);
    let payment =
        Payment { id: "late".into(), reference: page.checkout.reference, amount: page.request.amount };
    shop.passes(days(366));
    assert_eq!(forgets(&shop).conversations, 1);
    shop.arrives(What::Paid { payment: payment.clone() });
    shop.arrives(What::Paid { payment });
    let tables = shop.store.tables();
    let notes: Vec<_> = tables.events().into_iter().filter_map(|event| event.note).collect();
    assert!(notes[0].contains("settle it by hand") && notes[1].contains("heard before"), "{notes:?}");
    assert_eq!((tables.payments().len(), tables.inbox().len()), (1, 0));
}
