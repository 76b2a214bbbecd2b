//! The conformance suite of [`Coordinator`].
//!
//! ```ignore
//! async fn fresh() -> Fresh {
//!     let clock = HandClock::default();
//!     Fresh::new(Local::new(Arc::new(clock.clone())), clock)
//! }
//! tradepost_testkit::coordinator_suite!(fresh);
//! ```

pub mod suite;

use std::{future::Future, time::Duration};

use bytes::Bytes;
use futures::{FutureExt as _, future::BoxFuture};
use tradepost_ports::{
    Coordinator,
    coordinator::{LockToken, SessionUse},
};

use crate::time::HandClock;

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

    async fn renew(&self, name: &str, token: LockToken, lease: Duration) -> bool {
        self.coordinator.renew(name, token, lease).await.expect("a coordinator that is there should renew")
    }

    async fn begin_session(&self, key: &str, length: Duration) {
        self.coordinator.begin_session(key, length).await.expect("a coordinator that is there should begin");
    }

    async fn use_session(&self, key: &str, most: u32) -> SessionUse {
        self.coordinator.use_session(key, most).await.expect("a coordinator that is there should count")
    }

    async fn cached(&self, key: &str) -> Option<Bytes> {
        self.coordinator.cached(key).await.expect("a coordinator that is there should look")
    }

    async fn cache(&self, key: &str, value: impl Into<Bytes>, ttl: Duration) {
        let kept = self.coordinator.cache(key, value.into(), ttl).await;
        kept.expect("a coordinator that is there should keep");
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
            wakes_are_bounded, a_word_to_look_is_heard, a_wait_given_up_loses_nothing, a_window_counts_and_tells_the_wait, a_window_slides,
            refused_uses_do_not_count, nothing_of_none, keys_are_apart, nobody_is_allowed_twice,
            a_session_counts_until_it_is_spent, a_session_ends, a_session_begins_again, sessions_are_apart,
            a_value_is_cached_for_its_time, a_newer_value_takes_the_place, a_value_is_forgotten,
            a_value_that_is_too_large_is_not_kept, any_bytes_are_cached, a_lock_excludes, a_lock_frees_itself,
            a_lock_is_renewed, a_late_token_renews_nothing, a_late_token_unlocks_nothing, tokens_grow,
            whoever_answers_is_not_away,
        }
    };
    (@cases $make:path; $($case:ident),* $(,)?) => {$(
        #[test]
        fn $case() {
            $crate::coordinator::check($make, $crate::coordinator::suite::$case);
        }
    )*};
}
