//! Alive, ready, on both families of addresses.

use crate::client::{Running, SETTINGS};

/// proves: PL-06
#[tokio::test]
async fn health_tells_status_version_and_time() {
    let running = Running::start(SETTINGS).await;
    let health = running.get("/health").await;
    assert_eq!(health.status, 200);
    let body = health.json();
    assert_eq!(body["status"], "ok");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert!(body["timestamp"].as_str().is_some_and(|at| at.parse::<tradepost_domain::Timestamp>().is_ok()));
    running.stop().await;
}

/// proves: PL-06
#[tokio::test]
async fn readiness_reports_queues_and_providers() {
    let running = Running::start(SETTINGS).await;
    let ready = running.get("/health/ready").await;
    assert_eq!(ready.status, 200, "{ready:?}");
    let body = ready.json();
    assert_eq!((body["status"].as_str(), body["store"].as_bool()), (Some("ready"), Some(true)));
    let accounts: Vec<_> =
        body["providers"].as_array().into_iter().flatten().map(|one| one["account"].clone()).collect();
    assert!(
        accounts.contains(&"post:box-1".into()) && accounts.contains(&"direct:shop".into()),
        "{accounts:?}"
    );
    assert_eq!(body["inbox"]["waiting"], 0);
    running.stop().await;
}

/// proves: PL-06
#[cfg(target_os = "linux")]
#[tokio::test]
async fn readiness_reports_what_the_process_uses() {
    let running = Running::start(SETTINGS).await;
    let of = |answer: crate::client::Answer| answer.json()["process"].clone();
    let few = of(running.get("/health/ready").await);
    for figure in ["uptime_seconds", "resident_bytes", "open_files", "threads", "cpu_ms"] {
        assert!(few[figure].is_u64(), "{figure} is not in {few}");
    }
    assert!(few["resident_bytes"].as_u64() > Some(1024 * 1024), "{few}");
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(running.connect().await);
    }
    let many = of(running.get("/health/ready").await);
    assert!(
        many["open_files"].as_u64() >= few["open_files"].as_u64().map(|files| files + 20),
        "{few} {many}"
    );
    drop(held);
    running.stop().await;
}

/// proves: PL-05
#[tokio::test]
async fn one_socket_listens_on_both_families() {
    let running = Running::start(&SETTINGS.replace("bind = \"127.0.0.1\"", "bind = \"::\"")).await;
    let port = running.address.rsplit(':').next().expect("a port");
    for host in ["127.0.0.1", "[::1]"] {
        match tokio::net::TcpStream::connect(format!("{host}:{port}")).await {
            Ok(_) => {}
            // A machine without IPv6 has the other family only.
            Err(_) if host == "[::1]" && !std::path::Path::new("/proc/net/if_inet6").exists() => {}
            Err(error) => panic!("{host}: {error}"),
        }
    }
    running.stop().await;
}
