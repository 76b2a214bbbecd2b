//! The binary: ready line, log file, SIGTERM; and stopping in process.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use hyper::Method;
use serde_json::{Value, json};

use crate::stage::{Stage, call, text};

/// proves: AD-04, FI-01
#[tokio::test]
async fn another_process_serves_logs_and_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    let settings = folder.path().join("sandbox.json");
    let template =
        json!({ "name": "hello", "language": "en", "components": [{ "type": "BODY", "text": "Hi" }] });
    let config = json!({ "instagram": [{ "id": "1", "access_token": "t1", "accept_strangers": true }],
        "whatsapp": [{ "id": "7", "statuses": ["sent", { "status": "read", "after_ms": 5 }], "templates": [template] }],
        "telegram": [{ "id": "9", "rate": { "messages_per_s": null } }] });
    std::fs::File::create(&settings).unwrap().write_all(config.to_string().as_bytes()).unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_tradepost-sandbox"))
        .args([
            "--config",
            settings.to_str().unwrap(),
            "--log",
            log.to_str().unwrap(),
            "--account",
            "2=http://127.0.0.1:1/hook",
            "--whatsapp",
            "555000111=http://127.0.0.1:1/wa",
            "--telegram",
            "7000000001=http://127.0.0.1:1/tg",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["ready"], true);
    let base = ready["base_url"].as_str().unwrap();
    let accounts = call(Method::GET, &format!("{base}/_control/accounts"), &[], "").await.unwrap().json();
    assert_eq!(accounts[1]["webhook_url"], "http://127.0.0.1:1/hook");
    assert_eq!(
        (&accounts[2]["provider"], &accounts[2]["webhook_url"]),
        (&json!("whatsapp"), &json!("http://127.0.0.1:1/wa"))
    );
    assert_eq!((&accounts[3]["id"], &accounts[3]["templates"]), (&json!("7"), &json!(1)));
    assert_eq!(
        (&accounts[4]["id"], &accounts[4]["webhook_url"]),
        (&json!("7000000001"), &json!("http://127.0.0.1:1/tg"))
    );
    assert_eq!((&accounts[5]["id"], &accounts[5]["rate"]["messages_per_s"]), (&json!("9"), &Value::Null));
    let url = format!("{base}/v25.0/1/messages?access_token=t1");
    assert_eq!(call(Method::POST, &url, &[], text("Hi").to_string()).await.unwrap().status, 200);
    assert!(Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap().success());
    assert!(process.wait().unwrap().success());
    let lines: Vec<Value> = std::fs::read_to_string(log)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((lines.len(), &lines[0]["outcome"], &lines[0]["body"]), (2, &json!("accepted"), &text("Hi")));
    assert_eq!(lines[1], json!({ "settles": 1, "answer": "given" }));
}

/// proves: AD-04
#[tokio::test]
async fn settings_that_are_wrong_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("sandbox.json");
    std::fs::write(&settings, r#"{"instagram":[{"id":"1","colour":"red"}]}"#).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tradepost-sandbox"))
        .args(["--config", settings.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("failed to understand") && words.contains("colour"), "{words}");
}

/// proves: AD-04
#[tokio::test]
async fn stopped_means_no_longer_there() {
    let stage = Stage::with_anna().await;
    let url = format!("{}/_control/health", stage.sandbox.base_url());
    assert_eq!(call(Method::GET, &url, &[], "").await.unwrap().json()["status"], "ok");
    stage.sandbox.stop().await;
    call(Method::GET, &url, &[], "").await.unwrap_err();
}
