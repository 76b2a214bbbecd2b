//! What must be true at any time, and what at the end of a day.

use std::collections::{BTreeMap, BTreeSet};

use tradepost_domain::{
    Answered, Arrival, Author, Body, Delivery, EffectId, ErrorKind, Event, Staff, What,
    ledger::{Order, OrderState, Settlement},
};
use tradepost_ports::store::{Class, InboxBody, OutboxState, Written};

use super::world::World;

/// True whenever nobody is inside a commit.
pub fn at_any_time(world: &World) {
    nothing_is_oversold(world);
    whoever_is_pending_has_a_row(world);
}

/// True when everything has come to rest.
pub fn at_the_end(world: &World) {
    at_any_time(world);
    every_word_is_heard_once(world);
    no_line_is_sent_twice(world);
    every_line_has_an_end(world);
    uncertain_lines_are_few(world);
    lines_leave_in_order(world);
    news_of_lines_finds_them(world);
    marked_news_settles_its_line(world);
    money_and_stock_add_up(world);
    no_dead_order_has_an_open_page(world);
    the_journal_replays(world);
    assert!(world.store.tables().dead_letters().is_empty(), "{:#?}", world.store.tables().dead_letters());
}

fn nothing_is_oversold(world: &World) {
    let tables = world.store.tables();
    let held: u32 =
        tables.orders().iter().filter(|order| order.holds(world.now())).map(|order| order.quantity).sum();
    let on_hand = tables.on_hand(&"corner-shop".into(), "mug");
    assert!(held <= on_hand, "{held} held of {on_hand}");
}

/// Nothing is pending for ever: whoever waits has a row that is going.
fn whoever_is_pending_has_a_row(world: &World) {
    let tables = world.store.tables();
    let mut going: BTreeSet<_> = tables.outbox().iter().map(|row| row.effect).collect();
    going.extend(tables.timers().iter().map(|timer| timer.effect));
    going.extend(tables.inbox().iter().filter_map(|row| match &row.body {
        InboxBody::Answer { answered, .. } => Some(answered.effect),
        InboxBody::Woke { effect, .. } => Some(*effect),
        _ => None,
    }));
    for conversation in tables.conversations() {
        for (slot, effect) in &conversation.inner.pending {
            assert!(going.contains(effect), "slot {slot} waits for {effect}, which is nowhere");
        }
    }
}

/// Every accepted message is in exactly one step, and in the order of its acceptance.
fn every_word_is_heard_once(world: &World) {
    let tables = world.store.tables();
    let mut heard = BTreeMap::new();
    for row in tables.journal() {
        let messages = match &row.event.body {
            Body::Said(messages) => {
                assert!(!messages.is_empty(), "a burst is never empty");
                messages
            }
            Body::Staff(Staff::HandedBack { meanwhile }) => meanwhile,
            _ => continue,
        };
        for message in messages {
            *heard.entry(message.id).or_insert(0) += 1;
        }
    }
    for written in tables.messages().iter().filter(|written| written.line.author == Author::Customer) {
        let words = written.line.content.words().unwrap_or_default();
        let stop = tradepost_domain::Keyword::heard(words, "en").is_some();
        let times = heard.get(&written.line.id).copied().unwrap_or(0);
        let words = &written.line.content;
        assert!(times == 1 || (stop && times == 0), "{words:?} was heard {times} times");
    }
    assert!(tables.inbox().is_empty());
}

fn no_line_is_sent_twice(world: &World) {
    let mut sent = BTreeSet::new();
    for outbound in world.messenger.taken() {
        assert!(sent.insert(outbound.effect), "{} was sent twice: {:?}", outbound.effect, outbound.content);
    }
    let mut opened = BTreeSet::new();
    for page in world.payments.pages() {
        assert!(opened.insert(page.key), "a page was opened twice under {}", page.key);
    }
}

/// Every line of ours was sent, or says why not; what was sent is in the provider's log, and what must arrive has.
fn every_line_has_an_end(world: &World) {
    let sent: BTreeSet<_> = world.messenger.taken().iter().map(|outbound| outbound.effect).collect();
    let lines = world.store.tables().messages();
    for written in &lines {
        let Some(effect) = written.effect else { continue };
        let left = sent.contains(&effect);
        match written.line.delivery {
            Some(Delivery::Sent | Delivery::Delivered | Delivery::Read) => {
                assert!(
                    left || has_sent_twin(&lines, written, &sent),
                    "{effect} is said to be sent and was not"
                )
            }
            Some(Delivery::Uncertain) => {}
            Some(Delivery::Withdrawn) => {
                assert!(!left, "{effect} was withdrawn and sent");
                assert!(written.line.topic.is_some(), "{effect} must arrive and was withdrawn");
            }
            Some(Delivery::Draft) => {
                assert!(written.line.topic.is_some(), "{effect} must arrive and is a draft")
            }
            state => panic!("{effect} ended as {state:?}: {:?}", written.reason),
        }
    }
}

/// An echo tells words only: of two lines of the same words that nobody is sure of, it may prove the other.
fn has_sent_twin(lines: &[Written], of: &Written, sent: &BTreeSet<EffectId>) -> bool {
    let twin = |line: &&Written| {
        line.conversation == of.conversation && line.line.content.words() == of.line.content.words()
    };
    lines.iter().filter(twin).any(|line| line.effect.is_some_and(|effect| sent.contains(&effect)))
}

/// Nobody writes in the provider's app: every echo is of a line of ours. And no news waits for a line that is known.
fn news_of_lines_finds_them(world: &World) {
    let tables = world.store.tables();
    let lines = tables.messages();
    let by_hand = lines.iter().find(|line| line.line.author == Author::App);
    assert!(by_hand.is_none(), "an echo was taken for a person's: {by_hand:#?} among {lines:#?}");
    for parked in tables.parked() {
        let known = lines.iter().any(|line| line.reference.as_ref() == Some(&parked.reference));
        assert!(!known, "{parked:?} was never released");
    }
}

/// Whatever became of its answer, a line of which the provider has told us under its mark has been taken. An echo may have
/// given its id to a line of the same words before.
fn marked_news_settles_its_line(world: &World) {
    let tables = world.store.tables();
    let arrivals = tables.events().into_iter().filter_map(|event| event.arrival);
    for arrival in arrivals.filter_map(|text| serde_json::from_str::<Arrival>(&text).ok()) {
        let What::Receipt { line: Some(line), reference, .. } = arrival.what else { continue };
        let known =
            tables.messages().into_iter().find(|written| written.reference.as_ref() == Some(&reference));
        let known = known.unwrap_or_else(|| panic!("nobody knows the line of {reference}"));
        let line = tables.messages().into_iter().find(|written| written.line.id == line).expect("a line");
        assert_eq!(known.line.content.words(), line.line.content.words(), "{reference}");
        let taken =
            matches!(known.line.delivery, Some(Delivery::Sent | Delivery::Delivered | Delivery::Read));
        assert!(taken, "news of it came under its mark: {known:?}");
    }
}

/// Only a lost answer, a crash or a standstill leaves a line uncertain, and of the latter two no more than were under way.
fn uncertain_lines_are_few(world: &World) {
    let messages = world.store.tables().messages();
    let uncertain = messages.into_iter().filter(|written| written.line.delivery == Some(Delivery::Uncertain));
    let by_death = |reason: &str| reason.contains("process ended");
    let deaths = uncertain.filter(|written| written.reason.as_deref().is_some_and(by_death)).count();
    assert!(deaths <= world.at_risk, "{deaths} uncertain by a death, {} were under way", world.at_risk);
}

/// Lines of one conversation leave in the order in which they were said.
fn lines_leave_in_order(world: &World) {
    let order: BTreeMap<_, _> = world
        .store
        .tables()
        .messages()
        .into_iter()
        .enumerate()
        .filter_map(|(place, line)| Some((line.effect?, (line.conversation, place))))
        .collect();
    let mut last = BTreeMap::new();
    for outbound in world.messenger.taken() {
        let (conversation, place) = order[&outbound.effect];
        let before = last.insert(conversation, place);
        assert!(before.is_none_or(|before| before < place), "{} overtook another line", outbound.effect);
    }
}

/// What was on the shelf is on the shelf or paid for; every payment was settled once.
fn money_and_stock_add_up(world: &World) {
    let tables = world.store.tables();
    let sold: u32 = tables
        .orders()
        .iter()
        .filter(|order| order.state == OrderState::Paid)
        .map(|order| order.quantity)
        .sum();
    assert_eq!(tables.on_hand(&"corner-shop".into(), "mug") + sold, world.stock);
    let settled = tables
        .journal()
        .iter()
        .filter(|row| matches!(&row.event.body, Body::Notice(tradepost_domain::Notice::Paid { .. })))
        .count();
    assert_eq!(settled, tables.payments().len(), "every payment is told once");
    let kept = tables.journal().into_iter().filter(|row| {
        matches!(
            &row.event.body,
            Body::Notice(tradepost_domain::Notice::Paid {
                settlement: Settlement::OnTime | Settlement::LateButKept,
                ..
            })
        )
    });
    assert_eq!(u32::try_from(kept.count()).unwrap(), sold);
    let known = known_pages(world);
    for parked in tables.parked() {
        assert!(!known.contains(&parked.reference), "{parked:?} was never released");
    }
}

fn no_dead_order_has_an_open_page(world: &World) {
    let orders: BTreeMap<_, Order> =
        world.store.tables().orders().into_iter().map(|order| (order.id, order)).collect();
    let known = known_pages(world);
    for page in
        world.payments.pages().iter().filter(|page| page.open && known.contains(&page.checkout.reference))
    {
        let state = orders[&page.request.order].state;
        assert!(
            matches!(state, OrderState::Held | OrderState::Paid),
            "a page is open for an order that is {state:?}"
        );
    }
    assert!(
        world
            .store
            .tables()
            .outbox()
            .iter()
            .all(|row| row.class != Class::Do || row.state == OutboxState::Ready)
    );
}

/// Pages but those whose opening was answered as uncertain: a person has been asked to look for them.
fn known_pages(world: &World) -> BTreeSet<String> {
    let tables = world.store.tables();
    let lost: BTreeSet<_> = tables.journal().iter().filter_map(|row| uncertain_call(&row.event)).collect();
    let pages = world.payments.pages().into_iter().filter(|page| !lost.contains(&page.key));
    pages.map(|page| page.checkout.reference).collect()
}

fn uncertain_call(event: &Event) -> Option<EffectId> {
    match &event.body {
        Body::Answer(Answered { effect, result: Err(error), .. }) if error.kind == ErrorKind::Uncertain => {
            Some(*effect)
        }
        _ => None,
    }
}

fn the_journal_replays(world: &World) {
    for conversation in world.store.tables().conversations() {
        let replay = futures::executor::block_on(world.houses[1].replay(conversation.id)).expect("replays");
        assert!(replay.differences.is_empty(), "{:?}", replay.differences);
        assert_eq!(i64::try_from(replay.hops).unwrap(), conversation.inner.hops);
    }
}
