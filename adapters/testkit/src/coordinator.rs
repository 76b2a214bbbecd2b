//! The conformance suite of [`Coordinator`].
//!
//! ```ignore
//! async fn fresh() -> Fresh {
//!     let clock = HandClock::default();
//!     Fresh::new(Local::new(Arc::new(clock.clone())), clock)
//! }
//! tradepost_testkit::coordinator_suite!(fresh);
//! ```

use std::{future::Future, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use tradepost_domain::ConversationId;
use tradepost_ports::{
    Coordinator, Wake,
    coordinator::{Listener, LockToken},
};

use crate::{make, time::HandClock};

/// A coordinator that nobody else uses, and a way to let its time pass.
pub struct Fresh {
    coordinator: Box<dyn Coordinator>,
    pass: Box<dyn Fn(Duration) -> BoxFuture<'static, ()>>,
}

impl Fresh {
    /// A coordinator that goes by that clock.
    pub fn new(coordinator: impl Coordinator + 'static, clock: HandClock) -> Self {
        Self::passing(coordinator, move |by| {
            clock.advance(by);
            std::future::ready(()).boxed()
        })
    }

    /// A coordinator whose time passes in another way: a server's, that can only be waited for.
    pub fn passing(
        coordinator: impl Coordinator + 'static,
        pass: impl Fn(Duration) -> BoxFuture<'static, ()> + 'static,
    ) -> Self {
        Self { coordinator: Box::new(coordinator), pass: Box::new(pass) }
    }

    async fn pass(&self, by: Duration) {
        (self.pass)(by).await;
    }

    async fn allow(&self, key: &str, most: u32, window: Duration) -> Result<(), Duration> {
        self.coordinator.allow(key, most, window).await.expect("a coordinator that is there should count")
    }

    async fn lock(&self, name: &str, lease: Duration) -> Option<LockToken> {
        self.coordinator.lock(name, lease).await.expect("a coordinator that is there should lock")
    }

    async fn unlock(&self, name: &str, token: LockToken) {
        self.coordinator.unlock(name, token).await.expect("a coordinator that is there should unlock");
    }
}

/// Tries one case.
pub fn check<F>(make: impl FnOnce() -> F, case: impl AsyncFnOnce(&Fresh))
where
    F: Future<Output = Fresh>,
{
    crate::run(async {
        let fresh = make().await;
        case(&fresh).await;
    });
}

/// One test per case of the [`Coordinator`] suite. The argument is an async function that gives a [`Fresh`] one.
#[macro_export]
macro_rules! coordinator_suite {
    ($make:path) => {
        $crate::coordinator_suite! { @cases $make;
            a_wake_reaches_every_listener, nobody_hears_what_was_before, a_listener_waits, wakes_coalesce,
            wakes_are_bounded, a_wait_given_up_loses_nothing, a_window_counts_and_tells_the_wait, a_window_slides,
            refused_uses_do_not_count, nothing_of_none, keys_are_apart, a_lock_excludes, a_lock_frees_itself,
            a_late_token_unlocks_nothing, tokens_grow,
        }
    };
    (@cases $make:path; $($case:ident),* $(,)?) => {$(
        #[test]
        fn $case() {
            $crate::coordinator::check($make, $crate::coordinator::suite::$case);
        }
    )*};
}

/// What a listener hears within two seconds of real time.
async fn heard(listener: &mut dyn Listener) -> Vec<Wake> {
    let heard = tokio::time::timeout(Duration::from_secs(2), listener.next()).await;
    heard.expect("a wake should be heard")
}

/// The conversations that the wakes name, in order of their ids, repetitions included.
fn turns(wakes: &[Wake]) -> Vec<ConversationId> {
    let mut ids: Vec<_> = wakes
        .iter()
        .flat_map(|wake| match wake {
            Wake::Turn(ids) => ids.clone(),
            Wake::Dispatch | Wake::Answered(_) => Vec::new(),
        })
        .collect();
    ids.sort();
    ids
}

/// The cases. They are run by [`coordinator_suite!`](crate::coordinator_suite).
#[expect(missing_docs, reason = "a case's name says what it tries")]
pub mod suite {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

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
        }
        let mut wakes = heard(&mut *listener).await;
        while let Some(more) = listener.next().now_or_never() {
            wakes.extend(more);
        }
        assert_eq!(turns(&wakes), [1, 2, 3].map(id), "each conversation once: {wakes:?}");
        assert_eq!(wakes.iter().filter(|wake| **wake == Wake::Dispatch).count(), 1, "{wakes:?}");
    }

    pub async fn wakes_are_bounded(fresh: &Fresh) {
        let mut listener = fresh.coordinator.listen();
        for n in 0..50_000 {
            fresh.coordinator.wake(Wake::Turn(vec![id(2 * n), id(2 * n + 1)]));
            fresh.coordinator.wake(Wake::Answered(id(n)));
        }
        fresh.coordinator.wake(Wake::Dispatch);
        let wakes = heard(&mut *listener).await;
        let kept = turns(&wakes).len() + wakes.len();
        assert!(kept <= 50_000, "nobody asked, and {kept} wakes were kept");
        assert!(wakes.contains(&Wake::Dispatch), "one kind's flood should not drown another");
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
            assert_eq!(fresh.allow("contact", 3, MINUTE).await, Ok(()), "use {use_} of three");
        }
        let wait = fresh.allow("contact", 3, MINUTE).await.expect_err("the fourth should wait");
        assert!(Duration::ZERO < wait && wait <= MINUTE, "{wait:?}");
        fresh.pass(wait).await;
        assert_eq!(fresh.allow("contact", 3, MINUTE).await, Ok(()), "after that wait");
    }

    /// proves: PL-10
    pub async fn a_window_slides(fresh: &Fresh) {
        let window = Duration::from_millis(900);
        assert_eq!(fresh.allow("contact", 2, window).await, Ok(()));
        fresh.pass(window * 2 / 3).await;
        assert_eq!(fresh.allow("contact", 2, window).await, Ok(()));
        let wait = fresh.allow("contact", 2, window).await.expect_err("both are used");
        assert!(wait <= window / 3, "until the first one's end: {wait:?}");
        fresh.pass(wait).await;
        assert_eq!(fresh.allow("contact", 2, window).await, Ok(()), "the first one's place");
        let wait = fresh.allow("contact", 2, window).await.expect_err("a new minute does not begin");
        assert!(wait <= window * 2 / 3, "until the second one's end: {wait:?}");
    }

    pub async fn refused_uses_do_not_count(fresh: &Fresh) {
        let window = Duration::from_millis(900);
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

    pub async fn a_lock_excludes(fresh: &Fresh) {
        let token = fresh.lock("prune", MINUTE).await.expect("a free lock");
        assert_eq!(fresh.lock("prune", MINUTE).await, None);
        let other = fresh.lock("refresh", MINUTE).await;
        assert!(other.is_some(), "another name is another lock");
        fresh.unlock("prune", token).await;
        assert!(fresh.lock("prune", MINUTE).await.is_some(), "given back");
    }

    pub async fn a_lock_frees_itself(fresh: &Fresh) {
        let lease = Duration::from_millis(500);
        assert!(fresh.lock("prune", lease).await.is_some());
        fresh.pass(lease / 5).await;
        assert_eq!(fresh.lock("prune", lease).await, None, "not yet");
        fresh.pass(lease).await;
        assert!(fresh.lock("prune", lease).await.is_some());
    }

    pub async fn a_late_token_unlocks_nothing(fresh: &Fresh) {
        let lease = Duration::from_millis(500);
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
}
