//! The cases. They are run by [`coordinator_suite!`](crate::coordinator_suite).
#![expect(missing_docs, reason = "a case's name says what it tries")]

use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use tradepost_domain::{ConversationId, Lane};
use tradepost_ports::{
    Wake,
    coordinator::{LARGEST, Listener, SessionUse},
};

use super::Fresh;
use crate::make;

const MINUTE: Duration = Duration::from_secs(60);
/// A window or a lease that a case waits for: a server's time can only be waited for. Long enough for what a case does
/// within it, on a busy machine too.
const SHORT: Duration = Duration::from_millis(900);

fn id(n: u64) -> ConversationId {
    make::conversation_id(n)
}

pub async fn a_wake_reaches_every_listener(fresh: &Fresh) {
    let mut listeners = [fresh.coordinator.listen(), fresh.coordinator.listen()];
    fresh.coordinator.wake(Wake::Turn(vec![id(1)]));
    for listener in &mut listeners {
        assert_eq!(heard(&mut **listener).await, [Wake::Turn(vec![id(1)])]);
    }
    fresh.coordinator.wake(Wake::Answered(id(2)));
    for listener in &mut listeners {
        assert_eq!(heard(&mut **listener).await, [Wake::Answered(id(2))], "and again");
    }
}

pub async fn nobody_hears_what_was_before(fresh: &Fresh) {
    fresh.coordinator.wake(Wake::Dispatch);
    let mut listener = fresh.coordinator.listen();
    assert_eq!(listener.next().now_or_never(), None);
    fresh.coordinator.wake(Wake::Answered(id(1)));
    assert_eq!(heard(&mut *listener).await, [Wake::Answered(id(1))]);
}

pub async fn a_listener_waits(fresh: &Fresh) {
    let mut listener = fresh.coordinator.listen();
    let wake = async {
        tokio::task::yield_now().await;
        fresh.coordinator.wake(Wake::Dispatch);
    };
    let (heard, ()) = futures::join!(heard(&mut *listener), wake);
    assert_eq!(heard, [Wake::Dispatch]);
    assert_eq!(listener.next().now_or_never(), None, "once");
}

pub async fn wakes_coalesce(fresh: &Fresh) {
    let mut listener = fresh.coordinator.listen();
    for ids in [vec![id(2), id(1)], vec![id(3)], vec![id(2)], vec![]] {
        fresh.coordinator.wake(Wake::Turn(ids));
        fresh.coordinator.wake(Wake::Dispatch);
        fresh.coordinator.wake(lane(1));
    }
    let mut wakes = heard(&mut *listener).await;
    while let Some(more) = listener.next().now_or_never() {
        wakes.extend(more);
    }
    assert_eq!(turns(&wakes), [1, 2, 3].map(id), "each conversation once: {wakes:?}");
    for once in [Wake::Dispatch, lane(1)] {
        assert_eq!(wakes.iter().filter(|wake| **wake == once).count(), 1, "{wakes:?}");
    }
}

pub async fn wakes_are_bounded(fresh: &Fresh) {
    let mut listener = fresh.coordinator.listen();
    for n in 0..50_000 {
        fresh.coordinator.wake(Wake::Turn(vec![id(2 * n), id(2 * n + 1)]));
        fresh.coordinator.wake(Wake::Answered(id(n)));
        fresh.coordinator.wake(lane(n));
    }
    let wakes = heard(&mut *listener).await;
    let kept = turns(&wakes).len() + wakes.len();
    assert!(kept <= 50_000, "nobody asked, and {kept} wakes were kept");
    assert!(wakes.contains(&Wake::Dispatch), "one kind's flood should not drown another");
    assert!(wakes.contains(&Wake::Turn(vec![])), "who was told too much should look through the store");
}

pub async fn a_word_to_look_is_heard(fresh: &Fresh) {
    let mut listener = fresh.coordinator.listen();
    fresh.coordinator.wake(Wake::Turn(vec![]));
    assert_eq!(heard(&mut *listener).await, [Wake::Turn(vec![])], "look through the store");
}

pub async fn a_wait_given_up_loses_nothing(fresh: &Fresh) {
    let mut listener = fresh.coordinator.listen();
    assert_eq!(listener.next().now_or_never(), None);
    fresh.coordinator.wake(Wake::Dispatch);
    assert_eq!(heard(&mut *listener).await, [Wake::Dispatch]);
}

/// proves: PL-10
pub async fn a_window_counts_and_tells_the_wait(fresh: &Fresh) {
    for use_ in 1..=3 {
        assert_eq!(fresh.allow("contact", 3, SHORT).await, Ok(()), "use {use_} of three");
    }
    let wait = fresh.allow("contact", 3, SHORT).await.expect_err("the fourth should wait");
    assert!(Duration::ZERO < wait && wait <= SHORT, "{wait:?}");
    fresh.pass(wait).await;
    assert_eq!(fresh.allow("contact", 3, SHORT).await, Ok(()), "after that wait");
}

/// proves: PL-10
pub async fn a_window_slides(fresh: &Fresh) {
    let window = SHORT;
    assert_eq!(fresh.allow("contact", 2, window).await, Ok(()));
    fresh.pass(window * 2 / 3).await;
    assert_eq!(fresh.allow("contact", 2, window).await, Ok(()));
    let wait = fresh.allow("contact", 2, window).await.expect_err("both are used");
    assert!(wait <= window / 3, "until the first one's end: {wait:?}");
    fresh.pass(wait).await;
    assert_eq!(fresh.allow("contact", 2, window).await, Ok(()), "the first one's place");
    let wait = fresh.allow("contact", 2, window).await.expect_err("a new minute does not begin");
    assert!(wait < window * 8 / 9, "until the second one's end: {wait:?}");
}

pub async fn refused_uses_do_not_count(fresh: &Fresh) {
    let window = SHORT;
    assert_eq!(fresh.allow("contact", 1, window).await, Ok(()));
    fresh.pass(window / 2).await;
    for _ in 0..5 {
        assert!(fresh.allow("contact", 1, window).await.is_err());
    }
    fresh.pass(window / 2).await;
    assert_eq!(fresh.allow("contact", 1, window).await, Ok(()));
}

pub async fn nothing_of_none(fresh: &Fresh) {
    let wait = fresh.allow("contact", 0, MINUTE).await.expect_err("none should be allowed");
    assert!(Duration::ZERO < wait && wait <= MINUTE, "{wait:?}");
}

pub async fn keys_are_apart(fresh: &Fresh) {
    assert_eq!(fresh.allow("contact:1", 1, MINUTE).await, Ok(()));
    assert!(fresh.allow("contact:1", 1, MINUTE).await.is_err());
    assert_eq!(fresh.allow("contact:2", 1, MINUTE).await, Ok(()));
}

/// proves: PL-10
pub async fn nobody_is_allowed_twice(fresh: &Fresh) {
    let uses = (0..40).map(|_| fresh.allow("contact", 7, MINUTE));
    let allowed = futures::future::join_all(uses).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(allowed, 7, "of forty at once");
}

pub async fn a_session_counts_until_it_is_spent(fresh: &Fresh) {
    assert_eq!(fresh.use_session("customer", 2).await, SessionUse::Closed, "nothing has begun");
    fresh.begin_session("customer", MINUTE).await;
    assert_eq!(fresh.use_session("customer", 0).await, SessionUse::Spent, "none of none");
    assert_eq!(fresh.use_session("customer", 2).await, SessionUse::Used { left: 1 });
    assert_eq!(fresh.use_session("customer", 2).await, SessionUse::Used { left: 0 });
    assert_eq!(fresh.use_session("customer", 2).await, SessionUse::Spent);
    assert_eq!(
        fresh.use_session("customer", 3).await,
        SessionUse::Used { left: 0 },
        "refusals did not count"
    );
}

pub async fn a_session_ends(fresh: &Fresh) {
    fresh.begin_session("customer", SHORT).await;
    fresh.pass(SHORT / 3).await;
    assert_eq!(fresh.use_session("customer", 5).await, SessionUse::Used { left: 4 });
    fresh.pass(SHORT * 2 / 3).await;
    assert_eq!(fresh.use_session("customer", 5).await, SessionUse::Closed, "a use does not lengthen it");
}

pub async fn a_session_begins_again(fresh: &Fresh) {
    fresh.begin_session("customer", SHORT).await;
    assert_eq!(fresh.use_session("customer", 1).await, SessionUse::Used { left: 0 });
    assert_eq!(fresh.use_session("customer", 1).await, SessionUse::Spent);
    fresh.begin_session("customer", MINUTE).await;
    fresh.pass(SHORT).await;
    assert_eq!(fresh.use_session("customer", 1).await, SessionUse::Used { left: 0 }, "all of the new one");
}

pub async fn sessions_are_apart(fresh: &Fresh) {
    fresh.begin_session("customer:1", MINUTE).await;
    assert_eq!(fresh.use_session("customer:2", 1).await, SessionUse::Closed);
    assert_eq!(fresh.allow("customer:1", 1, MINUTE).await, Ok(()), "a window is no session");
    assert_eq!(fresh.use_session("customer:1", 1).await, SessionUse::Used { left: 0 });
}

pub async fn a_value_is_cached_for_its_time(fresh: &Fresh) {
    assert_eq!(fresh.cached("price").await, None);
    fresh.cache("price", "12.50", SHORT).await;
    fresh.cache("name", "lamp", MINUTE).await;
    assert_eq!(fresh.cached("price").await.as_deref(), Some(&b"12.50"[..]));
    fresh.pass(SHORT).await;
    assert_eq!(fresh.cached("price").await, None, "its time has passed");
    assert_eq!(fresh.cached("name").await.as_deref(), Some(&b"lamp"[..]), "this one's has not");
}

pub async fn a_newer_value_takes_the_place(fresh: &Fresh) {
    fresh.cache("price", "12.50", SHORT).await;
    fresh.cache("price", "11.00", MINUTE).await;
    fresh.pass(SHORT).await;
    assert_eq!(fresh.cached("price").await.as_deref(), Some(&b"11.00"[..]), "with a time of its own");
    fresh.cache("price", "9.00", Duration::ZERO).await;
    assert_eq!(fresh.cached("price").await, None, "kept for no time");
}

pub async fn a_value_is_forgotten(fresh: &Fresh) {
    fresh.cache("price", "12.50", MINUTE).await;
    for _ in 0..2 {
        fresh.coordinator.forget("price").await.expect("a coordinator that is there should forget");
        assert_eq!(fresh.cached("price").await, None);
    }
}

pub async fn a_value_that_is_too_large_is_not_kept(fresh: &Fresh) {
    fresh.cache("book", vec![7; LARGEST], MINUTE).await;
    assert_eq!(fresh.cached("book").await.map(|value| value.len()), Some(LARGEST));
    fresh.cache("book", vec![7; LARGEST + 1], MINUTE).await;
    assert_eq!(fresh.cached("book").await, None, "nor what it should have replaced");
}

pub async fn any_bytes_are_cached(fresh: &Fresh) {
    let all: Vec<u8> = (0..=255).collect();
    fresh.cache("bytes {of} \r\n \u{1f4d6}", all.clone(), MINUTE).await;
    assert_eq!(fresh.cached("bytes {of} \r\n \u{1f4d6}").await.as_deref(), Some(&*all));
    fresh.cache("nothing", Bytes::new(), MINUTE).await;
    assert_eq!(fresh.cached("nothing").await, Some(Bytes::new()), "nothing is a value too");
}

pub async fn a_lock_excludes(fresh: &Fresh) {
    let token = fresh.lock("prune", MINUTE).await.expect("a free lock");
    assert_eq!(fresh.lock("prune", MINUTE).await, None);
    let other = fresh.lock("refresh", MINUTE).await;
    assert!(other.is_some(), "another name is another lock");
    fresh.unlock("prune", token).await;
    assert!(fresh.lock("prune", MINUTE).await.is_some(), "given back");
}

pub async fn a_lock_frees_itself(fresh: &Fresh) {
    let lease = SHORT;
    assert!(fresh.lock("prune", lease).await.is_some());
    fresh.pass(lease / 5).await;
    assert_eq!(fresh.lock("prune", lease).await, None, "not yet");
    fresh.pass(lease).await;
    assert!(fresh.lock("prune", lease).await.is_some());
}

pub async fn a_lock_is_renewed(fresh: &Fresh) {
    let token = fresh.lock("prune", SHORT).await.expect("a free lock");
    fresh.pass(SHORT / 2).await;
    assert!(fresh.renew("prune", token, SHORT * 2).await);
    fresh.pass(SHORT).await;
    assert_eq!(fresh.lock("prune", MINUTE).await, None, "held on");
    fresh.unlock("prune", token).await;
    assert!(fresh.lock("prune", MINUTE).await.is_some(), "by the same token");
}

pub async fn a_late_token_renews_nothing(fresh: &Fresh) {
    let late = fresh.lock("prune", SHORT).await.expect("a free lock");
    fresh.pass(SHORT).await;
    assert!(!fresh.renew("prune", late, MINUTE).await, "it has freed itself");
    let now = fresh.lock("prune", SHORT).await.expect("a lock that freed itself");
    assert!(!fresh.renew("prune", late, MINUTE).await, "another holds it");
    fresh.unlock("prune", now).await;
    assert!(!fresh.renew("prune", now, MINUTE).await, "given back");
}

pub async fn a_late_token_unlocks_nothing(fresh: &Fresh) {
    let lease = SHORT;
    let late = fresh.lock("prune", lease).await.expect("a free lock");
    fresh.pass(lease * 2).await;
    let now = fresh.lock("prune", MINUTE).await.expect("a lock that freed itself");
    fresh.unlock("prune", late).await;
    assert_eq!(fresh.lock("prune", MINUTE).await, None, "the late holder gave nothing back");
    fresh.unlock("prune", now).await;
    assert!(fresh.lock("prune", MINUTE).await.is_some());
}

pub async fn tokens_grow(fresh: &Fresh) {
    let mut last = None;
    for _ in 0..3 {
        let token = fresh.lock("prune", MINUTE).await;
        assert!(token > last, "{token:?} after {last:?}");
        fresh.unlock("prune", token.expect("a free lock")).await;
        last = token;
    }
}

pub async fn whoever_answers_is_not_away(fresh: &Fresh) {
    assert_eq!(fresh.allow("contact", 1, MINUTE).await, Ok(()));
    assert!(!fresh.coordinator.away());
}

/// What a listener hears within two seconds of real time.
async fn heard(listener: &mut dyn Listener) -> Vec<Wake> {
    let heard = tokio::time::timeout(Duration::from_secs(2), listener.next()).await;
    heard.expect("a wake should be heard")
}

fn lane(n: u64) -> Wake {
    Wake::Lane(Lane::new(format!("lane-{n}")))
}

/// The conversations that the wakes name, in order of their ids, repetitions included.
fn turns(wakes: &[Wake]) -> Vec<ConversationId> {
    let mut ids: Vec<_> = wakes
        .iter()
        .flat_map(|wake| match wake {
            Wake::Turn(ids) => ids.clone(),
            Wake::Dispatch | Wake::Lane(_) | Wake::Answered(_) => Vec::new(),
        })
        .collect();
    ids.sort();
    ids
}
