//! Verify, read, keep, answer.

use rstest::rstest;
use tradepost_ports::store::{Fate, StoredEvent, UnitWork};

use crate::{
    client::{Running, SECRET, SETTINGS, store},
    fixture::sign,
};

const LETTER: &str = r#"[{"to":"box-1","from":"ann","id":"m1","text":"hello"}]"#;

async fn events(running: &Running, fate: Fate) -> Vec<StoredEvent> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let work: UnitWork = Box::new(move |unit| {
        Box::pin(async move {
            send.send(unit.events(fate, 10_000).await?).expect("somebody waits");
            Ok(())
        })
    });
    store(running).read(work).await.expect("the store");
    receive.await.expect("a value")
}

async fn all_events(running: &Running) -> usize {
    let mut count = 0;
    for fate in Fate::ALL {
        count += events(running, fate).await.len();
    }
    count
}

/// proves: IN-01
#[rstest]
#[case::right(Some(sign(SECRET, LETTER.as_bytes())), LETTER, 200)]
#[case::missing(None, LETTER, 401)]
#[case::wrong(Some(sign("another secret", LETTER.as_bytes())), LETTER, 401)]
#[case::truncated(Some(sign(SECRET, LETTER.as_bytes())[..40].to_owned()), LETTER, 401)]
#[case::empty(Some(String::new()), LETTER, 401)]
#[case::body_altered_after_signing(Some(sign(SECRET, b"[]")), LETTER, 401)]
#[case::broken_json_unsigned(None, "[{", 401)]
#[tokio::test]
async fn only_a_signed_body_is_read(
    #[case] signature: Option<String>,
    #[case] body: &str,
    #[case] status: u16,
) {
    let running = Running::start(SETTINGS).await;
    let headers: Vec<_> = signature.iter().map(|value| ("x-post-signature", value.as_str())).collect();
    let answer = running.post("/webhooks/post/main", &headers, body.as_bytes()).await;
    match status {
        401 => answer.is_problem(401, "unauthorized"),
        _ => assert_eq!((answer.status, answer.body.as_str()), (status, "")),
    }
    assert_eq!(all_events(&running).await, usize::from(status == 200), "nothing unverified is stored");
    running.stop().await;
}

/// proves: IN-03, IN-06
#[tokio::test]
async fn an_event_is_in_the_store_with_its_raw_payload_when_it_is_answered() {
    let running = Running::start(SETTINGS).await;
    assert_eq!(running.letter(LETTER).await.status, 200);
    let filed = events(&running, Fate::Filed).await;
    assert_eq!(filed.len(), 1);
    assert!(filed[0].raw.contains("hello"));
    assert_eq!(filed[0].endpoint.as_deref(), Some("/webhooks/post/main"));
    running.stop().await;
}

/// proves: IN-04
#[tokio::test]
async fn one_bad_event_among_a_thousand_loses_no_other_and_a_repetition_has_no_effect() {
    let running = Running::start(SETTINGS).await;
    let mut letters: Vec<_> = (0..999)
        .map(|n| format!(r#"{{"to":"box-1","from":"c{}","id":"m{n}","text":"hush"}}"#, n % 50))
        .collect();
    letters.insert(500, r#"{"neither":"fish nor fowl"}"#.into());
    let body = format!("[{}]", letters.join(","));
    assert_eq!(running.letter(&body).await.status, 200);
    assert_eq!(running.letter(&body).await.status, 200);
    assert_eq!(events(&running, Fate::Filed).await.len(), 999);
    assert_eq!(events(&running, Fate::Unparsed).await.len(), 1);
    running.stop().await;
}

/// proves: IN-05
#[rstest]
#[case::broken("[{")]
#[case::wrong_shape(r#"{"object":"other"}"#)]
#[tokio::test]
async fn a_signed_body_that_cannot_be_read_is_kept_raw_and_answered_as_the_provider_needs(
    #[case] body: &str,
) {
    let running = Running::start(SETTINGS).await;
    let answer = running.letter(body).await;
    assert_eq!(answer.status, 202, "the adapter's word");
    let unparsed = events(&running, Fate::Unparsed).await;
    assert_eq!(unparsed.len(), 1);
    assert_eq!(unparsed[0].raw, body);
    running.stop().await;
}

/// proves: IN-01
#[tokio::test]
async fn events_of_an_unknown_account_are_stored_and_shown() {
    let running = Running::start(SETTINGS).await;
    let body = LETTER.replace("box-1", "box-9");
    assert_eq!(running.letter(&body).await.status, 200);
    assert_eq!(events(&running, Fate::Unrouted).await.len(), 1);
    running.stop().await;
}

/// proves: IN-02
#[tokio::test]
async fn the_handshake_is_answered_with_the_challenge_or_refused() {
    let running = Running::start(SETTINGS).await;
    let token = SECRET.replace(' ', "%20").replace('\'', "%27");
    let good = running.get(&format!("/webhooks/post/main?token={token}&challenge=abc")).await;
    assert_eq!((good.status, good.body.as_str()), (200, "abc"));
    running.get("/webhooks/post/main?token=x&challenge=abc").await.is_problem(403, "forbidden");
    running.get("/webhooks/post/main").await.is_problem(403, "forbidden");
    running.stop().await;
}

/// proves: IN-10
#[tokio::test]
async fn an_extra_path_leads_to_the_same_endpoint() {
    let running = Running::start(SETTINGS).await;
    let signature = sign(SECRET, LETTER.as_bytes());
    let headers = [("x-post-signature", signature.as_str())];
    assert_eq!(running.post("/letters", &headers, LETTER.as_bytes()).await.status, 200);
    assert_eq!(running.post("/webhooks/post/main", &headers, LETTER.as_bytes()).await.status, 200);
    assert_eq!(events(&running, Fate::Filed).await.len(), 1, "one event, heard twice");
    running.stop().await;
}

/// proves: IN-07
#[tokio::test]
async fn in_local_mode_alone_an_unsigned_body_is_taken() {
    let text = SETTINGS
        .replace("[server]", "[server]\nlocal = true")
        .replace("channel = \"post\"\nname", "channel = \"post\"\nverify_signatures = false\nname");
    let running = Running::start(&text).await;
    assert_eq!(running.post("/webhooks/post/main", &[], LETTER.as_bytes()).await.status, 200);
    running.stop().await;
}

/// proves: IN-04
#[tokio::test]
async fn the_same_event_from_fifty_connections_at_once_is_one_event() {
    let running = Running::start(SETTINGS).await;
    let answers = futures::future::join_all((0..50).map(|_| running.letter(LETTER))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(events(&running, Fate::Filed).await.len(), 1);
    running.stop().await;
}
