//! The coordinator against real servers: the kit's suite, several processes' worth of instances, and bad days.

mod door;
mod several;
mod suite;
mod trouble;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use tradepost_ports::{Wake, coordinator::Listener};
use tradepost_redis::{Options, RedisCoordinator};
use tradepost_tests_servers::Redis;

/// A namespace that nobody else uses: several tests, each a process, share a server.
fn namespace() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let chance = getrandom::u64().expect("randomness");
    format!("test-{chance:x}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

async fn connect(server: &Redis, namespace: &str) -> RedisCoordinator {
    RedisCoordinator::connect(options(server, namespace)).await.expect("a server that is there")
}

fn options(server: &Redis, namespace: &str) -> Options {
    Options { authority: server.authority(), ..Options::new(server.url(), namespace) }
}

/// Looks again and again; what never comes true fails.
async fn until(what: &str, come: impl Fn() -> bool) {
    let begun = Instant::now();
    while !come() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came that {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// What is heard next.
async fn heard(listener: &mut dyn Listener) -> Vec<Wake> {
    timeout(Duration::from_secs(10), listener.next()).await.expect("a wake should be heard")
}

/// Whether nothing more is heard for a while.
async fn is_quiet(listener: &mut dyn Listener) -> bool {
    timeout(Duration::from_millis(200), listener.next()).await.is_err()
}
