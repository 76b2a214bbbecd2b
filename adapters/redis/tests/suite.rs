//! The kit's suite, on a server that tests share and on one that minds its slots.

use std::time::Duration;

use futures::FutureExt as _;
use tradepost_redis::{Options, RedisCoordinator};
use tradepost_testkit::coordinator::Fresh;
use tradepost_tests_servers::shared_redis;

use crate::namespace;

async fn fresh() -> Fresh {
    let coordinator = RedisCoordinator::connect(Options::new(shared_redis(), namespace())).await;
    waiting(coordinator.expect("a server that is there"))
}

/// A server's time can only be waited for.
fn waiting(coordinator: RedisCoordinator) -> Fresh {
    // The server goes by whole milliseconds, and forgets in the one after.
    Fresh::passing(coordinator, |by| tokio::time::sleep(by + Duration::from_millis(2)).boxed())
}

tradepost_testkit::coordinator_suite!(fresh);

mod cluster {
    use std::sync::LazyLock;

    use tradepost_testkit::coordinator::{Fresh, check, suite};
    use tradepost_tests_servers::{Redis, RedisOptions};

    /// Every command and script keeps to one slot.
    #[test]
    fn keys_of_one_call_share_a_slot() {
        check(fresh, suite::a_window_counts_and_tells_the_wait);
        check(fresh, suite::a_session_counts_until_it_is_spent);
        check(fresh, suite::a_value_is_forgotten);
        check(fresh, suite::any_bytes_are_cached);
        check(fresh, suite::a_lock_is_renewed);
        check(fresh, suite::tokens_grow);
        check(fresh, suite::a_wake_reaches_every_listener);
    }

    async fn fresh() -> Fresh {
        static SERVER: LazyLock<Redis> =
            LazyLock::new(|| Redis::start_with(RedisOptions { cluster: true, ..RedisOptions::default() }));
        super::waiting(crate::connect(&SERVER, &crate::namespace()).await)
    }
}
