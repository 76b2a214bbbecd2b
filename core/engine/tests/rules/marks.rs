//! Marks: what a provider gives back with its news tells which line it speaks of, when the answer that would have told is lost.

use std::sync::Arc;

use futures::executor::block_on;
use rstest::rstest;
use tradepost_domain::{
    AccountKey, Arrival, Content, Conversation, ConversationId, Delivery, ErrorKind, MessageId, Party, What,
};
use tradepost_engine::{Accepted, House, Intake};
use tradepost_ports::store::{Fate, OutboxState, StoredEvent, Written};
use tradepost_testkit::{make, script::Play};

use super::{
    secs,
    shop::{LINES, Shop},
};

const REFERENCE: &str = "sim:1-line-1";

/// News with a mark.
fn marked(line: MessageId, delivery: Delivery) -> What {
    marked_as(line, REFERENCE, delivery)
}

fn marked_as(line: MessageId, reference: &str, delivery: Delivery) -> What {
    let reason = (delivery == Delivery::Failed).then(|| "nobody is there".to_owned());
    let (peer, reference) = (Some("ann".into()), reference.to_owned());
    What::Receipt { peer, reference, line: Some(line), delivery, earlier_too: false, reason }
}

/// News without one.
fn unmarked(delivery: Delivery) -> What {
    let (peer, reference) = (Some("ann".into()), REFERENCE.to_owned());
    What::Receipt { peer, reference, line: None, delivery, earlier_too: false, reason: None }
}

/// A process hears all of it in one request.
fn hears_of(shop: &Shop, house: &Arc<House>, news: impl IntoIterator<Item = What>) -> Accepted {
    let intake = Intake { endpoint: "sim".into(), kind: "sim".into(), correlation: make::correlation() };
    let arrival = |(n, what)| {
        let at = Some(shop.now());
        Arrival { account: "1".into(), key: format!("news-{n}"), at, raw: "{}".into(), what }
    };
    let arrivals = news.into_iter().enumerate().map(arrival).collect();
    block_on(house.accept(&intake, arrivals)).expect("accepted")
}

fn written(shop: &Shop, words: &str) -> Written {
    let lines = shop.store.tables().messages().into_iter();
    let mut found = lines.filter(|line| line.line.content.words() == Some(words) && line.effect.is_some());
    found.next().unwrap_or_else(|| panic!("no line of ours says {words:?}"))
}

/// What became of all news that came.
fn events(shop: &Shop) -> Vec<StoredEvent> {
    shop.store.tables().events().into_iter().filter(|event| event.kind == "receipt").collect()
}

fn event(shop: &Shop) -> StoredEvent {
    let [event] = &events(shop)[..] else { panic!("one came") };
    event.clone()
}

/// A shop that has said hello, and has not heard whether it was taken.
fn unsure() -> (Shop, MessageId) {
    let shop = Shop::new();
    shop.messenger.plan(Play::lose());
    shop.answers("say hello");
    shop.sends();
    let line = written(&shop, "hello");
    assert_eq!((line.line.delivery, line.reference), (Some(Delivery::Uncertain), None));
    (shop, line.line.id)
}

/// proves: IN-08, CH-02
#[rstest]
#[case::sent(Delivery::Sent, None)]
#[case::delivered(Delivery::Delivered, None)]
#[case::read(Delivery::Read, None)]
#[case::failed(Delivery::Failed, Some("nobody is there"))]
fn a_mark_settles_a_line_that_nobody_was_sure_of(#[case] news: Delivery, #[case] reason: Option<&str>) {
    let (shop, line) = unsure();
    shop.arrives(marked(line, news));
    let now = written(&shop, "hello");
    assert_eq!((now.line.delivery, now.reason.as_deref()), (Some(news), reason));
    assert_eq!(now.reference.as_deref(), Some(REFERENCE));
    let event = event(&shop);
    assert_eq!((event.fate, event.conversation), (Fate::Applied, Some(now.conversation)));
    shop.arrives(unmarked(Delivery::Read));
    assert_eq!(shop.line("hello"), Delivery::Read, "it is known by its id from now on");
    shop.passes(secs(3_600));
    shop.rests();
    assert_eq!(shop.sent(), ["hello"], "once");
    assert!(shop.store.tables().dead_letters().is_empty());
}

#[test]
fn the_followers_of_a_settled_line_leave_at_once() {
    let (shop, line) = unsure();
    shop.answers("say next");
    assert_eq!(shop.sends(), 0, "it waits");
    let accepted = shop.arrives(marked(line, Delivery::Sent));
    assert!(accepted.lanes.contains(&LINES.into()), "and its lane is woken");
    shop.sends();
    assert_eq!(shop.sent(), ["hello", "next"]);
}

#[test]
fn a_mark_settles_a_line_that_nobody_waits_for_any_more() {
    let (shop, line) = unsure();
    shop.passes(secs(31));
    shop.sweeps();
    assert!(shop.store.tables().outbox().is_empty());
    shop.arrives(marked(line, Delivery::Delivered));
    assert_eq!(shop.line("hello"), Delivery::Delivered);
}

/// All its news in one request, in the wrong order, and some of another line's between.
#[test]
fn a_batch_of_news_is_applied_whole() {
    let (shop, first) = unsure();
    shop.passes(secs(31));
    shop.messenger.plan(Play::lose());
    shop.answers("say next");
    shop.rests();
    let next = written(&shop, "next").line.id;
    let news = [
        marked(first, Delivery::Read),
        marked_as(next, "sim:1-line-2", Delivery::Sent),
        marked(first, Delivery::Sent),
        unmarked(Delivery::Delivered),
        marked_as(next, "sim:1-line-2", Delivery::Failed),
    ];
    let accepted = hears_of(&shop, &shop.house, news);
    assert_eq!(accepted.taken, 5);
    assert_eq!((shop.line("hello"), shop.line("next")), (Delivery::Read, Delivery::Failed));
    let tables = shop.store.tables();
    assert!(events(&shop).iter().all(|event| event.fate == Fate::Applied));
    assert!(tables.parked().is_empty() && tables.outbox().is_empty());
}

/// One process hears the news, another one is sending the line.
///
/// proves: PL-04
#[test]
fn whichever_process_hears_the_news_it_settles_the_line() {
    let shop = Shop::new();
    let web = shop.another("b");
    shop.messenger.plan(Play::lose().answered_after(secs(1)));
    shop.answers("say hello");
    let line = written(&shop, "hello").line.id;
    let row = shop.marks(LINES).remove(0);
    let carried = shop.under_way(shop.house.carry(row), || {
        hears_of(&shop, &web, [marked(line, Delivery::Sent)]);
        shop.passes(secs(1));
    });
    carried.expect("settled");
    assert_eq!(shop.line("hello"), Delivery::Sent);
    shop.passes(secs(60));
    shop.rests();
    assert_eq!((shop.sent().len(), shop.store.tables().outbox().len()), (1, 0));
}

/// Some of its news came without the mark, and could not be told whose it was.
#[test]
fn what_came_without_its_mark_is_released_by_it() {
    let (shop, line) = unsure();
    shop.arrives(unmarked(Delivery::Read));
    assert_eq!(shop.line("hello"), Delivery::Uncertain);
    shop.arrives(marked(line, Delivery::Sent));
    assert_eq!(shop.line("hello"), Delivery::Read);
    assert!(shop.store.tables().parked().is_empty());
}

/// Before the answer, which then says so, is lost, or says that the line was not taken: the provider's news is believed.
///
/// proves: IN-08
#[rstest]
#[case::answered(Play::usual())]
#[case::lost(Play::lose())]
#[case::too_fast(Play::fail_as(ErrorKind::RateLimited))]
#[case::away(Play::fail_as(ErrorKind::Unavailable))]
#[case::refused(Play::fail_as(ErrorKind::Invalid))]
fn a_line_whose_news_overtakes_its_answer_is_not_sent_again(#[case] answer: Play<tradepost_ports::Receipt>) {
    let shop = Shop::new();
    shop.messenger.plan(answer.answered_after(secs(1)));
    shop.answers("say hello");
    shop.answers("say next");
    let line = written(&shop, "hello").line.id;
    let row = shop.marks(LINES).remove(0);
    let carried = shop.under_way(shop.house.carry(row), || {
        shop.arrives(marked(line, Delivery::Delivered));
        assert_eq!(shop.line("hello"), Delivery::Delivered);
        assert_eq!(shop.store.tables().outbox()[0].state, OutboxState::Sending, "its sender still has it");
        shop.passes(secs(1));
    });
    carried.expect("settled");
    let now = written(&shop, "hello");
    assert_eq!((now.line.delivery, now.reason), (Some(Delivery::Delivered), None));
    assert_eq!(now.reference.as_deref(), Some(REFERENCE));
    shop.passes(secs(60));
    shop.sends();
    assert_eq!(shop.messenger.calls().len(), 2, "hello once, and then next");
    let tables = shop.store.tables();
    assert!(tables.parked().is_empty() && tables.dead_letters().is_empty() && tables.outbox().is_empty());
}

/// The provider said that it had not taken it, and it waits for another try: its news is believed.
///
/// proves: IN-08
#[test]
fn a_line_that_waits_for_another_try_is_settled_by_its_mark() {
    let shop = Shop::new();
    shop.messenger.plan(Play::fail_as(ErrorKind::Unavailable));
    shop.answers("say hello");
    shop.sends();
    assert_eq!(shop.line("hello"), Delivery::Queued);
    shop.arrives(marked(written(&shop, "hello").line.id, Delivery::Sent));
    assert_eq!(shop.line("hello"), Delivery::Sent);
    shop.passes(secs(60));
    shop.sends();
    assert_eq!(shop.messenger.calls().len(), 1, "it is not sent again");
    assert!(shop.store.tables().outbox().is_empty());
}

/// proves: FI-01
#[test]
fn a_line_whose_sender_died_is_not_uncertain_if_news_of_it_has_come() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.answers("say next");
    shop.marks(LINES);
    shop.arrives(marked(written(&shop, "hello").line.id, Delivery::Sent));
    shop.passes(secs(16));
    shop.sweeps();
    assert_eq!(shop.line("hello"), Delivery::Sent);
    shop.sends();
    assert_eq!(shop.sent(), ["next"], "its follower need not wait for half a minute");
}

/// The process stood still; the line was given up, and settled by its mark, before its answer is written down.
#[test]
fn an_answer_that_comes_after_the_mark_changes_nothing() {
    let shop = Shop::new();
    shop.answers("say hello");
    let row = shop.marks(LINES).remove(0);
    let carried = shop.held_at_the_door(shop.house.carry(row), || {
        shop.passes(secs(15));
        shop.sweeps();
        shop.arrives(marked_as(written(&shop, "hello").line.id, "wamid-1", Delivery::Delivered));
    });
    carried.expect("settled");
    let now = written(&shop, "hello");
    assert_eq!((now.line.delivery, now.reference.as_deref()), (Some(Delivery::Delivered), Some("wamid-1")));
}

#[test]
fn a_line_that_is_known_by_another_id_keeps_it_and_the_event_says_so() {
    let shop = Shop::new();
    shop.answers("say hello");
    shop.sends();
    let before = written(&shop, "hello");
    shop.arrives(marked_as(before.line.id, "wamid-2", Delivery::Read));
    assert_eq!(written(&shop, "hello"), before);
    let event = event(&shop);
    assert_eq!((event.fate, event.conversation), (Fate::Noted, Some(before.conversation)));
    assert!(event.note.as_deref().is_some_and(|note| note.contains("another id")), "{:?}", event.note);
    assert!(shop.store.tables().parked().is_empty());
}

/// A line that may have left, of another number or another shop, in a conversation of its own.
fn elsewhere(shop: &Shop, account: &str, storefront: &str) -> MessageId {
    let (account, id) = (AccountKey::new(account), ConversationId::new(shop.now(), 77));
    let conversation =
        Conversation { id, storefront: storefront.into(), account: account.clone(), ..make::conversation(7) };
    let mut line = Written { account, ..make::written(7, id) };
    line.line.delivery = Some(Delivery::Uncertain);
    let message = line.line.id;
    shop.within(Box::new(move |unit| {
        Box::pin(async move {
            unit.begin(&conversation).await?;
            unit.write(&line).await
        })
    }));
    message
}

fn of_another_account(shop: &Shop) -> MessageId {
    elsewhere(shop, "sim:2", "corner-shop")
}

fn of_another_storefront(shop: &Shop) -> MessageId {
    elsewhere(shop, "sim:1", "tea-house")
}

fn of_nobody(_: &Shop) -> MessageId {
    make::message_id(4_711)
}

fn the_customers_own(shop: &Shop) -> MessageId {
    let lines = shop.store.tables().messages().into_iter();
    lines.map(|line| line.line).find(|line| line.delivery.is_none()).expect("her words").id
}

fn of_one_that_waits(shop: &Shop) -> MessageId {
    shop.answers("say later");
    written(shop, "later").line.id
}

/// proves: IN-08, CV-02
#[rstest]
#[case::of_another_account(of_another_account)]
#[case::of_another_storefront(of_another_storefront)]
#[case::of_nobody(of_nobody)]
#[case::the_customers_own(the_customers_own)]
#[case::of_one_that_waits(of_one_that_waits)]
fn a_mark_of_any_other_line_says_nothing(#[case] mark: fn(&Shop) -> MessageId) {
    let (shop, _) = unsure();
    let mark = mark(&shop);
    let before = (shop.store.tables().messages(), shop.store.tables().outbox());
    shop.arrives(marked(mark, Delivery::Read));
    assert_eq!((shop.store.tables().messages(), shop.store.tables().outbox()), before);
    assert_eq!(event(&shop).fate, Fate::Parked, "as without a mark");
    let [parked] = &shop.store.tables().parked()[..] else { panic!("one is parked") };
    assert_eq!(parked.reference, REFERENCE);
}

/// What is parked for want of a line may still be proved by an echo.
#[test]
fn an_echo_proves_a_line_as_before() {
    let (shop, _) = unsure();
    shop.arrives(marked(of_nobody(&shop), Delivery::Read));
    let (to, content) = (Party::new("ann"), Content::text("hello"));
    shop.arrives(What::Echo { to, reference: REFERENCE.into(), content });
    let now = written(&shop, "hello");
    assert_eq!(
        (now.line.delivery, now.reason),
        (Some(Delivery::Read), None),
        "and nothing of the doubt is left"
    );
}
