//! What stands in a signature's place on the first line, a body below it, as each channel verifies them.

use bytes::Bytes;
use tradepost_ports::{
    Adapter, Greeting, Headers, Unverified, Webhook,
    adapter::{Signature, Values},
};

use crate::channels::{SECRET, endpoints, shipped};

/// Exactly the right signature opens, and nobody is greeted without the word.
pub fn run(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let line = String::from_utf8_lossy(&data[..end]).into_owned();
    let body = Bytes::copy_from_slice(data.get(end + 1..).unwrap_or_default());
    for adapter in shipped() {
        let endpoints = endpoints(adapter);
        let called = !adapter.endpoint_keys().is_empty();
        assert_eq!(!endpoints.is_empty(), called, "{}: it has no endpoint to try", adapter.kind());
        endpoints.iter().for_each(|values| verify(adapter, values, &line, &body));
    }
}

fn verify(adapter: &dyn Adapter, values: &Values, line: &str, body: &Bytes) {
    let kind = adapter.kind();
    let Some(right) = adapter.sign(values, body) else { return };
    let Ok(Some(webhook)) = adapter.webhook(values) else { panic!("{kind}: it signs and is not called") };
    let opens = |signature: &Signature, body: &Bytes| webhook.verify(request(signature, body)).is_ok();
    assert!(opens(&right, body), "{kind}: what we signed ourselves was refused");
    let altered = altered(body);
    if adapter.sign(values, &altered).as_ref() != Some(&right) {
        assert!(!opens(&right, &altered), "{kind}: an altered body was taken");
    }
    for at in 0..right.headers.len() + right.query.len() {
        let forged = with(&right, at, line);
        assert_eq!(opens(&forged, body), forged == right, "{kind}: `{line}` in the signature's place");
    }
    assert!(!greets(&*webhook, line) || line == SECRET, "{kind}: a stranger was greeted");
}

/// As Meta greets, and whoever does it alike.
fn greets(webhook: &dyn Webhook, word: &str) -> bool {
    let query = [("hub.mode", "subscribe"), ("hub.verify_token", word), ("hub.challenge", "1")];
    let query: Vec<_> = query.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    matches!(webhook.greet(&query), Greeting::Welcome(_))
}

fn with(right: &Signature, at: usize, line: &str) -> Signature {
    let mut forged = right.clone();
    if let Some((_, value)) = forged.headers.iter_mut().chain(&mut forged.query).nth(at) {
        line.clone_into(value);
    }
    forged
}

fn request(signature: &Signature, body: &Bytes) -> Unverified {
    Unverified::new(Headers::new(signature.headers.clone()), signature.query.clone(), body.clone())
}

fn altered(body: &[u8]) -> Bytes {
    let mut altered = body.to_vec();
    match altered.last_mut() {
        Some(last) => *last ^= 1,
        None => altered.push(b' '),
    }
    altered.into()
}
