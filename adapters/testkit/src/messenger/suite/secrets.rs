//! The secret stays one.

use std::sync::Arc;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use super::{Doubled, PATIENT, Provider, Reply, Stage, alone};
use crate::{
    messenger::{SECRET, capture},
    verdict::Verdict,
};

/// proves: PL-02
pub async fn no_error_shows_the_secret(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    for stage in stages(&double).await {
        if let Err(error) = stage.hello().await {
            let shown = format!("{error} {error:?} {error:#?}");
            assert!(!shows_secret(&shown), "the secret is shown: {shown}");
        }
    }
    Verdict::Ran
}

/// proves: PL-02
pub async fn no_trace_shows_the_secret(double: Doubled) -> Verdict {
    if !double.has_provider() {
        return alone();
    }
    let shown = capture::heard(move || async move {
        let mut stages = stages(&double).await;
        stages.push(Stage::taking(&double).await);
        for stage in stages {
            // What an error shows is the other case's.
            let _ = stage.hello().await;
        }
    });
    let lines: Vec<&str> = shown.lines().filter(|line| shows_secret(line)).collect();
    assert!(lines.is_empty(), "the secret is logged or traced: {lines:#?}");
    Verdict::Ran
}

/// Does it stand there, as it is or in Base64, behind whatever else was encoded with it?
fn shows_secret(text: &str) -> bool {
    text.contains(SECRET) || (0..3).any(|before| encoded(before).iter().any(|secret| text.contains(secret)))
}

/// The secret in Base64 behind so many other bytes, without the letters that hold some of theirs.
fn encoded(before: usize) -> [String; 2] {
    let all = format!("{}{SECRET}", "x".repeat(before));
    let own = |text: String| text[before * 2..text.len() - 2].to_owned();
    [own(STANDARD_NO_PAD.encode(&all)), own(URL_SAFE_NO_PAD.encode(&all))]
}

/// Providers that repeat the token they refuse, or that are not there.
async fn stages(double: &Doubled) -> Vec<Stage> {
    let body = format!("{{\"error\":{{\"message\":\"bad token {SECRET}\",\"code\":\"{SECRET}\"}}}}");
    let described = format!("{{\"ok\":false,\"error_code\":401,\"description\":\"bad token {SECRET}\"}}");
    let mut stages = vec![
        Stage::new(double, Provider::nobody().await, PATIENT),
        Stage::new(double, Provider::cutting().await, PATIENT),
    ];
    for status in [200, 302, 400, 401, 403, 404, 429, 500] {
        for body in [&body, &described] {
            let reply = Reply::json(status, body).header("location", format!("/again?token={SECRET}"));
            stages.push(Stage::answering(&Arc::clone(double), reply).await);
        }
    }
    stages
}
