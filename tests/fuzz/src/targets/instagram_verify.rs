//! A signature header on the first line, a body below it.

use bytes::Bytes;
use tradepost_ports::{Greeting, Headers, Unverified, Webhook};

use super::instagram_parse::webhook;

const HEADER: &str = "x-hub-signature-256";

/// Exactly the right signature opens, and nobody is greeted without the word.
pub fn run(data: &[u8]) {
    let webhook = webhook();
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let header = String::from_utf8_lossy(&data[..end]).into_owned();
    let body = Bytes::copy_from_slice(data.get(end + 1..).unwrap_or_default());
    let (_, right) = webhook.sign(&body);
    let taken = webhook.verify(request(&header, body.clone())).is_ok();
    assert_eq!(taken, header == right, "the header `{header}`");
    assert!(webhook.verify(request(&right, altered(&body))).is_err(), "an altered body was taken");
    let query = vec![("hub.mode".into(), "subscribe".into()), ("hub.verify_token".into(), header.clone())];
    let query = [query, vec![("hub.challenge".into(), "1".into())]].concat();
    let greeted = matches!(webhook.greet(&query), Greeting::Welcome(_));
    assert_eq!(greeted, header == "a-long-word-for-the-handshake", "a stranger was greeted");
}

fn request(signature: &str, body: Bytes) -> Unverified {
    Unverified::new(Headers::new([(HEADER.to_owned(), signature.to_owned())]), Vec::new(), body)
}

fn altered(body: &[u8]) -> Bytes {
    let mut altered = body.to_vec();
    match altered.last_mut() {
        Some(last) => *last ^= 1,
        None => altered.push(b' '),
    }
    altered.into()
}
