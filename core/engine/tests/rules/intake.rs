//! Intake: news of our own lines, in any order.

use tradepost_domain::{Delivery, What};
use tradepost_engine::Tuning;
use tradepost_ports::store::Fate;
use tradepost_testkit::script::Play;

use super::{
    secs,
    shop::{LINES, Setup, Shop},
};

fn receipt(number: usize, delivery: Delivery, earlier_too: bool) -> What {
    let reference = format!("sim:1-line-{number}");
    What::Receipt { peer: Some("ann".into()), reference, line: None, delivery, earlier_too, reason: None }
}

/// proves: IN-08
#[test]
fn a_receipt_that_comes_before_its_lines_answer_is_not_lost() {
    let shop = Shop::new();
    shop.messenger.plan(Play::usual().answered_after(secs(1)));
    shop.answers("say hello");
    let line = shop.marks(LINES).remove(0);
    let carried = shop.under_way(shop.house.carry(line), || {
        shop.arrives(receipt(1, Delivery::Delivered, false));
        shop.passes(secs(1));
    });
    carried.expect("settled");
    assert_eq!(shop.line("hello"), Delivery::Delivered);
    assert!(shop.store.tables().parked().is_empty());
}

/// A line that nobody was sure of, its receipt, and then the echo that tells whose the receipt is.
///
/// proves: IN-08
#[test]
fn a_receipt_that_comes_before_its_lines_proof_is_not_lost() {
    let shop = Shop::new();
    shop.messenger.plan(Play::lose());
    shop.answers("say hello");
    shop.sends();
    shop.arrives(receipt(1, Delivery::Read, false));
    let to = tradepost_domain::Party::new("ann");
    let content = tradepost_domain::Content::text("hello");
    shop.arrives(What::Echo { to, reference: "sim:1-line-1".into(), content });
    assert_eq!(shop.line("hello"), Delivery::Read);
    assert!(shop.store.tables().parked().is_empty());
}

/// proves: IN-08
#[test]
fn read_speaks_of_earlier_lines_too() {
    let shop = Shop::new();
    for words in ["say one", "say two", "say three"] {
        shop.answers(words);
    }
    shop.sends();
    shop.arrives(receipt(2, Delivery::Read, true));
    let ends = [("one", Delivery::Read), ("two", Delivery::Read), ("three", Delivery::Sent)];
    assert_eq!(shop.lines(), ends.map(|(words, delivery)| (words.to_owned(), delivery)));
}

/// proves: IN-08
#[test]
fn a_line_never_goes_backwards() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.sends();
    shop.arrives(receipt(1, Delivery::Read, false));
    shop.arrives(receipt(1, Delivery::Delivered, false));
    assert_eq!(shop.line("hello"), Delivery::Read);
}

/// A failure that comes after the customer has read it is not believed, nor what it says.
///
/// proves: IN-08
#[test]
fn a_line_that_was_read_has_no_reason_to_have_failed() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.sends();
    let failed = |reason: &str| What::Receipt {
        peer: None,
        reference: "sim:1-line-1".into(),
        line: None,
        delivery: Delivery::Failed,
        earlier_too: false,
        reason: Some(reason.to_owned()),
    };
    shop.arrives(receipt(1, Delivery::Read, false));
    shop.arrives(failed("nobody is there"));
    assert_eq!(shop.line("hello"), Delivery::Read);
    assert!(shop.store.tables().messages().iter().all(|line| line.reason.is_none()));
}

/// However many they are, and none before its time.
///
/// proves: IN-04 PL-13
#[test]
fn all_keys_that_were_heard_long_ago_are_forgotten() {
    let shop = Shop::new();
    let (now, memory) = (shop.now(), Tuning::new("a".into()).memory);
    shop.within(Box::new(move |unit| {
        Box::pin(async move {
            let old: Vec<_> = (0..3_500).map(|n| format!("old-{n}")).collect();
            unit.remember("sim", &old, now).await?;
            unit.remember("sim", &["young".into()], now + secs(1)).await.map(drop)
        })
    }));
    shop.passes(memory);
    assert_eq!(futures::executor::block_on(shop.house.prune()), Ok(0));
    shop.passes(secs(1));
    assert_eq!(futures::executor::block_on(shop.house.prune()), Ok(3_500));
    shop.delivers("young", receipt(1, Delivery::Read, false));
    assert!(shop.store.tables().events().is_empty(), "what was heard lately is known");
}

/// proves: IN-05
#[test]
fn an_event_of_nobodys_account_is_kept_and_shown() {
    let shop = Shop::new();
    let intake = tradepost_engine::Intake {
        endpoint: "sim".into(),
        kind: "sim".into(),
        correlation: tradepost_testkit::make::correlation(),
    };
    let mut arrival = crate::sim::message("ann", 1, "hello");
    arrival.account = "nobody".into();
    let accepted = futures::executor::block_on(shop.house.accept(&intake, vec![arrival])).expect("accepted");
    assert_eq!((accepted.taken, accepted.unrouted), (1, 1));
    assert_eq!(shop.store.tables().events()[0].fate, Fate::Unrouted);
}

/// What a request causes bears its id: the line that it brought, the question that its turn asks, the answer's line.
///
/// proves: PL-07
#[test]
fn what_a_request_causes_bears_its_id() {
    let shop = Shop::new();
    shop.hears("ask tea");
    shop.rests();
    shop.passes(secs(1));
    shop.hears("say hello");
    shop.rests();
    let name = |id: &tradepost_domain::Correlation| id.to_string();
    let called = |id: Option<tradepost_domain::Correlation>| id.as_ref().map(name).unwrap_or_default();
    let asked: Vec<_> = shop.llm.calls().into_iter().map(|call| called(call.correlation)).collect();
    assert_eq!(asked, ["event-0"]);
    let sent: Vec<_> = shop.messenger.calls().into_iter().map(|call| called(call.correlation)).collect();
    assert_eq!(sent, ["event-0", "event-1"]);
    let tables = shop.store.tables();
    let lines: Vec<_> = tables.messages().iter().map(|line| name(&line.correlation)).collect();
    assert_eq!(lines, ["event-0", "event-0", "event-1", "event-1"]);
    let events: Vec<_> = tables.events().iter().map(|event| name(&event.correlation)).collect();
    assert_eq!(events, ["event-0", "event-1"]);
}

/// proves: PL-10
#[test]
fn messages_over_the_limit_are_kept_and_not_stepped() {
    let shop = Shop::with(Setup { contact_per_minute: Some(2), ..Setup::default() });
    for words in ["say one", "say two", "say three", "say four"] {
        shop.hears(words);
        shop.turns_all();
    }
    shop.sends();
    assert_eq!(shop.sent(), ["one", "two"]);
    let tables = shop.store.tables();
    assert_eq!(tables.messages().len(), 6, "four of hers, two of ours");
    let noted: Vec<_> = tables.events().into_iter().filter(|event| event.fate == Fate::Noted).collect();
    assert_eq!(noted.len(), 2);
    assert!(noted.iter().all(|event| event.note.as_deref().is_some_and(|note| note.contains("in a minute"))));
}

/// proves: PL-10, CV-06
#[test]
fn stop_is_heard_over_any_limit() {
    let shop = Shop::with(Setup { contact_per_minute: Some(1), ..Setup::default() });
    for words in ["say one", "say two", "STOP"] {
        shop.hears(words);
        shop.turns_all();
    }
    shop.sends();
    let sent = shop.sent();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[1].contains("no more offers"), "{sent:?}");
}
