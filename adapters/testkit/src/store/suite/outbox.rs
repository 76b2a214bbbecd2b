//! What every store promises of outbox.

use tradepost_domain::{Author, Call, Content, ConversationId, EffectId, Lane, Media, MediaKind, OrderId};
use tradepost_ports::{
    Signal, Store,
    store::{Class, InboxBody, InboxRow, OutboxRow, OutboxState, Work},
};

use super::conversations;
use crate::make;

async fn put(store: &dyn Store, rows: impl IntoIterator<Item = OutboxRow>) {
    let rows: Vec<OutboxRow> = rows.into_iter().collect();
    within!(store, |unit| {
        for row in &rows {
            unit.put(row).await?;
        }
        Ok(())
    });
}

/// What worker `worker` claims in the usual lane from `now` for five seconds, as numbers of effects.
async fn claim(store: &dyn Store, worker: &str, now: i64, most: u32) -> Vec<EffectId> {
    let worker = make::worker(worker);
    let rows = within!(store, |unit| {
        unit.claim(&make::lane(), &worker, make::at(now), make::at(now + 5), most).await
    });
    effects(&rows)
}

fn effects(rows: &[OutboxRow]) -> Vec<EffectId> {
    rows.iter().map(|row| row.effect).collect()
}

fn numbers(numbers: &[u64]) -> Vec<EffectId> {
    numbers.iter().map(|n| make::effect_id(*n)).collect()
}

fn read(n: u64, conversation: ConversationId) -> OutboxRow {
    OutboxRow { class: Class::Read, ..make::outbox_row(n, conversation) }
}

fn left(state: OutboxState, until: i64, row: OutboxRow) -> OutboxRow {
    OutboxRow { state, holder: Some(make::worker("x")), until: Some(make::at(until)), attempt: 1, ..row }
}

pub async fn rows_keep_their_order(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    let order: OrderId = make::order_id(1);
    let close = Call::CloseCheckout { order, reference: "checkout-1".into() };
    let say = |content| Work::Say { peer: "peer-1".into(), content, author: Author::Staff };
    let media = Media::remote(MediaKind::Image, "https://media.example/1");
    let works = [
        (Class::Say, say(Content::text("Schön, 書 🧙"))),
        (Class::Do, Work::Call { call: close }),
        (
            Class::Signal,
            Work::Signal { peer: "peer-1".into(), about: Some("m-1".into()), signal: Signal::Typing },
        ),
        (Class::Fetch, Work::Fetch { line: make::message_id(1), position: 1, media }),
    ];
    let rows: Vec<OutboxRow> = (1..)
        .zip(works)
        .map(|(n, (class, work))| OutboxRow {
            class,
            work,
            slot: Some("talk".into()),
            rank: 3,
            attempt: 2,
            failures: 1,
            ..left(OutboxState::Sending, 9, make::outbox_row(10 - n, one))
        })
        .collect();
    put(store, rows.clone()).await;
    put(store, [make::outbox_row(20, other)]).await;
    let found = seen!(store, |unit| unit.rows_of(one).await);
    assert!(found.is_sorted_by(|a, b| a.seq < b.seq), "places should grow: {found:?}");
    let given: Vec<_> =
        found.iter().zip(rows).map(|(found, row)| OutboxRow { seq: found.seq, ..row }).collect();
    assert_eq!(found, given);
    assert_eq!(seen!(store, |unit| unit.row(make::effect_id(9)).await).as_ref(), found.first());
    within!(store, |unit| unit.remove(make::effect_id(9)).await);
    assert_eq!(seen!(store, |unit| unit.row(make::effect_id(9)).await), None);
}

pub async fn update_writes_back(store: &dyn Store) {
    let [one] = conversations(store).await;
    put(store, [make::outbox_row(1, one)]).await;
    let before = seen!(store, |unit| unit.row(make::effect_id(1)).await).expect("a row that was put");
    let sending =
        OutboxRow { failures: 2, not_before: make::at(3), ..left(OutboxState::Sending, 9, before.clone()) };
    let handed = OutboxRow { rank: 99, lane: "elsewhere".into(), ..sending.clone() };
    within!(store, |unit| unit.update(&handed).await);
    assert_eq!(seen!(store, |unit| unit.row(make::effect_id(1)).await), Some(sending), "and nothing else");
    let back = before.clone();
    within!(store, |unit| unit.update(&back).await);
    assert_eq!(
        seen!(store, |unit| unit.row(make::effect_id(1)).await),
        Some(before),
        "holder and until, too"
    );
}

pub async fn earlier_lines(store: &dyn Store) {
    let [one, other] = conversations(store).await;
    put(
        store,
        [read(1, one), make::outbox_row(2, other), make::outbox_row(3, one), make::outbox_row(4, one)],
    )
    .await;
    let rows = seen!(store, |unit| unit.rows_of(one).await);
    for (label, row, expected) in [("a call is no line", 1, false), ("after a line", 2, true)] {
        let seq = rows[row].seq;
        assert_eq!(within!(store, |unit| unit.earlier_line(one, seq).await), expected, "{label}");
    }
    within!(store, |unit| {
        unit.update(&left(OutboxState::Uncertain, 9, make::outbox_row(3, make::conversation_id(1)))).await
    });
    let last = rows[2].seq;
    assert!(within!(store, |unit| unit.earlier_line(one, last).await), "in any state");
    within!(store, |unit| unit.remove(make::effect_id(3)).await);
    assert!(!within!(store, |unit| unit.earlier_line(one, last).await), "gone");
}

pub async fn lanes_exclude_and_free_themselves(store: &dyn Store) {
    for (label, lane, worker, now, until, expected) in [
        ("free", "l", "a", 0, 10, true),
        ("held by another", "l", "b", 9, 19, false),
        ("another lane", "m", "b", 9, 19, true),
        ("renewed", "l", "a", 9, 20, true),
        ("held on", "l", "b", 19, 30, false),
        ("freed itself", "l", "b", 20, 30, true),
    ] {
        let (lane, worker) = (Lane::new(lane), make::worker(worker));
        let held =
            within!(store, |unit| unit.hold_lane(&lane, &worker, make::at(now), make::at(until)).await);
        assert_eq!(held, expected, "{label}");
    }
    let (lane, a, b) = (Lane::new("l"), make::worker("a"), make::worker("b"));
    let held = within!(store, |unit| {
        unit.leave_lane(&lane, &a).await?;
        let by_another = unit.hold_lane(&lane, &a, make::at(21), make::at(31)).await?;
        unit.leave_lane(&lane, &b).await?;
        Ok((by_another, unit.hold_lane(&lane, &a, make::at(21), make::at(31)).await?))
    });
    assert_eq!(held, (false, true), "only its holder gives it back");
}

/// proves: CV-10
pub async fn claimed_by_rank_when_due(store: &dyn Store) {
    let ids = conversations::<5>(store).await;
    put(
        store,
        [
            OutboxRow { rank: 10, ..make::outbox_row(1, ids[0]) },
            OutboxRow { not_before: make::at(20), ..make::outbox_row(2, ids[1]) },
            make::outbox_row(3, ids[2]),
            OutboxRow { lane: "elsewhere".into(), ..make::outbox_row(4, ids[3]) },
            make::outbox_row(5, ids[4]),
        ],
    )
    .await;
    assert_eq!(claim(store, "a", 19, 9).await, numbers(&[3, 5, 1]), "replies first, then by place");
    assert_eq!(claim(store, "a", 20, 9).await, numbers(&[2]), "when it may go");
    let row = seen!(store, |unit| unit.row(make::effect_id(2)).await).expect("a row that was put");
    let expected = (OutboxState::Claimed, Some(make::worker("a")), Some(make::at(25)), 0);
    assert_eq!((row.state, row.holder, row.until, row.attempt), expected);
}

pub async fn claimed_at_most(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    put(store, [make::outbox_row(1, one), make::outbox_row(2, two), make::outbox_row(3, one)]).await;
    assert_eq!(claim(store, "a", 0, 1).await, numbers(&[1]));
    assert_eq!(claim(store, "a", 1, 9).await, numbers(&[2]), "a line waits for the one before it");
}

/// proves: CV-10
pub async fn lines_leave_in_order(store: &dyn Store) {
    let [one] = conversations(store).await;
    put(store, (1..=3).map(|n| make::outbox_row(n, one))).await;
    for n in 1..=3 {
        assert_eq!(claim(store, "a", 0, 9).await, numbers(&[n]), "one after the other");
        within!(store, |unit| unit.remove(make::effect_id(n)).await);
    }
}

/// proves: CV-10
pub async fn lines_with_a_topic_wait_for_words(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    let topical = |row| OutboxRow { slot: Some("talk".into()), ..row };
    put(
        store,
        [
            topical(make::outbox_row(1, one)),
            make::outbox_row(2, one),
            topical(read(3, one)),
            topical(make::outbox_row(4, two)),
        ],
    )
    .await;
    let words = |n, one| InboxRow { ripe_at: make::at(9_999), ..make::inbox_row(n, one) };
    within!(store, |unit| {
        unit.file(&words(1, one)).await?;
        unit.file(&InboxRow { body: InboxBody::Idle, ..words(2, two) }).await
    });
    assert_eq!(
        claim(store, "a", 0, 1).await,
        numbers(&[3]),
        "a call waits for no words, held lines keep no room"
    );
    assert_eq!(claim(store, "a", 0, 9).await, numbers(&[4]), "no words wait there");
    assert_eq!(seen!(store, |unit| unit.busy_lanes(make::at(0)).await), [], "what is held is not busy");
    within!(store, |unit| unit.take(&[make::event_id(1)]).await);
    assert_eq!(claim(store, "a", 0, 9).await, numbers(&[1]), "the words have been taken");
    within!(store, |unit| {
        unit.remove(make::effect_id(1)).await?;
        unit.file(&words(5, one)).await
    });
    assert_eq!(claim(store, "a", 0, 9).await, numbers(&[2]), "one without a topic waits for no words");
}

/// proves: CV-10
pub async fn a_line_on_its_way_holds_its_followers(store: &dyn Store) {
    let [one, two, free] = conversations(store).await;
    put(
        store,
        [
            left(OutboxState::Sending, 0, make::outbox_row(1, one)),
            make::outbox_row(2, one),
            left(OutboxState::Uncertain, 0, make::outbox_row(3, two)),
            make::outbox_row(4, two),
            make::outbox_row(5, free),
        ],
    )
    .await;
    assert_eq!(claim(store, "a", 1, 9).await, numbers(&[5]), "not even when their time is over");
    within!(store, |unit| {
        unit.remove(make::effect_id(1)).await?;
        unit.remove(make::effect_id(3)).await
    });
    assert_eq!(claim(store, "a", 2, 9).await, numbers(&[2, 4]));
}

/// proves: CV-10
pub async fn a_waiting_line_holds_its_followers(store: &dyn Store) {
    let [one] = conversations(store).await;
    let later = OutboxRow { not_before: make::at(10), ..make::outbox_row(1, one) };
    put(store, [later, make::outbox_row(2, one), make::outbox_row(3, one)]).await;
    assert_eq!(claim(store, "a", 9, 9).await, []);
    assert_eq!(claim(store, "a", 10, 9).await, numbers(&[1]));
}

pub async fn another_worker_s_line_holds_its_followers(store: &dyn Store) {
    let [one] = conversations(store).await;
    put(store, [left(OutboxState::Claimed, 10, make::outbox_row(1, one)), make::outbox_row(2, one)]).await;
    assert_eq!(claim(store, "a", 9, 9).await, []);
    assert_eq!(claim(store, "a", 10, 9).await, numbers(&[1]), "when the claim has passed");
}

pub async fn calls_do_not_wait(store: &dyn Store) {
    let [one] = conversations(store).await;
    put(
        store,
        [
            left(OutboxState::Sending, 9, make::outbox_row(1, one)),
            read(2, one),
            make::outbox_row(3, one),
            left(OutboxState::Sending, 9, read(4, one)),
        ],
    )
    .await;
    assert_eq!(claim(store, "a", 0, 9).await, numbers(&[2]), "neither for lines");
    within!(store, |unit| unit.remove(make::effect_id(1)).await);
    assert_eq!(claim(store, "a", 1, 9).await, numbers(&[3]), "nor lines for them");
}

pub async fn passed_claims_are_taken_over(store: &dyn Store) {
    let [one, two] = conversations(store).await;
    put(store, [make::outbox_row(1, one), left(OutboxState::Sending, 0, make::outbox_row(2, two))]).await;
    assert_eq!(claim(store, "a", 0, 9).await, numbers(&[1]));
    assert_eq!(claim(store, "b", 4, 9).await, [], "still held");
    assert_eq!(claim(store, "b", 5, 9).await, numbers(&[1]), "passed; what is being sent never is");
    let row = seen!(store, |unit| unit.row(make::effect_id(1)).await).expect("a row that was put");
    assert_eq!((row.holder, row.until), (Some(make::worker("b")), Some(make::at(10))));
}

pub async fn busy_lanes(store: &dyn Store) {
    let ids = conversations::<4>(store).await;
    let in_lane = |lane: &str, row: OutboxRow| OutboxRow { lane: Lane::new(lane), ..row };
    put(
        store,
        [
            in_lane("later", OutboxRow { not_before: make::at(10), ..make::outbox_row(1, ids[0]) }),
            in_lane("ready", make::outbox_row(2, ids[1])),
            in_lane("held", left(OutboxState::Sending, 5, make::outbox_row(3, ids[2]))),
            in_lane("held", make::outbox_row(4, ids[2])),
            in_lane("claimed", left(OutboxState::Claimed, 10, make::outbox_row(5, ids[3]))),
        ],
    )
    .await;
    for (now, expected) in [(9, &["ready"][..]), (10, &["claimed", "later", "ready"])] {
        let mut lanes = seen!(store, |unit| unit.busy_lanes(make::at(now)).await);
        lanes.sort();
        assert_eq!(lanes.iter().map(Lane::as_str).collect::<Vec<_>>(), expected, "at {now}");
    }
}

/// proves: FI-01
pub async fn overdue(store: &dyn Store) {
    let ids = conversations::<5>(store).await;
    put(
        store,
        [
            left(OutboxState::Sending, 10, make::outbox_row(1, ids[0])),
            left(OutboxState::Uncertain, 10, make::outbox_row(2, ids[1])),
            left(OutboxState::Sending, 11, make::outbox_row(3, ids[2])),
            left(OutboxState::Claimed, 10, make::outbox_row(4, ids[3])),
            make::outbox_row(5, ids[4]),
        ],
    )
    .await;
    assert_eq!(effects(&seen!(store, |unit| unit.overdue(make::at(9), 9).await)), []);
    assert_eq!(effects(&seen!(store, |unit| unit.overdue(make::at(10), 9).await)), numbers(&[1, 2]));
    assert_eq!(effects(&seen!(store, |unit| unit.overdue(make::at(99), 1).await)), numbers(&[1]));
}

/// proves: CV-12
pub async fn stale(store: &dyn Store) {
    let [one, two, three] = conversations(store).await;
    let until = |seconds, row| OutboxRow { valid_until: make::at(seconds), ..row };
    put(
        store,
        [
            until(10, make::outbox_row(1, one)),
            until(10, left(OutboxState::Sending, 5, make::outbox_row(2, two))),
            until(11, make::outbox_row(3, three)),
        ],
    )
    .await;
    assert_eq!(effects(&seen!(store, |unit| unit.stale(make::at(9), 9).await)), []);
    assert_eq!(effects(&seen!(store, |unit| unit.stale(make::at(10), 9).await)), numbers(&[1]));
    assert_eq!(seen!(store, |unit| unit.stale(make::at(99), 1).await).len(), 1);
}

pub async fn backlog(store: &dyn Store) {
    let [one, two, three] = conversations(store).await;
    put(
        store,
        [
            OutboxRow { at: make::at(2), ..make::outbox_row(1, one) },
            OutboxRow { at: make::at(1), ..make::outbox_row(2, two) },
            OutboxRow { lane: "elsewhere".into(), at: make::at(3), ..make::outbox_row(3, three) },
        ],
    )
    .await;
    let mut backlog = seen!(store, |unit| unit.backlog().await);
    backlog.sort();
    let expected = [("elsewhere".into(), 1, make::at(3)), (make::lane(), 2, make::at(1))];
    assert_eq!(backlog, expected);
}
