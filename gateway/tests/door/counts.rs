//! How many may come, and from where.

use rstest::rstest;

use crate::client::{Answer, KEY, Running, SETTINGS, request};

fn with(line: &str, under: &str) -> String {
    SETTINGS.replacen(under, &format!("{under}\n{line}"), 1)
}

async fn asks(running: &Running, contact: &str, text: &str) -> Answer {
    running.chat(&format!(r#"{{"contact":"{contact}","text":"{text}"}}"#)).await
}

/// The number is one contact however it is spelled, and another contact has its own count.
///
/// proves: PL-10
#[tokio::test]
async fn a_contact_is_answered_so_often_in_a_minute() {
    let running = Running::start(&with("contact_per_minute = 3", "currency = \"USD\"")).await;
    for spelled in ["+14155550123", "+1 415 555 0123", "001 (415) 555-0123"] {
        assert_eq!(asks(&running, spelled, "hello").await.status, 200);
    }
    let refused = asks(&running, "+1-415-555-0123", "hello").await;
    refused.is_problem(429, "too-many-requests");
    let wait: u64 = refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("a wait");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(asks(&running, "+14155550199", "hello").await.status, 200);
    running.stop().await;
}

/// proves: PL-10
#[tokio::test]
async fn a_storefront_answers_so_often_in_a_minute() {
    let running = Running::start(&with("per_minute = 2", "currency = \"USD\"")).await;
    for contact in ["ann", "ben"] {
        assert_eq!(asks(&running, contact, "hello").await.status, 200);
    }
    asks(&running, "cid", "hello").await.is_problem(429, "too-many-requests");
    running.stop().await;
}

/// What comes by a webhook is kept and acknowledged all the same, or the provider would bring it again.
///
/// proves: PL-10, IN-03
#[tokio::test]
async fn a_webhook_over_the_limit_is_kept_and_not_answered() {
    let running = Running::start(&with("contact_per_minute = 1", "currency = \"USD\"")).await;
    for n in 0..3 {
        let letter = format!(r#"[{{"to":"box-1","from":"ann","id":"m{n}","text":"hello {n}"}}]"#);
        assert_eq!(running.letter(&letter).await.status, 200);
    }
    let (send, receive) = tokio::sync::oneshot::channel();
    let store = crate::client::store(&running);
    let noted = store.read(Box::new(move |unit| {
        Box::pin(async move {
            let noted = unit.events(tradepost_ports::store::Fate::Noted, 10).await?;
            send.send(noted).expect("heard");
            Ok(())
        })
    }));
    noted.await.expect("a read");
    let noted = receive.await.expect("told");
    assert_eq!(noted.len(), 2, "{noted:?}");
    assert!(
        noted.iter().all(|event| event.note.as_deref().is_some_and(|note| note.contains("more messages")))
    );
    running.stop().await;
}

/// proves: PL-10
#[rstest]
#[case::no_proxy_is_trusted("trusted = []", &["198.51.100.1", "198.51.100.2", "198.51.100.3"], 429)]
#[case::each_behind_a_trusted_proxy("trusted = [\"127.0.0.1\"]", &["198.51.100.1", "198.51.100.2", "198.51.100.3"], 200)]
#[case::one_behind_a_trusted_proxy("trusted = [\"127.0.0.0/8\"]", &["198.51.100.1", "198.51.100.1", "198.51.100.1"], 429)]
#[case::a_forged_entry("trusted = [\"127.0.0.1\"]", &["1.1.1.1, 198.51.100.1", "2.2.2.2, 198.51.100.1", "3.3.3.3, 198.51.100.1"], 429)]
#[tokio::test]
async fn an_address_asks_so_often_in_a_minute(
    #[case] trusted: &str,
    #[case] told: &[&str; 3],
    #[case] last: u16,
) {
    let running = Running::start(&with(&format!("address_per_minute = 2\n{trusted}"), "port = 0")).await;
    let bearer = format!("Bearer {KEY}");
    let mut statuses = Vec::new();
    for (told, contact) in told.iter().zip(["ann", "ben", "cid"]) {
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("x-forwarded-for", told),
        ];
        let body = format!(r#"{{"contact":"{contact}","text":"hello"}}"#);
        statuses.push(running.post("/v1/chat", &headers, body.as_bytes()).await.status);
    }
    assert_eq!(statuses, [200, 200, last]);
    assert_eq!(running.get("/health").await.status, 200, "health is not counted");
    running.stop().await;
}

/// proves: PL-10
#[tokio::test]
async fn all_together_ask_so_often_in_a_second() {
    let running = Running::start(&with("per_second = 5", "port = 0")).await;
    let statuses = futures::future::join_all((0..20).map(|_| running.get("/nowhere"))).await;
    let refused = statuses.iter().filter(|answer| answer.status == 429).count();
    assert!((1..=15).contains(&refused), "{refused} of 20");
    assert_eq!(running.get("/health/ready").await.status, 200);
    running.stop().await;
}

/// proves: PL-15
#[rstest]
#[case::ours("127.0.0.1", 200)]
#[case::a_net("127.0.0.0/8", 200)]
#[case::others("203.0.113.0/24", 403)]
#[tokio::test]
async fn an_endpoint_is_called_from_allowed_addresses_only(#[case] allow: &str, #[case] status: u16) {
    let running = Running::start(&with(&format!("allow = [\"{allow}\"]"), "name = \"main\"")).await;
    let letter = r#"[{"to":"box-1","from":"ann","id":"m1","text":"hello"}]"#;
    assert_eq!(running.letter(letter).await.status, status);
    running.stop().await;
}

/// proves: PL-15
#[rstest]
#[case::set("origins = [\"https://shop.example\"]", "https://shop.example", Some("https://shop.example"))]
#[case::another("origins = [\"https://shop.example\"]", "https://evil.example", None)]
#[case::none("", "https://shop.example", None)]
#[tokio::test]
async fn a_browser_is_let_in_from_named_pages_only(
    #[case] origins: &str,
    #[case] origin: &str,
    #[case] allowed: Option<&str>,
) {
    let running = Running::start(&with(origins, "port = 0")).await;
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization, content-type"),
    ];
    let answer = running.ask(&request("OPTIONS", "/v1/chat", &headers, b"")).await;
    assert_eq!(answer.header("access-control-allow-origin"), allowed, "{answer:?}");
    running.stop().await;
}
