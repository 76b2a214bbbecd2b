//! The test kit: one conformance suite per port, which any adapter runs in one line, and ports that play along in
//! tests. Nothing here needs a network, a server or a credential.
#![forbid(unsafe_code)]

mod cases;
pub mod chance;
pub mod coordinator;
pub mod make;
pub mod memory;
pub mod messenger;
pub mod report;
pub mod script;
pub mod store;
pub mod time;
pub mod verdict;
pub mod webhook;

use std::future::Future;

/// Runs a test's future to its end, on a runtime of its own with two workers.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime should start").block_on(test)
}
