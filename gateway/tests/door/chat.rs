//! Ask in a customer's name, read the answer.

use std::time::{Duration, Instant};

use crate::{
    client::{KEY, Running, SETTINGS},
    fixture,
};

#[tokio::test]
async fn a_question_is_answered_in_one_go() {
    let running = Running::start(SETTINGS).await;
    let answer = running.chat(r#"{"contact":"ann","text":"good morning","message_id":"1"}"#).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!((body["complete"].as_bool(), body["message_id"].as_str()), (Some(true), Some("1")));
    assert_eq!(body["messages"].as_array().map(Vec::len), Some(1), "{body}");
    assert_eq!(body["messages"][0]["text"], "you said: good morning");
    assert_eq!(body["messages"][0]["author"], "bot");
    running.stop().await;
}

/// proves: IN-04
#[tokio::test]
async fn a_repeated_message_asks_nothing_anew_and_reads_the_same_answer() {
    let running = Running::start(SETTINGS).await;
    let question = r#"{"contact":"ann","text":"good morning","message_id":"1"}"#;
    let first = running.chat(question).await.json();
    let again = running.chat(question).await.json();
    assert_eq!(first, again);
    let other = running.chat(r#"{"contact":"ann","text":"and evening","message_id":"2"}"#).await.json();
    assert_eq!(fixture::conversation(&other), fixture::conversation(&first));
    assert_eq!(other["messages"].as_array().map(Vec::len), Some(1), "only the answer to this one: {other}");
    running.stop().await;
}

#[tokio::test]
async fn silence_is_an_answer_and_does_not_wait_for_the_end_of_time() {
    let running = Running::start(SETTINGS).await;
    let begun = Instant::now();
    let body = running.chat(r#"{"contact":"ann","text":"hush"}"#).await.json();
    assert_eq!(
        (body["complete"].as_bool(), body["messages"].as_array().map(Vec::len)),
        (Some(true), Some(0))
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    running.stop().await;
}

#[tokio::test]
async fn a_stream_brings_each_line_and_then_the_end() {
    let running = Running::start(SETTINGS).await;
    let bearer = format!("Bearer {KEY}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
    ];
    let answer =
        running.post("/v1/chat", &headers, br#"{"contact":"ann","text":"hi","message_id":"7"}"#).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")));
    let message = answer.body.find("you said: hi").expect("a line");
    let end = answer.body.find("event: end").expect("the end");
    assert!(
        message < end && answer.body.contains("you said: hi") && answer.body.contains(r#""complete":true"#)
    );
    running.stop().await;
}

#[tokio::test]
async fn what_the_customer_writes_survives_the_way() {
    let running = Running::start(SETTINGS).await;
    for (id, text) in [("1", "😀 שלום\u{202e}abc"), ("2", "line\nbreak \"quoted\" \\ {{ braces }}")] {
        let question = serde_json::json!({ "contact": "ann", "text": text, "message_id": id }).to_string();
        let body = running.chat(&question).await.json();
        assert_eq!(body["messages"][0]["text"], format!("you said: {text}"));
    }
    running.stop().await;
}

/// proves: PL-09
#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let running = Running::start(SETTINGS).await;
    for n in 0..8 {
        let question = format!(r#"{{"contact":"ann","text":"hush","message_id":"{n}","wait":0}}"#);
        assert_eq!(running.chat(&question).await.status, 200);
    }
    let answer = running.chat(r#"{"contact":"ann","text":"once more"}"#).await;
    answer.is_problem(429, "too-many-requests");
    assert!(
        answer.header("retry-after").and_then(|wait| wait.parse::<u64>().ok()).is_some_and(|wait| wait > 0)
    );
    running.stop().await;
}
