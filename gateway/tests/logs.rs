//! What stands in the logs, and what never does.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

use crate::client::{KEY, Running, SECRET, SETTINGS};

#[derive(Clone, Default)]
pub struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("paper")).into_owned()
    }
}

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("paper").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// proves: PL-07
///
/// On a runtime of one thread, so that the subscriber of this thread hears everything.
#[rstest::rstest]
#[case::nobody_is_told("")]
#[case::somebody_is_told("[telemetry]\nprometheus = true")]
#[tokio::test]
async fn logs_carry_the_correlation_id_and_no_customer_word_token_or_number(#[case] telemetry: &str) {
    let paper = Paper::default();
    let layer = tradepost_gateway::logs::layer(true, "trace", paper.clone());
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let running = Running::start(&format!("{telemetry}\n{SETTINGS}")).await;
    let body = r#"[{"to":"box-1","from":"+14155552671","id":"m1","text":"MARKED-WORDS"}]"#;
    let signature = crate::fixture::sign(SECRET, body.as_bytes());
    let headers = [("x-post-signature", signature.as_str()), ("x-request-id", "trace-me-77")];
    assert_eq!(running.post("/webhooks/post/main", &headers, body.as_bytes()).await.status, 200);
    assert_eq!(running.letter("MARKED-WORDS, broken").await.status, 202);
    running.get("/webhooks/post/main?token=QUERY-TOKEN").await;
    let chat = running.chat(r#"{"contact":"ann","text":"MARKED-WORDS"}"#).await;
    assert_eq!(chat.status, 200, "{chat:?}");
    running.stop().await;
    drop(guard);
    let text = paper.text();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let ours = |name: &str, key: &str, value: serde_json::Value| {
        let spoken = |line: &&serde_json::Value| line["span"]["name"] == name && line[key] == value;
        lines.iter().find(spoken).is_some_and(|line| line["span"]["request.id"] == "trace-me-77")
    };
    assert!(ours("request", "status", 200.into()), "{text}");
    assert!(ours("turn", "effects", 1.into()), "{text}");
    assert!(ours("call", "outcome", "done".into()), "{text}");
    for secret in
        ["MARKED-WORDS", "+14155552671", "14155552671", "QUERY-TOKEN", KEY, SECRET, signature.as_str()]
    {
        let found: Vec<_> = text.lines().filter(|line| line.contains(secret)).collect();
        assert!(found.is_empty(), "{secret} stands in the logs: {found:#?}");
    }
}
